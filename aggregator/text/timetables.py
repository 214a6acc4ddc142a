"""The moments of a timetable, by clocks that are set forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.model.timetable import Timetable

_DAY = timedelta(days=1)
_WEEK = 8


def last_moment(timetable: Timetable, now: datetime) -> datetime:
    """Give the last moment of a timetable that is not after ``now``, in UTC.

    A time of day that is skipped when clocks are set forward is an hour later by them, the same moment that it would
    have been; of one that comes twice when they are set back the first counts.

    Follows:
        PEP 495.

    >>> from datetime import time
    >>> london = Timetable(at=time(7), zone="Europe/London")
    >>> str(last_moment(london, datetime(2026, 7, 1, 5, 59, tzinfo=UTC)))
    '2026-06-30 06:00:00+00:00'
    """
    return max(moment for moment in _around(timetable, now) if moment <= now)


def next_moment(timetable: Timetable, now: datetime) -> datetime:
    """Give the first moment of a timetable after ``now``, in UTC.

    >>> from datetime import time
    >>> mondays = Timetable(at=time(7), days=frozenset({0}), zone="Europe/London")
    >>> str(next_moment(mondays, datetime(2026, 11, 25, 12, tzinfo=UTC)))
    '2026-11-30 07:00:00+00:00'
    """
    return min(moment for moment in _around(timetable, now) if moment > now)


def _around(timetable: Timetable, now: datetime) -> list[datetime]:
    zone = _zone(timetable.zone)
    today = now.astimezone(zone).date()
    days = (today + step * _DAY for step in range(-_WEEK, _WEEK + 1))
    return [
        datetime.combine(day, timetable.at, tzinfo=zone).astimezone(UTC)
        for day in days
        if day.weekday() in timetable.days
    ]


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
