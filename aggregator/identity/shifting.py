"""Dates that all moved by one span: what a wrong time zone does to a site, and a proof of who is who."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from aggregator.identity.evidence import agreement
from aggregator.identity.flood import Times, is_news
from aggregator.identity.pairing import Found
from aggregator.identity.trust import Trust
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.habits import QuirkKind
from aggregator.model.verdict import KnownEntry

LONGEST_SHIFT: Final = timedelta(hours=26)
"""From one end of the world to the other."""
LEAST_SECONDS: Final = 3
"""So many different seconds of the minute must agree: what comes at the same minutes of every day shows nothing."""
_STEP: Final = timedelta(minutes=15)
_SHARE: Final = 0.5

_Dated = TypeVar("_Dated", Entry, KnownEntry)


def shifted(
    strangers: Sequence[Entry],
    pool: Sequence[KnownEntry],
    found: Iterable[tuple[Entry, KnownEntry]],
    times: Times,
    trust: Trust,
) -> Mapping[EntryKey, Found]:
    """Pair strangers with stored entries whose dates are theirs but for a span, the same for most of the document.

    Entries that are known show the span, or strangers that are not dated as news.

    Args:
        strangers: Unknown entries of a document.
        pool: Stored entries that no entry of the document is.
        found: Entries of the document and the stored ones that they are.
        times: By which news is told.
        trust: What counts.
    """
    if not trust.policy.shifts or trust.habits.has(QuirkKind.REDATED):
        return {}
    mine, theirs = alone(strangers), alone(pool)
    span = span_of(found)
    if span is None:
        mine = {at: entry for at, entry in mine.items() if not is_news(entry, times, trust)}
        span = _span(steps(mine, theirs), min(len(mine), len(theirs)))
    if span is None:
        return {}
    pairs = [(entry, other) for at, entry in mine.items() if (other := theirs.get(at - span)) is not None]
    return {entry.key: Found(other, "shifted", agreement(entry, other, trust.affixes)) for entry, other in pairs}


def span_of(found: Iterable[tuple[Entry, KnownEntry]]) -> timedelta | None:
    """Find the span by which most dates of known entries moved at once; None when they did not, or each by its own."""
    known = [(one.published_at, two.published_at) for one, two in found if one.published_at and two.published_at]
    return _span([pair for pair in known if _is_step(pair)], len(known))


def alone(entries: Iterable[_Dated]) -> dict[datetime, _Dated]:
    """Give the entries whose dates are those of no other, by these."""
    dated: defaultdict[datetime, list[_Dated]] = defaultdict(list)
    for entry in entries:
        if entry.published_at is not None:
            dated[entry.published_at].append(entry)
    return {at: these[0] for at, these in dated.items() if len(these) == 1}


def steps(mine: Iterable[datetime], theirs: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Pair all dates that are as far apart as clocks may be; those alone are compared that have the same rest."""
    same: defaultdict[float, list[datetime]] = defaultdict(list)
    for before in theirs:
        same[before.timestamp() % _STEP.total_seconds()].append(before)
    near = ((at, before) for at in mine for before in same[at.timestamp() % _STEP.total_seconds()])
    return [pair for pair in near if _is_step(pair)]


def _is_step(pair: tuple[datetime, datetime]) -> bool:
    """Say whether two dates are as far apart as clocks of two places may be, but not the same."""
    span = abs(pair[0] - pair[1])
    return timedelta() < span <= LONGEST_SHIFT and span % _STEP == timedelta()


def _span(pairs: Iterable[tuple[datetime, datetime]], size: int) -> timedelta | None:
    """Find the span by which most of so many dates moved."""
    moved: defaultdict[timedelta, set[datetime]] = defaultdict(set)
    for at, before in pairs:
        moved[at - before].add(at)
    span = max(moved, key=lambda one: (len(moved[one]), one), default=None)
    if span is None or len(moved[span]) < _SHARE * size:
        return None
    return span if len({at.second for at in moved[span]}) >= LEAST_SECONDS else None
