"""The rhythm of a source: how often it is worth asking, between what the settings and its server allow."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from aggregator.model.source import SHORTEST_FLOOR, Every, Source, SourceState, is_local
from aggregator.schedule.durations import spell
from aggregator.schedule.rate import spell_rate
from aggregator.schedule.wishes import Wish

PACE = timedelta(hours=6)
"""The interval of a source that publishes one entry a day; it goes with the square root of the rate."""

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# A document that has no validators costs its server all of its bytes each time.
_HEAVY_BYTES = 1_000_000
_HEAVY_FLOOR = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Interval:
    """The rhythm of a source between two polls, with the reason for it."""

    length: timedelta
    why: str


def resting(source: Source, state: SourceState) -> Interval:
    """Say the rhythm of a source as it is, within what the settings allow today."""
    every = source.every
    if is_local(source.url):
        return Interval(every.shortest, f"a local file: every {spell(every.shortest)}")
    if not every.adaptive:
        return Interval(every.shortest, f"every {spell(every.shortest)} as configured")
    length = max(every.shortest, min(every.longest, state.interval))
    return Interval(length, f"every {spell(length)}")


def adapted(source: Source, state: SourceState, wishes: Iterable[Wish] = ()) -> Interval:
    """Let the rhythm follow the rate: with so many polls in all, the square root makes the mean delay least.

    Args:
        source: As configured.
        state: With the rate as it is after the last answer.
        wishes: Those that state how often the server allows to be asked may lower the floor.
    """
    if is_local(source.url) or not source.every.adaptive:
        return resting(source, state)
    every = source.every
    said = spell_rate(state.rate)
    rate = max(state.rate.per_day, 1e-9)
    wanted = max(round(PACE / math.sqrt(rate) / _MINUTE), 1) * _MINUTE
    low, why_low = _floor(every, state, wishes)
    if wanted < low:
        return Interval(low, f"{said}: {spell(wanted)}, raised to {why_low} of {spell(low)}")
    if wanted > every.longest:
        return Interval(every.longest, f"{said}: {spell(every.longest)}, the longest")
    return Interval(wanted, f"{said}: {spell(wanted)}")


def _floor(every: Every, state: SourceState, wishes: Iterable[Wish]) -> tuple[timedelta, str]:
    """Find the shortest interval, and what it is called."""
    low, why = every.shortest, "the floor"
    stated = [(wish.stated, wish.name) for wish in wishes if wish.stated]
    allowed, name = max(stated, default=(low, ""))
    if every.yields and allowed < low:
        low = max(allowed, SHORTEST_FLOOR)
        why = f"the floor that {name} allows"
    validators = state.validators
    if state.body_bytes > _HEAVY_BYTES and not validators.etag and not validators.last_modified and low < _HEAVY_FLOOR:
        return min(_HEAVY_FLOOR, every.longest), "the floor for large documents without validators"
    return low, why
