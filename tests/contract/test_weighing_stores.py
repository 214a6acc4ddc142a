"""What every store does for weighing: topics that depend on who tells a story, and on time, are decided anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.editing import Act, ActKind
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.status import EntryFilter
from aggregator.model.story import CurateBatch, Curated, CurateResult, StoryFacts
from aggregator.model.topic import Match, Topic, TopicMode
from aggregator.pipeline.curate import rematch
from aggregator.pipeline.weigh import weigh
from aggregator.topics import TopicSet
from tests.builders import NOON, make_topic
from tests.contract.house import AGROUND, LIFTED, House, settled
from tests.fakes.store import FakeStore

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
AGAIN = "Malta: ferry aground near coast"
WIDE = make_topic("wide", match="ferry outlets>=2", mode=TopicMode.ENTRIES)
YOUNG = make_topic("young", match="ferry age<2h", mode=TopicMode.ENTRIES)
RIPE = make_topic("ripe", match="story-age>=3h", mode=TopicMode.ENTRIES)
FERRY = make_topic("ferry", match="ferry")


async def weighed(house: House, hours: float = 0.0) -> frozenset[str]:
    return await weigh(house.store, TopicSet.compile(house.topics), NOON + timedelta(hours=hours))


async def members(house: House) -> dict[str, set[str]]:
    """Map each topic to the guids of its entries."""
    found: dict[str, set[str]] = {}
    for stored, _ in await house.store.entries(EntryFilter(), NOON):
        for topic in stored.topics:
            found.setdefault(topic, set()).add(stored.entry.key.guid)
    return found


async def test_an_entry_enters_when_another_outlet_tells_its_story(store):
    house = await settled(store, WIDE, FERRY)
    await house.arrive("ap", AGROUND)
    assert await house.curate() == {"ferry"}
    assert await weighed(house) == frozenset()
    assert await members(house) == {"ferry": {"1"}}
    await house.arrive("bbc", AGAIN, 1)
    await house.curate()
    assert await weighed(house, 1) == {"wide"}
    assert await members(house) == {"ferry": {"1", "2"}, "wide": {"1", "2"}}
    view, *_ = await store.entry_views("https://ap.example/1")
    assert view.telling == StoryFacts(outlets=2, items=2, first_at=NOON)
    (reason,) = (reason for topic, reason in view.topics if topic == "wide")
    assert reason.evidence == 'title: "Ferry" · outlets 2'


async def test_copies_and_sources_of_one_owner_make_a_story_no_wider(store):
    house = await settled(store, WIDE)
    link = {"link_key": 7, "url": "https://ap.example/same"}
    await house.arrive("ap", AGROUND, **link)
    await house.arrive("bbc", AGROUND, 1, **link)
    await house.arrive("ap", AGAIN, 2)
    await house.curate()
    assert await weighed(house, 2) == frozenset()
    view, *_ = await store.entry_views("https://ap.example/3")
    assert view.telling == StoryFacts(outlets=1, items=2, first_at=NOON)


async def test_time_alone_lets_in_and_out_at_the_moment_that_is_told_before(store):
    house = await settled(store, YOUNG, RIPE)
    await house.arrive("ap", AGROUND)
    assert await store.next_weighing_at() is None
    await house.curate()
    due = await store.next_weighing_at()
    assert due is not None
    assert due < NOON - timedelta(days=365)
    await weighed(house)
    assert await members(house) == {"young": {"1"}}
    assert await store.next_weighing_at() == NOON + 2 * HOUR
    assert await weighed(house, 1.9) == frozenset()
    assert await weighed(house, 2) == {"young"}
    assert await members(house) == {}
    assert await weighed(house, 3) == {"ripe"}
    assert await members(house) == {"ripe": {"1"}}


async def test_what_was_announced_stays(store):
    house = await settled(store, YOUNG)
    await house.arrive("ap", AGROUND)
    await house.curate()
    await weighed(house)
    edition = await house.announce(YOUNG)
    assert len(edition.entries) == 1
    await weighed(house, 9)
    assert await members(house) == {"young": {"1"}}
    assert await house.announce(YOUNG, 9) == edition


async def test_an_edit_leaves_restless_topics_to_weighing(store):
    house = await settled(store, WIDE, FERRY)
    await house.arrive("ap", AGROUND)
    await house.arrive("bbc", AGAIN)
    await house.curate()
    await weighed(house)
    short = EntryKey("bbc", "2").short
    view, *_ = await store.entry_views("https://bbc.example/2")
    await store.edit(Act(kind=ActKind.SPLIT, named=(view.story, short), who="e", why=""), NOON + HOUR)
    assert (await members(house))["wide"] == {"1", "2"}
    assert await weighed(house, 1) == {"wide"}
    assert "wide" not in await members(house)
    await store.edit(Act(kind=ActKind.UNDO, who="e", why=""), NOON + 2 * HOUR)
    await weighed(house, 2)
    assert (await members(house))["wide"] == {"1", "2"}


async def test_a_rule_that_became_restless_is_run_over_everything(store):
    house = await settled(store, make_topic("wide", match="ferry"), FERRY)
    for outlet, title in (("ap", AGROUND), ("bbc", AGAIN), ("cnn", LIFTED)):
        await house.arrive(outlet, title)
    await house.curate()
    assert (await members(house))["wide"] == {"1", "2"}
    house.topics = (make_topic("wide", match="outlets<2"), FERRY)
    assert await rematch(store, house.topics) == {"wide"}
    await weighed(house, 1)
    assert await members(house) == {"wide": {"3"}, "ferry": {"1", "2"}}
    assert await rematch(store, house.topics) == frozenset()
    house.topics = (make_topic("wide", match="ferry"), FERRY)
    assert await rematch(store, house.topics) == {"wide"}
    assert (await members(house))["wide"] == {"1", "2"}


async def test_stories_are_taken_in_slices_and_each_once(store):
    house = await settled(store, YOUNG)
    for number, title in enumerate((AGROUND, LIFTED, "Parliament votes on budget")):
        await house.arrive("ap", title, number)
    await house.curate()
    seen: list[CurateBatch] = []

    def decide(batch: CurateBatch) -> Curated:
        seen.append(batch)
        keys = tuple(arrival.stored.entry.key for arrival in batch.arrivals)
        reason = Reason("topic", "entered", "match", "x")
        return Curated(
            judged=keys,
            matches=tuple(Match(topic="young", key=key, reason=reason) for key in keys),
            restless=frozenset({"young"}),
            due=((keys[0], NOON + 9 * HOUR),),
        )

    assert await store.weigh(NOON, 2, decide) == CurateResult(arrivals=2, topics=frozenset({"young"}))
    assert await store.weigh(NOON, 2, decide) == CurateResult(arrivals=1, topics=frozenset({"young"}))
    assert await store.weigh(NOON, 2, decide) == CurateResult()
    guids = [[arrival.stored.entry.key.guid for arrival in batch.arrivals] for batch in seen]
    assert guids == [["1", "2"], ["3"]]
    assert dict(seen[0].stories)[EntryKey("ap", "1")] == StoryFacts(outlets=1, items=1, first_at=NOON)
    assert await store.next_weighing_at() == NOON + 9 * HOUR


async def test_without_restless_topics_nothing_is_due(store):
    house = await settled(store, FERRY)
    await house.arrive("ap", AGROUND)
    await house.curate()
    assert await store.next_weighing_at() is None
    assert await weighed(house) == frozenset()


async def test_a_commit_that_fails_leaves_the_stories_due():
    store = FakeStore()
    house = await settled(store, YOUNG)
    await house.arrive("ap", AGROUND)
    await house.curate()
    store.fail_commits()
    with pytest.raises(StoreError):
        await weighed(house)
    assert await weighed(house) == {"young"}


def test_the_topics_of_this_page_are_restless():
    topics: tuple[Topic, ...] = (WIDE, YOUNG, RIPE, FERRY)
    assert TopicSet.compile(topics).restless == {"wide", "young", "ripe"}
