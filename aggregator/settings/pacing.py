"""Under which pace key a host is asked, and how far apart."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

from aggregator.settings.values import Network

FILE_PACE = "file"


def pace_of(host: str, network: Network) -> tuple[str, timedelta]:
    """Give the pace key of a host and the pause between two requests under it.

    Args:
        host: In lower case; empty for local documents, which need no pause.
        network: The first of its groups that matches the host holds.
    """
    if not host:
        return FILE_PACE, timedelta()
    group = next((one for one in network.host_groups if fnmatchcase(host, one.pattern.lower())), None)
    return (group.pattern, group.spacing) if group else (host, network.host_spacing)
