"""What servers and publishers ask for: when their answer may change, and when they do not want to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from aggregator.model.parsed import ScheduleHints
from aggregator.schedule.durations import spell

LONGEST_WISH = timedelta(days=7)

_HOUR = timedelta(hours=1)
_HOURS_OF_A_WEEK = 168
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHOLE_NUMBER = re.compile(r"\d{1,12}", re.ASCII).fullmatch
_PERIODS: Mapping[str, timedelta] = MappingProxyType(
    {
        "hourly": _HOUR,
        "daily": timedelta(days=1),
        "weekly": timedelta(days=7),
        "monthly": timedelta(days=30),
        "yearly": timedelta(days=365),
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """So long we are asked to stay away, never more than a week; ``name`` says by what, as it was written."""

    length: timedelta
    name: str


def whole_number(text: str) -> int | None:
    """Read digits and nothing else; what is too long to mean anything is None too."""
    return int(text) if _WHOLE_NUMBER(text) else None


def grant(seconds: float, name: str) -> Wish:
    """Make a wish of so many seconds, within what is granted."""
    bounded = min(max(seconds, 0.0), LONGEST_WISH.total_seconds())
    return Wish(timedelta(seconds=bounded), name)


def stated_wishes(hints: ScheduleHints) -> Iterator[Wish]:
    """Give what a document says about how often it changes; words and numbers that mean nothing say nothing.

    Follows: RSS 2.0, ttl; RSS 1.0 syndication module, where a missing or unusable frequency is 1.
    """
    if hints.ttl_minutes is not None and hints.ttl_minutes > 0:
        yield grant(hints.ttl_minutes * 60, f"ttl {hints.ttl_minutes}")
    said = (hints.update_period or "").strip().lower()
    if said in _PERIODS:
        times = whole_number((hints.update_frequency or "").strip()) or 1
        often = "" if times == 1 else f" {times} times"
        yield grant(_PERIODS[said].total_seconds() / times, f"sy:updatePeriod {said}{often}")


def leave_skipped(at: datetime, hints: ScheduleHints, *, fraction: float) -> tuple[datetime, str]:
    """Move a moment to the first hour that the publisher does not skip; say so, or say nothing.

    A feed that skips everything skips nothing.

    Args:
        at: In UTC, which is what the publisher's hours are told in.
        hints: Of the document.
        fraction: From 0 to 1: where in that hour, so that not all come at its stroke.

    Follows: RSS 2.0, skipHours and skipDays.
    """
    days = {day.strip().lower() for day in hints.skip_days}
    if not days and not hints.skip_hours:
        return at, ""
    stroke = at.replace(minute=0, second=0, microsecond=0)
    for ahead in range(_HOURS_OF_A_WEEK):
        hour = stroke + ahead * _HOUR
        if hour.hour not in hints.skip_hours and _WEEKDAYS[hour.weekday()] not in days:
            if not ahead:
                return at, ""
            moved = hour + timedelta(seconds=int(fraction * 3599))
            return moved, f"skipHours/skipDays moved it by {spell(moved - at)} to {moved:%a %H:%M} GMT"
    return at, ""
