"""When to ask again, and why: the source's own rhythm, raised by what others ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import Every, Source, SourceState
from aggregator.schedule.durations import spell
from aggregator.schedule.wishes import LONGEST_WISH, Wish, leave_skipped
from aggregator.text.digests import digest64

_MINUTE = timedelta(minutes=1)
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Interval:
    """The rhythm of a source between two polls, with the reason for it."""

    length: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """When a source is asked again, with the reason for it in a line."""

    at: datetime
    why: str


def is_local(source: Source) -> bool:
    """Say whether a source is a file of this machine: no server, so nobody to be polite to."""
    return source.url.startswith("file:")


def resting(source: Source, state: SourceState) -> Interval:
    """Say the rhythm of a source as it is, within what the settings allow today."""
    every = source.every
    if is_local(source):
        return Interval(every.shortest, f"a local file: every {spell(every.shortest)}")
    if not every.adaptive:
        return Interval(every.shortest, f"every {spell(every.shortest)} as configured")
    return Interval(_within(every, state.interval), f"every {spell(_within(every, state.interval))}")


def adapted(source: Source, state: SourceState, *, new: int, revised: int) -> Interval:
    """Let the rhythm follow what came: half the interval when there was news, half as much again when nothing was.

    The first document says nothing about the rhythm, as all of it is new; an edit alone changes nothing.
    """
    before = resting(source, state)
    if is_local(source) or not source.every.adaptive:
        return before
    if not state.documents:
        return Interval(before.length, f"first document: {spell(before.length)}")
    if new:
        return _moved(source.every, before.length, before.length / 2, f"{new} new")
    if revised:
        return Interval(before.length, f"{revised} revised: still {spell(before.length)}")
    return _moved(source.every, before.length, before.length * 1.5, "nothing new")


def due(source: Source, interval: Interval, wishes: Iterable[Wish], *, hints: ScheduleHints, now: datetime) -> Due:
    """Find the moment of the next poll: the interval, raised by the longest wish, out of the hours that are skipped.

    Up to a tenth is added, by a hash of source and time, so that sources that were added together drift apart.
    The result lies between the interval and the longer of a week and the interval, plus that tenth.
    """
    if is_local(source):
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


def _moved(every: Every, before: timedelta, wanted: timedelta, because: str) -> Interval:
    length = _within(every, wanted)
    if length == before:
        bound = "shortest" if wanted < before else "longest"
        return Interval(length, f"{because}: {spell(length)}, the {bound}")
    verb = "shortened" if length < before else "lengthened"
    return Interval(length, f"{because}: {spell(before)} {verb} to {spell(length)}")


def _within(every: Every, wanted: timedelta) -> timedelta:
    return max(every.shortest, min(every.longest, round(wanted / _MINUTE) * _MINUTE))
