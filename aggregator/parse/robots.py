"""What a site lets robots read. Alone knows protego, which comes with the extra ``fulltext``."""

from __future__ import annotations

from typing import Any

AGENT = "aggregator"
_MAX_BYTES = 100_000


class Robots:
    """The rules of one site for us."""

    def __init__(self, rules: Any | None, *, everything: bool) -> None:
        self._rules = rules
        self._everything = everything

    def allows(self, url: str) -> bool:
        """Say whether a page may be read."""
        return self._everything if self._rules is None else bool(self._rules.can_fetch(url, AGENT))


ALLOWS_ALL = Robots(None, everything=True)
ALLOWS_NOTHING = Robots(None, everything=False)


def read_robots(body: bytes) -> Robots:
    """Read a ``robots.txt``; what cannot be read forbids nothing.

    Follows:
        RFC 9309.
    """
    try:
        from protego import Protego  # noqa: PLC0415 - an extra
    except ImportError:
        return ALLOWS_NOTHING
    return Robots(Protego.parse(body[:_MAX_BYTES].decode("utf-8", "replace")), everything=True)
