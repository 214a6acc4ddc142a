"""Where the configuration is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aggregator.settings.disk import is_file


def find_config(explicit: str | None, environment: Mapping[str, str], cwd: Path) -> Path | None:
    """Find the main file.

    Args:
        explicit: What the command line says; then nothing else is tried.
        environment: ``AGGREGATOR_CONFIG`` (then nothing further is tried), ``XDG_CONFIG_HOME`` and ``HOME``.
        cwd: Where relative paths start.

    Returns:
        A path that exists; None when there is none.
    """
    named = explicit or environment.get("AGGREGATOR_CONFIG")
    if named:
        path = cwd / _at_home(named, environment)
        return path if is_file(path) or _is_pipe(path) else None
    home = environment.get("XDG_CONFIG_HOME") or (f"{environment['HOME']}/.config" if environment.get("HOME") else "")
    places = [cwd / "config" / "aggregator.yaml", cwd / "aggregator.yaml"]
    places += [Path(home) / "aggregator" / "aggregator.yaml"] if home else []
    places.append(Path("/etc/aggregator/aggregator.yaml"))
    return next((place for place in places if is_file(place)), None)


def _is_pipe(path: Path) -> bool:
    """Let a shell hand a configuration over, as in ``-c <(…)``."""
    try:
        return path.is_fifo()
    except (OSError, ValueError):
        return False


def _at_home(path: str, environment: Mapping[str, str]) -> str:
    home = environment.get("HOME")
    return home + path[1:] if home and path.startswith("~/") else path
