"""What servers and publishers ask for: when their answer may change, and when they do not want to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from aggregator.model.parsed import ScheduleHints
from aggregator.schedule.durations import spell

LONGEST_WISH = timedelta(days=7)

_SECOND = timedelta(seconds=1)
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
    """So long we are asked to stay away, never more than a week; ``name`` says by what, as it was written.

    ``stated`` is what the server allows by it, if that is more than a way to say how rarely things change.
    """

    length: timedelta
    name: str
    stated: timedelta | None = None


def whole_number(text: str) -> int | None:
    """Read digits and nothing else; what is too long to mean anything is None too."""
    return int(text) if _WHOLE_NUMBER(text) else None


def grant(seconds: float, name: str, *, stated: int | None = None) -> Wish:
    """Make a wish of so many seconds, within what is granted; 0 states nothing."""
    return Wish(_bounded(seconds), name, _bounded(stated) if stated else None)


def stated_wishes(hints: ScheduleHints, now: datetime) -> Iterator[Wish]:
    """Give what a document says about how often it changes; words and numbers that mean nothing say nothing.

    With ``sy:updateBase`` the document changes at known moments: the wish lasts to the next of them.

    Follows: RSS 2.0, ttl; RSS 1.0 syndication module, where a missing or unusable frequency is 1.
    """
    if hints.ttl_minutes is not None and hints.ttl_minutes > 0:
        yield grant(hints.ttl_minutes * 60, f"ttl {hints.ttl_minutes}", stated=hints.ttl_minutes * 60)
    said = (hints.update_period or "").strip().lower()
    if said in _PERIODS:
        times = whole_number((hints.update_frequency or "").strip()) or 1
        period = _PERIODS[said] / times
        name = f"sy:updatePeriod {said}" + ("" if times == 1 else f" {times} times")
        base = _moment((hints.update_base or "").strip())
        if base is None or period < _SECOND:
            yield grant(period.total_seconds(), name)
        else:
            left = period - (now - base) % period
            yield grant(left.total_seconds(), f"{name} from sy:updateBase {base:%Y-%m-%d %H:%M}")


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


def _bounded(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WISH.total_seconds()))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
