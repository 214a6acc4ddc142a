"""When to ask again, and why: the source's own rhythm, raised by what others ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import Due, Source, is_local
from aggregator.schedule.durations import spell
from aggregator.schedule.interval import Interval
from aggregator.schedule.wishes import LONGEST_WISH, Wish, leave_skipped
from aggregator.text.digests import digest64

_JITTER = 0.1


def due(source: Source, interval: Interval, wishes: Iterable[Wish], *, hints: ScheduleHints, now: datetime) -> Due:
    """Find the moment of the next poll: the interval, raised by the longest wish, out of the hours that are skipped.

    Up to a tenth is added, by a hash of source and time, so that sources that were added together drift apart.
    The result lies between the interval and the longer of a week and the interval, plus that tenth.
    """
    if is_local(source.url):
        return Due(now + interval.length, interval.why)
    length, why = interval.length, interval.why
    longest = max(wishes, key=lambda wish: wish.length, default=None)
    if longest is not None and longest.length > length:
        most = " (the most that is granted)" if longest.length == LONGEST_WISH else ""
        why = f"{why}; {longest.name} raised {spell(length)} to {spell(longest.length)}{most}"
        length = longest.length
    fraction = (digest64("jitter", source.id, now.isoformat()) & 0xFFFF_FFFF) / 2**32
    at = now + length * (1 + _JITTER * fraction)
    moved, reason = leave_skipped(at, hints, fraction=fraction)
    if reason and moved <= now + max(length, LONGEST_WISH) * (1 + _JITTER):
        return Due(moved, f"{why}; {reason}")
    return Due(at, why)
