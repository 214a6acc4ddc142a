"""What lies near an arrival, and how that is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model.entry import EntryKey
from aggregator.model.story import (
    HEADLINE_MEMORY,
    MOST_COMPARED,
    MOST_HOLDERS,
    TEXT_WINDOW,
    Curated,
    HeadlineUse,
    Neighbour,
    Recalled,
    TermCounts,
    Traces,
    worth_comparing,
)
from tests.fakes.store import editing
from tests.fakes.store.kept import Kept


@dataclass(frozen=True, slots=True)
class Near:
    """As in a ``CurateBatch``."""

    neighbours: tuple[Neighbour, ...]
    headlines: tuple[HeadlineUse, ...]
    holders: tuple[tuple[int, EntryKey], ...]


def find(kept: Kept, traces: Sequence[Traces]) -> Near:
    links = {trace.link_key for trace in traces} - {None}
    headlines = {trace.headline for trace in traces}
    likest = {number for trace in traces for number in _likest(kept, trace)}
    placed = {number: one for number, one in kept.live() if one.story is not None}
    uses = {key: use for key, use in sorted(kept.uses.items()) if key[0] in headlines}
    prints = {one for trace in traces for one in trace.prints}
    holders = [(one, number) for one in prints for number in _holders(kept, one) & likest if number in placed]
    texts = {number for _, number in holders} | {number for number, _ in uses.values()}
    near = [number for number, one in placed.items() if number in texts or one.entry.link_key in links]
    near.sort(key=lambda number: (placed[number].first_seen_at, number))
    return Near(
        neighbours=tuple(_neighbour(kept, number, with_text=number in texts) for number in near),
        headlines=tuple(replace(use, key=kept.key(number)) for number, use in uses.values()),
        holders=tuple((one, kept.key(number)) for one, number in holders),
    )


def remember(kept: Kept, decided: Curated) -> None:
    numbers = {kept.key(number): number for number in kept.entries}
    for recent in decided.recent:
        number = numbers[recent.key]
        kept.recent[number] = recent
        for one in recent.prints:
            holding = kept.prints.get(one, frozenset())
            kept.prints[one] = holding if len(holding) >= MOST_HOLDERS else holding | {number}
    for use in decided.headlines:
        number = numbers[use.key]
        kept.uses[use.headline, kept.entries[number].source] = (number, use)
    for counts in decided.counts:
        kept.counts[counts.language] = _counted(kept.counts.get(counts.language), counts)


def recall(kept: Kept) -> Recalled:
    recent = sorted(kept.recent.items(), key=lambda pair: (pair[1].seen_at, pair[0]))
    return Recalled(
        recent=tuple(
            replace(one, key=kept.key(number), story=kept.key(story), prints=())
            for number, one in recent
            if one.terms and (story := kept.entries[number].story) is not None
        ),
        counts=tuple(kept.counts[language] for language in sorted(kept.counts)),
        apart=editing.apart(kept),
    )


def forget(kept: Kept, now: datetime) -> None:
    """Forget what is too old to be compared with."""
    old = {number for number, one in kept.recent.items() if one.seen_at < now - TEXT_WINDOW}
    kept.recent = {number: one for number, one in kept.recent.items() if number not in old}
    kept.prints = {one: left for one, holding in kept.prints.items() if (left := holding - old)}
    kept.uses = {key: use for key, use in kept.uses.items() if use[1].last_at >= now - HEADLINE_MEMORY}


def _holders(kept: Kept, fingerprint: int) -> frozenset[int]:
    """Find the entries that have a fingerprint; so many that it is boilerplate are none."""
    found = kept.prints.get(fingerprint, frozenset())
    return found if len(found) < MOST_HOLDERS else frozenset()


def _likest(kept: Kept, trace: Traces) -> list[int]:
    """Find the few entries that share most fingerprints with an arrival, the oldest where it is a tie."""
    telling = [one for one in trace.prints if len(kept.prints.get(one, ())) < MOST_HOLDERS]
    shared = Counter(number for one in telling for number in _holders(kept, one))
    worth = [number for number, hits in shared.items() if worth_comparing(hits, len(telling), _prints(kept, number))]
    return sorted(worth, key=lambda number: (-shared[number], number))[:MOST_COMPARED]


def _prints(kept: Kept, number: int) -> int:
    return len(kept.recent[number].prints) if number in kept.recent else 0


def _counted(before: TermCounts | None, counts: TermCounts) -> TermCounts:
    known = {} if before is None or counts.complete else dict(before.terms)
    return replace(counts, terms=tuple((known | dict(counts.terms)).items()), complete=True)


def _neighbour(kept: Kept, number: int, *, with_text: bool) -> Neighbour:
    one, stored = kept.entries[number], kept.stored(number)
    assert stored.story is not None
    return Neighbour(
        key=stored.entry.key,
        link_key=stored.entry.link_key,
        story=stored.story,
        first_seen_at=stored.first_seen_at,
        title=stored.entry.title,
        root=stored.duplicate_of,
        owner=kept.facts(one.source).owner,
        language=stored.entry.language,
        summary=stored.entry.summary if with_text else "",
        content_html=stored.entry.content_html if with_text else "",
        prints=_prints(kept, number),
    )
