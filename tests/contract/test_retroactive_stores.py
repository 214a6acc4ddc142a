"""What every store does with topics whose rule changes: how far it got, what enters how, and what stays."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.entry import EntryKey
from aggregator.model.membership import Overlap, Told, TopicRecord
from aggregator.model.shape import Shape
from aggregator.model.status import EntryFilter
from aggregator.model.story import CurateBatch, Curated
from aggregator.model.topic import Match, Retroactive, Topic, TopicMode
from aggregator.pipeline.ports import Rehearsal, Store
from aggregator.publish import compose
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import MATCHED, bring, deciding, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
LONG_AGO = NOON - timedelta(days=99)
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
WORLD = make_topic("world")
WIDER, NARROWER = replace(WORLD, match="wide"), replace(WORLD, match="narrow")


@pytest.fixture
async def store(store: Store) -> Store:
    """Let there be three curated entries, an hour apart, of which the first is in the topic and announced."""
    await store.sync_sources([make_source()], NOON)
    for number, guid in enumerate("abc"):
        await bring(store, new(make_entry(guid)), at=NOON + number * HOUR)
        await store.curate(9, deciding(*(["world"] if guid == "a" else [])))
    await run(store, WORLD, "a")
    await announce(store, WORLD)
    return store


def letting_in(guids: Collection[str], seen: list[str] | None = None) -> Callable[[CurateBatch], Curated]:
    def decide(batch: CurateBatch) -> Curated:
        keys = tuple(arrival.stored.entry.key for arrival in batch.arrivals)
        if seen is not None:
            seen.extend(key.guid for key in keys)
        matches = tuple(Match(topic="world", key=key, reason=MATCHED) for key in keys if key.guid in guids)
        return Curated(judged=keys, matches=matches)

    return decide


async def run(store: Store | Rehearsal, topic: Topic, guids: Collection[str], seen: list[str] | None = None) -> None:
    """Run a topic over everything that is kept."""
    await store.stale_topics([topic])
    while await store.rematch([topic], 1, letting_in(guids, seen)):
        pass


async def announce(store: Store | Rehearsal, topic: Topic, hours: int = 3) -> Edition:
    now = NOON + hours * HOUR
    return await store.announce(topic, now, lambda view: compose(view, now, SITE))


async def told(store: Store | Rehearsal, slug: str = "world") -> dict[str, tuple[Told, bool]]:
    return {one.key.guid: (one.told, one.lapsed) for one in await store.members([slug], LONG_AGO)}


async def test_the_latest_entries_are_matched_first_and_those_before_a_moment_not_at_all(store: Store):
    seen: list[str] = []
    await run(store, WIDER, "abc", seen)
    assert seen == ["c", "b", "a"]
    seen.clear()
    await store.stale_topics([NARROWER])
    while await store.rematch([NARROWER], 1, letting_in("abc", seen), since=NOON + HOUR):
        pass
    assert seen == ["c", "b"]


async def test_what_is_old_enters_a_topic_that_has_readers_silently(store: Store):
    await run(store, WIDER, "abc")
    assert await told(store) == {
        "a": (Told.ANNOUNCED, False),
        "b": (Told.SILENT, False),
        "c": (Told.SILENT, False),
    }
    assert [one.title for one in (await announce(store, WIDER)).entries] == ["Entry a"]


async def test_what_is_old_does_not_enter_a_topic_that_wants_none_of_it(store: Store):
    await run(store, replace(WIDER, retroactive=Retroactive.NONE), "abc")
    assert await told(store) == {"a": (Told.ANNOUNCED, False)}


async def test_a_topic_that_has_announced_nothing_is_filled_with_what_is_old_unless_it_wants_none_of_it(store: Store):
    fresh = make_topic("fresh")

    def decide(batch: CurateBatch) -> Curated:
        return replace(
            letting_in("abc")(batch),
            matches=tuple(replace(match, topic="fresh") for match in letting_in("bc")(batch).matches),
        )

    await store.stale_topics([WORLD, fresh])
    assert await store.rematch([fresh], 1, decide)
    (record,) = [one for one in await store.topic_records() if one.slug == "fresh"]
    assert record.filling
    assert 0 < record.matched < 1
    assert (await store.status([fresh], NOON)).topics[0].matched == record.matched
    while await store.rematch([fresh], 1, decide):
        pass
    assert await told(store, "fresh") == {"b": (Told.WAITING, False), "c": (Told.WAITING, False)}
    assert {one.title for one in (await announce(store, fresh)).entries} == {"Entry b", "Entry c"}
    assert (await store.status([fresh], NOON)).topics[0].matched == 1.0


async def test_what_the_rule_lets_in_no_more_goes_unless_readers_have_it_and_comes_back_with_the_rule(store: Store):
    await run(store, WIDER, "ab")
    await run(store, NARROWER, "")
    assert await told(store) == {"a": (Told.ANNOUNCED, True)}
    ((_, reason),) = (await store.entry_views(EntryKey("lwn", "a").short))[0].topics
    assert reason.verdict == "kept, entered by an earlier rule"
    assert [one.title for one in (await announce(store, NARROWER)).entries] == ["Entry a"]
    await run(store, WIDER, "ab")
    assert await told(store) == {"a": (Told.ANNOUNCED, False), "b": (Told.SILENT, False)}


async def test_what_waits_is_not_announced_before_a_changed_rule_came_to_it(store: Store):
    for number, guid in enumerate("de", 3):
        await bring(store, new(make_entry(guid)), at=NOON + number * HOUR)
        await store.curate(9, deciding("world"))
    await announce(store, replace(WORLD, shape=Shape(settle=30 * HOUR)), hours=5)
    assert {(await told(store))[guid][0] for guid in "de"} == {Told.WAITING}
    await store.stale_topics([NARROWER])
    assert await store.rematch([NARROWER], 1, letting_in("ae"))
    await announce(store, NARROWER, hours=6)
    assert [(await told(store))[guid][0] for guid in "de"] == [Told.WAITING, Told.ANNOUNCED]
    await run(store, NARROWER, "ae")
    await announce(store, NARROWER, hours=7)
    assert (await told(store)).keys() == {"a", "e"}


async def test_what_lapsed_is_not_announced_anew_when_the_mode_changes(store: Store):
    await run(store, NARROWER, "")
    edition = await announce(store, replace(NARROWER, mode=TopicMode.ENTRIES))
    assert [one.announced_at for one in edition.entries] == [NOON + 3 * HOUR]


async def test_a_run_that_was_broken_off_goes_on_where_it_was_and_another_rule_begins_anew(store: Store):
    await store.stale_topics([WIDER])
    seen: list[str] = []
    assert await store.rematch([WIDER], 1, letting_in("abc", seen))
    assert await store.stale_topics([WIDER]) == ("world",)
    assert await store.rematch([WIDER], 1, letting_in("abc", seen))
    assert seen == ["c", "b"]
    assert await store.rematch([NARROWER], 1, letting_in("", seen))
    assert seen == ["c", "b", "c"]
    assert await store.stale_topics([WORLD]) == ("world",), "what was run over half of it is not the rule of before"


async def test_topics_that_began_at_different_times_meet_on_the_way(store: Store):
    other = make_topic("other")
    await store.stale_topics([WIDER, other])
    seen: list[str] = []

    def decide(batch: CurateBatch) -> Curated:
        found = letting_in("abc", seen)(batch)
        return replace(found, matches=(*found.matches, *(replace(one, topic="other") for one in found.matches)))

    assert await store.rematch([WIDER], 1, decide)
    while await store.rematch([WIDER, other], 1, decide):
        assert await store.stale_topics([WIDER, other]) == ("world", "other")
    assert seen == ["c", "c", "b", "a"]
    assert await store.stale_topics([WIDER, other]) == ()
    assert set(await told(store)) == set(await told(store, "other")) == {*"abc"}


async def test_the_records_of_topics_tell_rule_mode_and_how_much_was_announced(store: Store):
    await store.stale_topics([])
    (record,) = await store.topic_records()
    assert record == TopicRecord(slug="world", mode=TopicMode.STORIES, retired=True, announced=1)
    await run(store, WIDER, "a")
    (record,) = await store.topic_records()
    assert (record.rule_digest, record.retired) == (WIDER.rule_digest, False)


async def test_the_oldest_entry_that_is_kept_tells_how_far_back_a_look_can_go(store: Store):
    assert await store.kept_since() == NOON
    await bring(store, (), at=NOON + 100 * 24 * HOUR)
    await store.prune(NOON + 200 * 24 * HOUR)
    assert {one.key.guid for one in await store.members(["world"], LONG_AGO)} == {"a"}
    assert await store.kept_since() == NOON, "what a topic shows is kept"
    aside = await store.rehearse()
    assert await aside.kept_since() == NOON
    await aside.close()


async def test_members_are_told_with_their_subject_the_latest_first_and_only_those_seen_since(store: Store):
    await run(store, WIDER, "abc")
    found = await store.members(["world", "nowhere"], NOON + HOUR)
    assert [one.key.guid for one in found] == ["c", "b"]
    assert [(one.title, one.first_seen_at, one.reason) for one in found[1:]] == [("Entry b", NOON + HOUR, MATCHED)]
    assert all(one.subject == one.key for one in found)


async def test_overlaps_count_what_two_topics_share_but_not_what_lapsed_or_retired(store: Store):
    await bring(store, new(make_entry("d")), at=NOON + 3 * HOUR)
    await store.curate(9, deciding("world", "other", "gone"))
    await announce(store, make_topic("gone"))
    await run(store, WORLD, "abcd")
    await store.stale_topics([WORLD, make_topic("other")])
    assert await store.overlaps(["world"], NOON) == (Overlap("world", "other", 1), Overlap("world", "world", 4))
    assert await store.overlaps(["world"], NOON + 2 * HOUR) == (
        Overlap("world", "other", 1),
        Overlap("world", "world", 2),
    )
    await run(store, NARROWER, "b")
    assert Overlap("world", "world", 1) in await store.overlaps(["world"], NOON)


# Trying out


async def test_what_is_tried_out_is_seen_there_alone(store: Store):
    before = await told(store), await store.topic_records(), await store.entries(EntryFilter(), NOON)
    aside = await store.rehearse()
    assert await told(aside) == before[0]
    (source,) = await aside.sync_sources([make_source(tags=("x",))], NOON)
    assert source.tags == ("x",)
    await run(aside, WIDER, "abc")
    assert set(await told(aside)) == {*"abc"}
    fresh = replace(WIDER, slug="globe", aliases=("world",))
    await aside.stale_topics([fresh])
    assert {one.title for one in (await announce(aside, fresh)).entries} == {"Entry a"}
    await aside.close()
    assert (await told(store), await store.topic_records(), await store.entries(EntryFilter(), NOON)) == before


async def test_what_happens_meanwhile_is_not_seen_where_something_is_tried_out_and_waits_for_nobody(store: Store):
    aside = await store.rehearse()
    await run(aside, WIDER, "ab")
    await bring(store, new(make_entry("d")), at=NOON + 3 * HOUR)
    await store.curate(9, deciding("world"))
    await announce(store, WORLD)
    assert set(await told(aside)) == {*"ab"}
    assert len(await aside.entries(EntryFilter(), NOON)) == 3
    await aside.close()
    assert set(await told(store)) == {*"ad"}
    with pytest.raises(StoreError):
        await aside.topic_records()
