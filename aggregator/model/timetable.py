"""Times of day that come again: when a digest is made, when a letter goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A time of day, on some days of the week.

    Attributes:
        at: By the clocks of ``zone``, without a zone of its own.
        days: Days of the week, Monday is 0; at least one.
        zone: Name in the time zone database, such as ``Europe/London``.
    """

    at: time
    days: frozenset[int] = EVERY_DAY
    zone: str = "UTC"
