"""Stories that are due to be weighed, and who tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, Curated, CurateResult, StoryFacts
from tests.fakes.store import curation
from tests.fakes.store.kept import Kept

AT_ONCE = datetime.min.replace(tzinfo=UTC)


def facts(kept: Kept, story: int) -> StoryFacts:
    members = [one for one in kept.entries.values() if one.story == story]
    telling = [one for one in members if one.copy_of is None]
    return StoryFacts(
        outlets=len({kept.facts(one.source).owner for one in telling}),
        items=len(telling),
        first_at=min(one.first_seen_at for one in members),
    )


def stories_of(kept: Kept, entries: Iterable[int]) -> tuple[tuple[EntryKey, StoryFacts], ...]:
    told = {story for number in entries if (story := kept.entries[number].story) is not None}
    return tuple((kept.key(story), facts(kept, story)) for story in told)


def note_due(kept: Kept, due: Iterable[tuple[EntryKey, datetime]], numbers: Mapping[EntryKey, int]) -> None:
    for key, at in due:
        story = numbers[key]
        kept.due[story] = min(at, kept.due.get(story, at))


def make_due(kept: Kept, entries: Iterable[int]) -> None:
    stories = {kept.entries[number].story for number in entries}
    kept.due |= {story: AT_ONCE for story in stories if story is not None}


def next_weighing_at(kept: Kept) -> datetime | None:
    return min(kept.due.values(), default=None)


def weigh(kept: Kept, now: datetime, limit: int, decide: Callable[[CurateBatch], Curated]) -> CurateResult:
    due = sorted((at, story) for story, at in kept.due.items() if at <= now)[:limit]
    if not due:
        return CurateResult()
    stories = [story for _, story in due]
    members = sorted((one.first_seen_at, number) for number, one in kept.live() if one.story in stories)
    arrivals = tuple(
        Arrival(number=place, stored=kept.stored(number), source=kept.facts(kept.entries[number].source), revised=True)
        for place, (_, number) in enumerate(members, 1)
    )
    decided = decide(CurateBatch(arrivals=arrivals, stories=stories_of(kept, [number for _, number in members])))
    numbers = {kept.key(entry): entry for entry in kept.entries}
    touched = curation.match(kept, decided, numbers, only=dict.fromkeys(decided.restless, True))
    for story in stories:
        del kept.due[story]
    note_due(kept, decided.due, numbers)
    retired = {topic for topic in touched if topic in kept.topics and kept.topics[topic].retired}
    return CurateResult(arrivals=len(stories), topics=touched - retired)
