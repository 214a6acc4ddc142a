"""Stories and copies through every store: what is remembered, what merges, and that nobody is told twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.model.edition import Edition
from aggregator.model.status import EntryFilter
from aggregator.model.topic import TopicMode
from aggregator.pipeline.curate import BATCH, Desk
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import AGROUND, BOTH, LIFTED, OUTLETS, POLICY, TEXT, settled
from tests.fakes.store import FakeStore

pytestmark = pytest.mark.anyio

WORLD, RESCUE = make_topic("world"), make_topic("rescue", match="rescue")


def ids(edition: Edition) -> list[str]:
    return [entry.id for entry in edition.entries]


async def test_entries_of_several_batches_find_their_story_also_after_a_restart(store):
    house = await settled(store)
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


async def test_what_is_recalled_is_what_was_remembered(store):
    house = await settled(store)
    for number, title in enumerate((AGROUND, LIFTED, BOTH, "Parliament votes on budget")):
        await house.arrive(OUTLETS[number], title, number)
        await house.curate()
    kept = await house.desk.memory(house.store)
    loaded = await Desk(POLICY).memory(house.store)
    assert (loaded.stories, loaded.weights) == (kept.stories, kept.weights) == (2, kept.weights)
    assert kept.weights > 8


async def test_stories_that_merge_keep_the_older_id_and_lead_there(store):
    house = await settled(store)
    older, younger = await house.arrive("ap", AGROUND), await house.arrive("bbc", LIFTED, 1)
    await house.curate()
    await house.arrive("cnn", BOTH, 2)
    await house.curate()
    assert set((await house.stories()).values()) == {"1"}
    for entry in (older, younger):
        found = await house.store.entries(EntryFilter(story=entry.key.short), NOON)
        assert len(found) == 3
        assert {short for _, short in found} == {older.key.short}


async def test_of_two_announced_stories_that_merge_the_older_item_grows_and_nothing_is_announced_again(store):
    house = await settled(store, WORLD)
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


async def test_a_story_that_only_the_younger_announced_goes_on_under_the_id_that_readers_know(store):
    house = await settled(store, WORLD, RESCUE)
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


async def test_a_topic_that_changes_to_entries_and_back_repeats_no_id(store):
    house = await settled(store, RESCUE)
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


@pytest.mark.parametrize("mode", TopicMode)
async def test_copies_are_one_item_led_by_the_heaviest_source_and_the_others_are_named(store, mode):
    topic = make_topic("world", mode=mode)

    house = await settled(store, topic)
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


async def test_a_copy_is_shown_where_what_it_repeats_is_not(store):
    topic = make_topic("tabloid", selectors=("bbc",), mode=TopicMode.ENTRIES)

    house = await settled(store, topic)
    for outlet in ("ap", "bbc"):
        await house.arrive(outlet, f"Headline of {outlet}", content_html=f"<p>{TEXT}</p>")
    await house.curate()
    (entry,) = (await house.announce(topic)).entries
    assert entry.source.id == "bbc"


async def test_a_batch_that_is_cut_gives_the_same_stories(store: Store):
    """The fake keeps the whole, the store at hand what was cut."""
    titles = [AGROUND, LIFTED, "Parliament votes on budget", BOTH, "Budget: parliament votes", "Ferry freed off Malta"]
    whole, cut = await settled(FakeStore()), await settled(store)
    for number, title in enumerate(titles):
        for house in (whole, cut):
            await house.arrive(OUTLETS[number % 4], title, number)
        await cut.curate()
    await whole.curate()
    assert await whole.stories() == await cut.stories()
    assert len(titles) < BATCH
