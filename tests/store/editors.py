"""Editors and machines at work on one store, in any order, seen by subscribers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from aggregator.errors import EditError
from aggregator.model.editing import Act, ActKind, DoneAct, Scope
from aggregator.model.edition import Edition
from aggregator.model.entry import Entry
from aggregator.model.status import EntryFilter
from aggregator.model.topic import TopicMode
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import AGROUND, BOTH, LIFTED, OUTLETS, TEXT, House
from tests.store.living import live

WORLD = make_topic("world")
RESCUE = make_topic("rescue", match="rescue")
EACH = make_topic("each", mode=TopicMode.ENTRIES)
BUDGET = "Parliament votes on budget"


def ids(edition: Edition) -> list[str]:
    return [entry.id for entry in edition.entries]


async def do(house: House, kind: ActKind, *named: Entry | str, number: int | None = None) -> DoneAct:
    shorts = tuple(one if isinstance(one, str) else one.key.short for one in named)
    edited = await house.store.edit(Act(kind=kind, named=shorts, number=number, who="ann", why="because"), NOON)
    house.desk.clear()
    return edited.act


async def groups(house: House) -> dict[str, str]:
    """Map the guid of each entry to that of its story, whether it is a copy or not."""
    found = await house.store.entries(EntryFilter(), NOON)
    return {stored.entry.key.guid: stored.story.guid for stored, _ in found if stored.story}


TITLES = (AGROUND, LIFTED, BOTH, BUDGET, f"{BUDGET} today", f"{LIFTED} again", "Budget: ferry subsidies cut")
STEPS = st.one_of(
    st.tuples(st.just("arrive"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("merge"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("split"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("undo"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.just("announce"), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.sampled_from(("pin", "hide")), st.integers(0, 99), st.integers(0, 99)),
)


@dataclass(slots=True)
class Reader:
    """A subscriber of one topic who knows items by id and by link."""

    items: dict[str, tuple[str | None, Any, Any]] = field(default_factory=dict)

    def read(self, edition: Edition) -> None:
        """Read an edition: an item that is known is as it was, and one that is new has a link of its own."""
        assert len(ids(edition)) == len(set(ids(edition))), "one item twice in an edition"
        for entry in edition.entries:
            told = (entry.url, entry.published_at, entry.updated_at)
            if entry.id not in self.items:
                assert entry.url not in {url for url, *_ in self.items.values()}, f"{entry.url} under another id"
            assert self.items.setdefault(entry.id, told) == told


class Desk24:
    """Editors and machines at work on one store, in any order."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.entries: list[Entry] = []
        self.readers = {topic.slug: Reader() for topic in house.topics}

    async def step(self, number: int, what: str, one: int, other: int) -> None:
        house, hours = self.house, number / 2
        if what == "arrive" or len(self.entries) < 2:
            text = f"<p>{TEXT}</p>" if other % 3 == 0 else ""
            title = TITLES[one % len(TITLES)]
            self.entries.append(await house.arrive(OUTLETS[other % 4], title, hours, content_html=text))
            await house.curate()
        elif what == "announce":
            await self.announce(hours)
        else:
            await self.edit(what, one, other)

    async def edit(self, what: str, one: int, other: int) -> None:
        count = len(self.entries)
        first, second = self.entries[one % count], self.entries[other % count]
        try:
            if what in {"pin", "hide"}:
                await self.mark(ActKind(what), first, other)
            elif what == "undo":
                await do(self.house, ActKind.UNDO)
            elif what == "merge":
                await do(self.house, ActKind.MERGE, first, second)
            else:
                await do(self.house, ActKind.SPLIT, await self.story_of(second), second)
        except EditError:
            return

    async def mark(self, kind: ActKind, entry: Entry, other: int) -> None:
        scope = tuple(Scope)[other % 3]
        named = entry.key.source if scope is Scope.SOURCE else entry.key.short
        topic = (None, *(topic.slug for topic in self.house.topics))[other % (len(self.house.topics) + 1)]
        await self.house.store.edit(Act(kind=kind, named=(named,), scope=scope, topic=topic, who="ann"), NOON)

    async def story_of(self, entry: Entry) -> str:
        ((_, short),) = await self.house.store.entries(EntryFilter(entry=entry.key.short), NOON)
        return short

    async def announce(self, hours: float) -> None:
        for topic in self.house.topics:
            edition = await self.house.announce(topic, hours)
            self.readers[topic.slug].read(edition)

    async def end(self) -> None:
        """Every entry that matches is told once nothing is hidden: by an item whose story it is in."""
        await self.announce(98)
        for act in await self.house.store.acts():
            if act.kind is ActKind.HIDE and act.undone_at is None:
                await do(self.house, ActKind.UNDO, number=act.number)
        await self.announce(99)
        found = await self.house.store.entries(EntryFilter(), NOON)
        by_key = {stored.entry.key: stored for stored, _ in found}
        for stored in by_key.values():
            assert stored.story is not None
            assert by_key[stored.story].story == stored.story, "a founder is in its story"
            if stored.duplicate_of is not None:
                root = by_key[stored.duplicate_of]
                assert (root.story, root.duplicate_of) == (stored.story, None), "a copy has the story of its original"
        for topic in self.house.topics:
            edition = await self.house.announce(topic, 99)
            shown = {entry.story_id for entry in edition.entries}
            missing = [
                stored.entry.title
                for stored, short in found
                if topic.slug in stored.topics and topic.mode is TopicMode.STORIES and short not in shown
            ]
            assert not missing, topic.slug


Steps = Sequence[tuple[str, int, int]]


def play(path: Path, steps: Steps) -> None:
    """Let machines and editors do these steps, and look at every edition as a subscriber; the fake does the same."""
    found: list[Any] = []

    async def story(house: House) -> None:
        # The heaviest source speaks, though it may not have been the first.
        await house.store.sync_sources([make_source(o, weight=2.0 if o == "bbc" else 1.0) for o in OUTLETS], NOON)
        desk = Desk24(house)
        for number, step in enumerate(steps):
            await desk.step(number, *step)
        await desk.end()
        views = [await house.store.entry_views(entry.key.short) for entry in desk.entries]
        found.append((await groups(house), views, await house.store.acts(), desk.readers))

    live(path, story, WORLD, RESCUE, EACH)
    live(path, story, WORLD, RESCUE, EACH, fake=True)
    assert found[0] == found[1]
