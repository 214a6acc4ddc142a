"""Durations, for people."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@lru_cache(maxsize=4096)
def spell(duration: timedelta) -> str:
    """Write a duration in its two largest units.

    >>> spell(timedelta(minutes=90)), spell(timedelta(days=7)), spell(timedelta())
    ('1 h 30 min', '7 d', '0 s')
    """
    left = max(int(duration.total_seconds()), 0)
    said: list[str] = []
    for unit, seconds in _UNITS:
        count, rest = divmod(left, seconds)
        if count or (said and len(said) < 2):  # noqa: PLR2004 - two units are as much as one wants to read
            said.append(f"{count} {unit}")
            left = rest
        if len(said) == 2:  # noqa: PLR2004 - see above
            break
    return " ".join(part for part in said if not part.startswith("0 ")) or "0 s"
