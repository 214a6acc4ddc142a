"""What every store gives of months that are over, and of who may read private feeds."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import time, timedelta

import pytest

from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.month import read_month
from aggregator.model.shape import Shape
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Access, Topic
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from tests.builders import NOON, make_topic
from tests.contract.house import SITE, House, settled

pytestmark = pytest.mark.anyio

WORLD = make_topic("world", limit=2)
MONTH = 31 * 24
TITLES = FERRY, BRIDGE, LAMPS, GLACIER, MUSEUM, COUNCIL = (
    "Ferry aground",
    "Bridge reopens",
    "Lamps dimmed",
    "Glacier retreats",
    "Museum robbed",
    "Council resigns",
)


def composing(view: TopicView) -> Composed:
    return compose(view, NOON, SITE)


async def month(store: Store, topic: Topic, wanted: str, most: int = 10) -> Edition | None:
    part = read_month(wanted)
    assert part is not None
    return await store.month(topic, part, NOON, composing, most=most)


@pytest.fixture
async def house(store: Store) -> House:
    """Let a topic announce three entries in November, one in December and two in January."""
    house = await settled(store, WORLD)
    for title, hours in zip(TITLES, (0, 1, 2, MONTH, 2 * MONTH, 2 * MONTH + 1), strict=True):
        await house.arrive("ap", title, hours)
        await house.curate()
        await house.announce(WORLD, hours)
    return house


def titles(edition: Edition | None) -> list[str]:
    return [] if edition is None else [entry.title for entry in edition.entries]


async def test_a_month_holds_what_was_announced_in_it_newest_first(house: House):
    edition = await month(house.store, WORLD, "2026-11")
    assert edition is not None
    assert titles(edition) == [LAMPS, BRIDGE, FERRY]
    assert (edition.month, edition.older) == ("2026-11", None)
    assert titles(await month(house.store, WORLD, "2026-12")) == [GLACIER]


async def test_full_parts_are_counted_from_the_oldest_and_each_item_is_in_one(house: House):
    parts = {name: await month(house.store, WORLD, name, most=1) for name in ("2026-11", "2026-11-2", "2026-11-1")}
    assert [titles(part) for part in parts.values()] == [[LAMPS], [BRIDGE], [FERRY]]
    assert [(part.month, part.older, part.newer) for part in parts.values() if part] == [
        ("2026-11", "2026-11-2", None),
        ("2026-11-2", "2026-11-1", "2026-11"),
        ("2026-11-1", None, "2026-11-2"),
    ]
    assert await month(house.store, WORLD, "2026-11-3", most=1) is None
    assert titles(await month(house.store, WORLD, "2026-11-1", most=2)) == [BRIDGE, FERRY]
    assert titles(await month(house.store, WORLD, "2026-11", most=2)) == [LAMPS]
    assert await month(house.store, WORLD, "2026-11-1", most=3) is None
    # The oldest part of a month leads to the newest of the month before.
    second = await month(house.store, WORLD, "2027-01-1", most=1)
    assert second is not None
    assert (titles(second), second.older) == ([MUSEUM], "2026-12")


async def test_what_is_pruned_moves_nothing_to_another_part_and_is_counted(house: House):
    before = await month(house.store, WORLD, "2027-01-1", most=1)
    await house.store.prune(NOON + timedelta(days=900), vanished_for=timedelta())
    assert await month(house.store, WORLD, "2027-01-1", most=1) == before
    part = await month(house.store, WORLD, "2026-11-2", most=1)
    assert part is not None
    assert (titles(part), part.gone, part.older, part.newer) == ([], 1, "2026-11-1", "2026-11")


async def test_a_digest_is_in_the_part_of_its_time(store: Store):
    digested = replace(WORLD, shape=Shape(digest=Timetable(at=time(13))))
    house = await settled(store, WORLD)
    for title, hours, topic in zip(TITLES, (0, 2, 23, 24, 26, 27), [WORLD, WORLD, *[digested] * 3, WORLD], strict=True):
        await house.arrive("ap", title, hours)
        await house.curate()
        await house.announce(topic, hours)
    names = ("2026-11", "2026-11-2", "2026-11-1")
    newest, second, first = [titles(await month(store, WORLD, name, most=1)) for name in names]
    assert (newest, first, len(second), second[1]) == ([COUNCIL], [FERRY], 2, BRIDGE)
    assert second[0] == "World, 24 November 2026"


async def test_a_month_names_the_one_before_it(house: House):
    edition = await month(house.store, WORLD, "2027-01")
    assert edition is not None
    assert edition.older == "2026-12"
    assert await house.store.told_months("world") == (("2027-01", 2), ("2026-12", 1), ("2026-11", 3))
    assert await house.store.told_months("other") == ()


async def test_a_month_without_anything_is_none(house: House):
    assert await month(house.store, WORLD, "2026-10") is None
    assert await month(house.store, WORLD, "2027-02") is None
    assert await month(house.store, make_topic("other"), "2026-11") is None


async def test_looking_at_a_month_announces_nothing(house: House):
    await house.arrive("bbc", "Something that waits", 2 * MONTH + 2)
    await house.curate()
    assert "Something" not in str(titles(await month(house.store, WORLD, "2027-01")))
    assert titles(await house.announce(WORLD, 2 * MONTH + 3)) == ["Something that waits", COUNCIL]


async def test_what_was_announced_can_be_shown_without_announcing_what_waits(house: House):
    announced = await house.announce(WORLD, 2 * MONTH + 1)
    assert await house.store.shown(WORLD, NOON, composing) == announced
    await house.arrive("bbc", "Something that waits", 2 * MONTH + 2)
    await house.curate()
    assert await house.store.shown(WORLD, NOON, composing) == announced
    assert titles(await house.announce(WORLD, 2 * MONTH + 3)) == ["Something that waits", COUNCIL]
    assert await house.store.shown(make_topic("other"), NOON, composing) is None


async def test_the_feed_names_the_month_of_what_has_no_room(house: House):
    assert (await house.announce(WORLD, 2 * MONTH + 1)).older == "2026-12"
    wide = replace(WORLD, limit=6)
    assert (await house.announce(wide, 2 * MONTH + 1)).older is None
    assert (await house.announce(replace(WORLD, limit=5), 2 * MONTH + 1)).older == "2026-11"


DOCUMENT = Rendition(
    name="world/2026-11.atom",
    media_type="application/atom+xml; charset=utf-8",
    body=b"<feed/>",
    gzipped=gzip.compress(b"<feed/>", mtime=0),
    etag='"1"',
    changed_at=NOON,
)


async def test_a_month_that_is_kept_stays_as_it_is(house: House):
    store = house.store
    assert await store.archive("world", "2026-11") is None
    assert await store.open_months([WORLD], "2027-01") == (("world", "2026-11"), ("world", "2026-12"))
    await store.keep_archive("world", "2026-11", DOCUMENT)
    await store.keep_archive("world", "2026-11", replace(DOCUMENT, etag='"2"'))
    assert await store.archive("world", "2026-11") == DOCUMENT
    assert await store.open_months([WORLD], "2027-01") == (("world", "2026-12"),)
    assert await store.open_months([], "2027-01") == ()


async def test_a_renamed_topic_takes_months_and_tokens_along(house: House):
    store = house.store
    await store.keep_archive("world", "2026-11", DOCUMENT)
    await store.add_token("world", "hash", NOON)
    await store.stale_topics([make_topic("earth", aliases=("world",))])
    assert await store.archive("world", "2026-11") is None
    taken = await store.archive("earth", "2026-11")
    assert taken is not None
    assert taken.body == DOCUMENT.body
    assert dict(await store.tokens()) == {"hash": "earth"}


async def test_tokens_hold_until_all_of_a_topic_are_revoked(store: Store):
    await store.add_token("mine", "one", NOON)
    await store.add_token("mine", "two", NOON)
    await store.add_token("other", "three", NOON)
    assert dict(await store.tokens()) == {"one": "mine", "two": "mine", "three": "other"}
    assert await store.revoke_tokens("mine", NOON + timedelta(hours=1)) == 2
    assert await store.revoke_tokens("mine", NOON + timedelta(hours=2)) == 0
    assert dict(await store.tokens()) == {"three": "other"}


async def test_of_a_topic_that_was_taken_away_it_is_remembered_whether_it_was_private(store: Store):
    private = make_topic("mine", access=Access.TOKEN)
    house = await settled(store, WORLD, private)
    await house.announce(WORLD)
    await house.announce(private)
    await store.stale_topics([])
    records = await store.topic_records()
    assert [(one.slug, one.retired, one.private) for one in records] == [("mine", True, True), ("world", True, False)]
