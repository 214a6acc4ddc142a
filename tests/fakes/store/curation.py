"""Arrivals in order and the decision about them; which entries are in which topics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from aggregator.errors import StoreError
from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, Curated, CurateResult, Deciding, Placement, StoryMerge
from aggregator.model.topic import Match, Retroactive, Topic, TopicMode
from tests.fakes.store import marks, near, shaping, weighing
from tests.fakes.store.kept import Kept, KeptMatch, KeptTopic

Row = TypeVar("Row")


def curate(kept: Kept, limit: int, deciding: Deciding) -> CurateResult:
    taken = sorted(kept.arrivals.items())[:limit]
    if not taken:
        return CurateResult()
    arrivals: dict[int, Arrival] = {}
    for number, (entry, revised) in taken:
        if entry not in arrivals and not kept.entries[entry].pruned:
            arrivals[entry] = _arrival(kept, number, entry, revised=revised)
    around = near.find(kept, deciding.trace(tuple(arrivals.values())))
    decided = deciding.decide(
        CurateBatch(
            arrivals=tuple(arrivals.values()),
            neighbours=around.neighbours,
            headlines=around.headlines,
            holders=around.holders,
        )
    )
    numbers = {kept.key(entry): entry for entry in kept.entries}
    for placement in decided.placements:
        _place(kept, placement, numbers)
    for merge in decided.merges:
        _merge(kept, merge, numbers)
    touched = match(kept, decided, numbers, left=decided.restless) | _showing(kept, arrivals.keys())
    if decided.restless:
        weighing.make_due(kept, arrivals)
    near.remember(kept, decided)
    kept.curated_up_to = taken[-1][0]
    for number, _ in taken:
        del kept.arrivals[number]
    topics = frozenset(topic for topic in touched if topic not in kept.topics or not kept.topics[topic].retired)
    return CurateResult(arrivals=len(taken), topics=topics)


def rematch(
    kept: Kept,
    topics: Sequence[Topic],
    limit: int,
    decide: Callable[[CurateBatch], Curated],
    since: datetime | None,
) -> bool:
    for topic in topics:
        _begin(kept, topic)
    below = max((kept.topics[topic.slug].below for topic in topics), default=0)
    found = [
        number
        for number, one in sorted(kept.live(), reverse=True)
        if number < below and one.story is not None and (since is None or one.first_seen_at >= since)
    ][:limit]
    reached = found[-1] if len(found) == limit else 0
    rows = {topic.slug: kept.topics[topic.slug] for topic in topics}
    taking_part = {slug: row.fills for slug, row in rows.items() if row.below > reached}
    if found:
        arrivals = tuple(_arrival(kept, place, number, revised=True) for place, number in enumerate(found, 1))
        numbers = {kept.key(entry): entry for entry in kept.entries}
        decided = decide(CurateBatch(arrivals=arrivals, stories=weighing.stories_of(kept, found)))
        match(kept, decided, numbers, only=taking_part)
        weighing.note_due(kept, decided.due, numbers)
    for topic in topics:
        row = kept.topics[topic.slug]
        done = replace(row, rule_digest=topic.rule_digest, matching=None, fills=None, start=0, below=0)
        kept.topics[topic.slug] = done if not reached else replace(row, below=min(row.below, reached))
    return bool(reached)


def _begin(kept: Kept, topic: Topic) -> None:
    row = topic_row(kept, topic.slug)
    if row.matching == topic.rule_digest:
        return
    fills = None
    if topic.retroactive is Retroactive.SILENT:
        fills = all(slug != topic.slug for slug, _ in kept.announced)
    start = max(kept.entries, default=0) + 1
    begun = replace(row, rule_digest=None, matching=topic.rule_digest, fills=fills, start=start, below=start)
    kept.topics[topic.slug] = begun


def stale_topics(kept: Kept, topics: Sequence[Topic]) -> tuple[str, ...]:
    slugs = {topic.slug for topic in topics}
    for topic in topics:
        former = next((alias for alias in topic.aliases if alias in kept.topics and alias not in slugs), None)
        if topic.slug not in kept.topics and former is not None:
            _adopt(kept, topic.slug, former)
    for slug, row in kept.topics.items():
        kept.topics[slug] = (
            replace(row, retired=False) if slug in slugs else replace(row, retired=True, rule_digest=None)
        )
    return tuple(
        topic.slug
        for topic in topics
        if topic.slug not in kept.topics or kept.topics[topic.slug].rule_digest != topic.rule_digest
    )


def topic_row(kept: Kept, slug: str) -> KeptTopic:
    """Give what is remembered of a topic; with the first look its feed id is made, for ever."""
    return kept.topics.setdefault(slug, KeptTopic(feed_id=f"tag:{kept.authority}:topic/{slug}"))


def _adopt(kept: Kept, slug: str, former: str) -> None:
    """Let a topic that took a new slug go on as the same feed."""

    def moved(rows: Mapping[tuple[str, int], Row]) -> dict[tuple[str, int], Row]:
        taken = {(slug, number): row for (topic, number), row in rows.items() if topic == former}
        return {key: row for key, row in rows.items() if key[0] != former} | taken

    kept.topics[slug] = kept.topics.pop(former)
    kept.matches, kept.announced, kept.shaped = moved(kept.matches), moved(kept.announced), moved(kept.shaped)
    kept.digests = {(slug if topic == former else topic, at): one for (topic, at), one in kept.digests.items()}
    kept.archives = {(slug if topic == former else topic, month): one for (topic, month), one in kept.archives.items()}
    kept.tokens = {token: slug if topic == former else topic for token, topic in kept.tokens.items()}
    for number, one in kept.acts.items():
        if one.act.topic == former:
            kept.acts[number] = replace(one, act=replace(one.act, topic=slug))
    marks.bring_pins(kept, slug)


def _arrival(kept: Kept, number: int, entry: int, *, revised: bool) -> Arrival:
    source = kept.facts(kept.entries[entry].source)
    return Arrival(number=number, stored=kept.stored(entry), source=source, revised=revised)


def _number(numbers: Mapping[EntryKey, int], key: EntryKey) -> int:
    if key not in numbers:
        raise StoreError(f"entry {key.short} of {key.source}: is not stored")
    return numbers[key]


def _place(kept: Kept, placement: Placement, numbers: Mapping[EntryKey, int]) -> None:
    """Give an entry its story, unless it has one; its poll is told of a copy."""
    number, story = _number(numbers, placement.key), _number(numbers, placement.story)
    root = None if placement.duplicate_of is None else _number(numbers, placement.duplicate_of)
    one = kept.entries[number]
    if one.story is None:
        kept.entries[number] = replace(
            one, story=story, copy_of=root, placed_why=placement.reason, copied_why=placement.copy_reason
        )
    if root is not None:
        source = kept.sources[one.source]
        polls = (
            replace(poll, duplicates=poll.duplicates + 1) if poll.at == one.first_seen_at else poll
            for poll in source.polls
        )
        kept.sources[one.source] = replace(source, polls=tuple(polls))


def _merge(kept: Kept, merge: StoryMerge, numbers: Mapping[EntryKey, int]) -> None:
    """Give a story to another one; a topic goes on under the id that its readers know."""
    merge_into(kept, _number(numbers, merge.story), _number(numbers, merge.into))


def merge_into(kept: Kept, story: int, into: int) -> None:
    """Give all entries of a story to another one."""
    for number, one in kept.entries.items():
        if one.story == story:
            kept.entries[number] = replace(one, story=into)
    for topic in [topic for topic, row in kept.topics.items() if row.mode is TopicMode.STORIES]:
        told = kept.announced.get((topic, story))
        if told is not None and (topic, into) not in kept.announced:
            del kept.announced[topic, story]
            kept.announced[topic, into] = replace(told, told_as=story if told.told_as is None else told.told_as)
    kept.merged = {old: into if new == story else new for old, new in kept.merged.items()} | {story: into}
    kept.merged = {old: new for old, new in kept.merged.items() if old != new}
    shaping.wake(kept, [into])


def match(
    kept: Kept,
    decided: Curated,
    numbers: Mapping[EntryKey, int],
    only: Mapping[str, bool | None] | None = None,
    left: Collection[str] = (),
) -> frozenset[str]:
    """Put matches in the place of those that the judged entries had; name the topics that were touched.

    Args:
        kept: Everything.
        decided: The matches, and what was judged.
        numbers: Of entries.
        only: The topics that were judged, and whether what is new in them waits for being announced, or enters
            silently (False), or not at all (None); None for all, waiting.
        left: Topics that were not judged.
    """
    judged = {_number(numbers, key) for key in decided.judged}
    named: dict[tuple[str, int], Match] = {
        (match.topic, _number(numbers, match.key)): match
        for match in decided.matches
        if only is None or match.topic in only
    }
    before = {
        (topic, one)
        for topic, one in kept.matches
        if one in judged and (only is None or topic in only) and topic not in left
    }
    dropped = before - named.keys()
    for topic, number in dropped:
        if _is_announced(kept, topic, number):
            kept.matches[topic, number] = replace(kept.matches[topic, number], pending=False, lapsed=True)
        else:
            del kept.matches[topic, number]
    for (topic, number), match in named.items():
        fills = True if only is None else only[topic]
        known = kept.matches.get((topic, number))
        if known is not None:
            kept.matches[topic, number] = replace(known, reason=match.reason, lapsed=False)
        elif fills is not None:
            pending = fills and not kept.entries[number].backfilled
            kept.matches[topic, number] = KeptMatch(match.reason, pending)
    shaping.wake(kept, judged)
    return frozenset(topic for topic, _ in (*dropped, *named)) | marks.pin_judged(kept, judged)


def _is_announced(kept: Kept, topic: str, number: int) -> bool:
    one = kept.entries[number]
    return any((topic, subject) in kept.announced for subject in (number, one.story, one.copy_of))


def _showing(kept: Kept, entries: Iterable[int]) -> frozenset[str]:
    """Name the topics that have, or showed, the stories of these entries, or what they repeat, or themselves."""
    ones = [(number, kept.entries[number]) for number in entries]
    subjects = {one.story for _, one in ones} | {one.copy_of for _, one in ones} - {None}
    shown = subjects | {number for number, _ in ones}
    return frozenset(
        {topic for topic, number in kept.matches if kept.entries[number].story in subjects - {None}}
        | {topic for topic, subject in kept.announced if subject in shown}
    )
