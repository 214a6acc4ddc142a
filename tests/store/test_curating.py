"""Stories and copies through the real store: what is remembered, what merges, and that nobody is told twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.entry import Entry
from aggregator.model.reason import Reason
from aggregator.model.status import EntryFilter
from aggregator.model.story import CurateResult, Deciding, StoryPolicy
from aggregator.model.topic import Topic, TopicMode
from aggregator.model.verdict import Ask, ChangeSet, Known, New, PollRecord
from aggregator.pipeline.curate import BATCH, Desk, curate, rematch
from aggregator.publish import compose
from aggregator.store.sqlite import SqliteStore, announcements, near
from aggregator.topics import TopicSet
from tests.builders import NOON, make_entry, make_source, make_topic

SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
POLICY = StoryPolicy(headline_window=timedelta())
OUTLETS = ("ap", "bbc", "cnn", "dpa")
AGROUND, LIFTED = "Ferry aground off Malta coast", "Rescue helicopters lift passengers"
BOTH = f"{AGROUND}: {LIFTED}"


class House:
    """A store with four sources, and the steps of the service on it."""

    def __init__(self, store: SqliteStore, topics: Sequence[Topic]) -> None:
        self.store = store
        self.topics = topics
        self.desk = Desk(POLICY)
        self.number = 0

    async def start(self) -> None:
        await self.store.sync_sources([make_source(outlet) for outlet in OUTLETS], NOON)
        await rematch(self.store, self.topics)

    async def arrive(self, outlet: str, title: str, hours: float = 0.0, **changes: Any) -> Entry:
        """Bring one entry by a poll."""
        self.number += 1
        at = NOON + timedelta(hours=hours)
        values = {"summary": "", "content_html": "", "language": "en", "published_at": at, "updated_at": at}
        entry = make_entry(f"{self.number}", source=outlet, title=title, **(values | changes))
        await self.poll(outlet, [entry], at)
        return entry

    async def poll(self, outlet: str, entries: Sequence[Entry], at: datetime) -> None:
        (claim,) = await self.store.claim([outlet], at)

        def decide(known: Known) -> ChangeSet:
            fresh = tuple(New(entry=entry, reason=Reason("identity", "new", "unknown")) for entry in entries)
            return ChangeSet(state=known.state, poll=PollRecord(at=at, outcome="new", new=len(fresh)), verdicts=fresh)

        await self.store.transact(Ask(source_id=outlet, version=claim.state.version), decide)

    async def curate(self) -> frozenset[str]:
        return await curate(self.store, TopicSet.compile(self.topics), self.desk)

    async def announce(self, topic: Topic, hours: float = 0.0) -> Edition:
        now = NOON + timedelta(hours=hours)
        return await self.store.announce(topic, now, lambda view: compose(view, now, SITE))

    async def stories(self) -> dict[str, str]:
        """Map the title of each entry to the guid of its story's founder."""
        found = await self.store.entries(EntryFilter(), NOON)
        return {stored.entry.title: stored.story.guid for stored, _ in found if stored.story}


def live(path: Path, story: Callable[[House], Coroutine[Any, Any, None]], *topics: Topic) -> None:
    async def run() -> None:
        store = SqliteStore.open(path / "a.db", site_authority="t.example")
        try:
            house = House(store, topics)
            await house.start()
            await story(house)
        finally:
            await store.close()

    asyncio.run(run())


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path / "a.db")) as db:
        return db.execute(sql).fetchall()


def test_entries_of_several_batches_find_their_story_also_after_a_restart(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()
        house.desk = Desk(POLICY)  # as a new process
        await house.arrive("bbc", "Malta: ferry aground near coast", 1)
        await house.arrive("cnn", "Parliament votes on budget", 1)
        await house.curate()
        assert await house.stories() == {
            AGROUND: "1",
            "Malta: ferry aground near coast": "1",
            "Parliament votes on budget": "3",
        }

    live(tmp_path, story)


def test_what_is_recalled_is_what_was_remembered(tmp_path):
    async def story(house: House) -> None:
        for number, title in enumerate((AGROUND, LIFTED, BOTH, "Parliament votes on budget")):
            await house.arrive(OUTLETS[number], title, number)
            await house.curate()
        kept = await house.desk.memory(house.store)
        loaded = await Desk(POLICY).memory(house.store)
        assert (loaded.stories, loaded.weights) == (kept.stories, kept.weights) == (2, kept.weights)
        assert kept.weights > 8

    live(tmp_path, story)


def test_a_failed_commit_makes_the_desk_forget_what_the_store_has_not(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        real = house.store.curate

        async def failing(limit: int, deciding: Deciding) -> CurateResult:
            def decide(batch):
                deciding.decide(batch)
                raise StoreError("the disk is full")

            return await real(limit, replace(deciding, decide=decide))

        house.store.curate = failing
        with pytest.raises(StoreError):
            await house.curate()
        house.store.curate = real
        await house.curate()
        memory = await house.desk.memory(house.store)
        assert memory.stories == 1
        assert rows(tmp_path, "SELECT entries FROM term_totals") == [(1.0,)]

    live(tmp_path, story)


def test_stories_that_merge_keep_the_older_id_and_lead_there(tmp_path):
    async def story(house: House) -> None:
        older, younger = await house.arrive("ap", AGROUND), await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        await house.arrive("cnn", BOTH, 2)
        await house.curate()
        assert set((await house.stories()).values()) == {"1"}
        for entry in (older, younger):
            found = await house.store.entries(EntryFilter(story=entry.key.short), NOON)
            assert len(found) == 3
            assert {short for _, short in found} == {older.key.short}

    live(tmp_path, story)
    ((reason,),) = rows(tmp_path, "SELECT reason FROM story_aliases")
    assert '"rule":"bridge"' in reason


WORLD, RESCUE = make_topic("world"), make_topic("rescue", match="rescue")


def ids(edition: Edition) -> list[str]:
    return [entry.id for entry in edition.entries]


def test_of_two_announced_stories_that_merge_the_older_item_grows_and_nothing_is_announced_again(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()
        (first,) = ids(await house.announce(WORLD))
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        assert len(ids(await house.announce(WORLD, 1))) == 2
        await house.arrive("cnn", BOTH, 2)
        assert "world" in await house.curate()
        edition = await house.announce(WORLD, 2)
        assert ids(edition) == [first]
        assert [also.source_id for also in edition.entries[0].also] == ["bbc", "cnn"]
        await house.arrive("dpa", f"{BOTH} again", 3)
        await house.curate()
        assert ids(await house.announce(WORLD, 3)) == [first]

    live(tmp_path, story, WORLD)
    assert rows(tmp_path, "SELECT count(*) FROM ledger") == [(2,)]


def test_a_story_that_only_the_younger_announced_goes_on_under_the_id_that_readers_know(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        (known,) = ids(await house.announce(RESCUE, 1))
        (other,) = [one for one in ids(await house.announce(WORLD, 1)) if one != known]
        before = {entry.id: entry for entry in (await house.announce(RESCUE, 1)).entries}[known]
        await house.arrive("cnn", BOTH, 2)
        await house.curate()
        edition = await house.announce(RESCUE, 2)
        assert ids(edition) == [known], "the topic never showed the older story: it keeps the item that it has"
        entry = edition.entries[0]
        assert (entry.published_at, entry.updated_at, entry.url) == (before.published_at, before.updated_at, before.url)
        assert {also.source_id for also in entry.also} == {"ap", "cnn"}
        assert ids(await house.announce(WORLD, 2)) == [other]
        # A third story joins the second: the item stays, through two merges.
        assert ids(await house.announce(RESCUE, 3)) == [known]

    live(tmp_path, story, WORLD, RESCUE)


def test_a_topic_that_changes_to_entries_and_back_repeats_no_id(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        (known,) = ids(await house.announce(RESCUE, 1))
        await house.arrive("cnn", BOTH, 2)
        await house.curate()
        await house.announce(RESCUE, 2)
        each = await house.announce(replace(RESCUE, mode=TopicMode.ENTRIES), 3)
        assert len(ids(each)) == len(set(ids(each))) == 2
        assert known in ids(each)

    live(tmp_path, story, RESCUE)


TEXT = "Two tugs freed the ferry this morning after a night on the rocks; all of its 212 passengers are safe and well."


@pytest.mark.parametrize("mode", TopicMode)
def test_copies_are_one_item_led_by_the_heaviest_source_and_the_others_are_named(tmp_path, mode):
    topic = make_topic("world", mode=mode)

    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(o, weight=2.0 if o == "cnn" else 1.0) for o in OUTLETS], NOON)
        for number, outlet in enumerate(OUTLETS[:3]):
            await house.arrive(outlet, f"Headline number {number}", number / 10, content_html=f"<p>{TEXT}</p>")
        await house.curate()
        edition = await house.announce(topic, 1)
        (entry,) = edition.entries
        assert entry.source.id == "cnn"
        assert [also.source_id for also in entry.also] == ["ap", "bbc"]
        await house.arrive("dpa", "Late reprint", 5, content_html=f"<p>{TEXT}</p>")
        await house.curate()
        assert ids(await house.announce(topic, 6)) == [entry.id]

    live(tmp_path, story, topic)
    assert rows(tmp_path, "SELECT entries, copies, outlets FROM v_stories") == [(4, 3, 1)]


def test_a_copy_is_shown_where_what_it_repeats_is_not(tmp_path):
    topic = make_topic("tabloid", selectors=("bbc",), mode=TopicMode.ENTRIES)

    async def story(house: House) -> None:
        for outlet in ("ap", "bbc"):
            await house.arrive(outlet, f"Headline of {outlet}", content_html=f"<p>{TEXT}</p>")
        await house.curate()
        (entry,) = (await house.announce(topic)).entries
        assert entry.source.id == "bbc"

    live(tmp_path, story, topic)


def test_one_owner_is_one_outlet(tmp_path):
    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(o, owner="big" if o != "dpa" else None) for o in OUTLETS], NOON)
        for number, outlet in enumerate(OUTLETS):
            await house.arrive(outlet, f"{AGROUND} {number}{number}", number)
        await house.curate()

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT entries, outlets FROM v_stories") == [(4, 2)]


def test_what_is_too_old_to_be_compared_is_forgotten_and_the_entries_stay(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND, content_html=f"<p>{TEXT}</p>")
        await house.arrive("bbc", "Parliament votes on budget", 24 * 7, content_html="<p>" + "one two three " * 9)
        await house.curate()
        await house.store.prune(NOON + timedelta(days=8))
        assert len(await house.stories()) == 2

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT entry_id FROM recent") == [(2,)]
    assert rows(tmp_path, "SELECT DISTINCT entry_id FROM prints") == [(2,)]
    assert len(rows(tmp_path, "SELECT * FROM headlines")) == 2


def test_a_batch_that_is_cut_gives_the_same_stories(tmp_path):
    titles = [AGROUND, LIFTED, "Parliament votes on budget", BOTH, "Budget: parliament votes", "Ferry freed off Malta"]

    async def story(house: House) -> None:
        for number, title in enumerate(titles):
            await house.arrive(OUTLETS[number % 4], title, number)
            if house.topics or number == len(titles) - 1:
                await house.curate()
        found.append(await house.stories())

    found: list[dict[str, str]] = []
    for name, topics in (("whole", ()), ("cut", (WORLD,))):
        (tmp_path / name).mkdir()
        live(tmp_path / name, story, *topics)
    assert found[0] == found[1]
    assert len(titles) < BATCH


def test_looking_around_walks_through_no_table(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()

    live(tmp_path, story)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        for sql, given in (
            (near._LINKED, ["[1]", 50]),
            (near._NEIGHBOURS, ['{"1":1}']),
            (near._USES, ["[1]"]),
            (near._PRINTS, ["[1]"]),
        ):
            plan = [step[3] for step in db.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
            walked = [
                step for step in plan if step.startswith("SCAN") and "json_each" not in step and "VIRTUAL" not in step
            ]
            assert not walked, plan


def test_a_flood_is_announced_whole_and_the_newest_of_it_are_shown(tmp_path):
    flood = announcements.SLICE * 2 + 1

    async def story(house: House) -> None:
        # The first of them in the document, and so the first that is announced, is the newest.
        entries = [
            make_entry(f"{n}", source="ap", title=f"{n}", published_at=NOON - timedelta(minutes=n), language="en")
            for n in range(flood)
        ]
        await house.poll("ap", entries, NOON)
        await house.curate()
        topic = replace(WORLD, mode=TopicMode.ENTRIES)
        edition = await house.announce(topic)
        assert [entry.title for entry in edition.entries] == [f"{n}" for n in range(topic.limit)]
        assert await house.announce(topic, 1) == edition

    live(tmp_path, story, replace(WORLD, mode=TopicMode.ENTRIES))
    assert rows(tmp_path, "SELECT count(*) FROM announcements") == [(flood,)]
    assert rows(tmp_path, "SELECT count(*) FROM topic_entries WHERE pending = 1") == [(0,)]
