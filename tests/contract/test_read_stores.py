"""What every store shows to who looks inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.entry import EntryKey
from aggregator.model.extras import Extras
from aggregator.model.reason import Reason
from aggregator.model.source import FeedProfile, SourceState
from aggregator.model.status import EntryFilter, TopicStatus
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import FOUNDED, MATCHED, REASON, bring, deciding, guids, new, write

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
WHY = Reason("date", "published", "iso", "2026", (("text", "x"), ("hours", 2)))
ENTRY = make_entry("1", date_reason=WHY, authors=("Ann",), categories=("c",), extras=Extras(season="2"))


@pytest.fixture
async def store(store: Store) -> Store:
    """Let two sources have brought three entries, the first of them curated."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await bring(store, new(ENTRY), at=NOON - 2 * HOUR)
    await store.curate(9, deciding("world"))
    await bring(store, new(make_entry("2"), make_entry("3")), at=NOON - HOUR)
    await bring(store, new(make_entry("4", source="other")), source_id="other")
    return store


async def test_entries_come_as_they_were_brought_the_newest_first_each_with_its_story(store: Store):
    found = await store.entries(EntryFilter(), NOON)
    assert [stored.entry.key.guid for stored, _ in found] == ["4", "3", "2", "1"]
    assert [story for _, story in found] == ["", "", "", ENTRY.key.short]
    stored, _ = found[-1]
    assert (stored.entry, stored.story, stored.topics) == (ENTRY, ENTRY.key, ("world",))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"source": "lwn"}, ["3", "2", "1"]),
        ({"source": "nobody"}, []),
        ({"topic": "world"}, ["1"]),
        ({"story": ENTRY.key.short}, ["1"]),
        ({"entry": EntryKey("lwn", "2").short}, ["2"]),
        ({"entry": "nothing"}, []),
        ({"since": HOUR}, ["4", "3", "2"]),
        ({"limit": 2}, ["4", "3"]),
        ({"limit": 0}, []),
        ({"source": "lwn", "since": HOUR, "limit": 1}, ["3"]),
    ],
)
async def test_only_what_is_asked_for_is_listed(store: Store, wanted, expected):
    assert await guids(store, **wanted) == expected


async def test_the_state_of_everything_is_told_in_the_order_of_the_settings(store: Store):
    topics = [make_topic("world"), make_topic("empty")]
    status = await store.status(topics, NOON)
    assert (status.at, status.entries, status.waiting) == (NOON, 4, 3)
    assert [(one.source, one.entries, one.pace_key) for one in status.sources] == [
        (make_source(), 3, "lwn.example"),
        (make_source("other"), 1, "other.example"),
    ]
    assert [len(one.polls) for one in status.sources] == [1, 1]
    assert status.topics == (
        TopicStatus(slug="world", title="World", entries=1, stories=1, updated_at=None),
        TopicStatus(slug="empty", title="Empty", entries=0, stories=0, updated_at=None),
    )


async def test_a_source_is_shown_with_all_its_polls_and_those_that_share_its_pace(store: Store):
    await store.sync_sources([make_source(), make_source("z", pace_key="lwn.example")], NOON)
    view = await store.source_view("lwn", NOON)
    assert view is not None
    assert (view.at, view.family, view.sharing, view.pace.key) == (NOON, "lwn.example", ("lwn", "z"), "lwn.example")
    assert [poll.at for poll in view.status.polls] == [NOON - HOUR, NOON - 2 * HOUR]
    assert await store.source_view("nobody", NOON) is None
    assert await store.source_view("other", NOON) is None, "it is not configured any more"


async def test_an_entry_is_found_by_its_short_id_and_by_its_address_with_every_reason(store: Store):
    await bring(store, new(make_entry("5", url=ENTRY.url, link_key=ENTRY.link_key)), at=NOON + HOUR)
    (view,) = await store.entry_views(ENTRY.key.short)
    assert (view.stored.entry, view.story, view.source.id) == (ENTRY, ENTRY.key.short, "lwn")
    assert view.reasons == (WHY, REASON, FOUNDED)
    assert view.topics == (("world", MATCHED),)
    first, found = await store.entry_views("https://www.lwn.example/1?utm_source=x")
    assert first == view
    assert (found.stored.entry.key.guid, found.story, found.reasons) == ("5", "", (REASON,))
    assert await store.entry_views("nothing") == ()
    assert await store.entry_views("https://nowhere.example/") == ()


async def test_what_its_document_says_of_a_source_stands_where_the_settings_are_silent(store: Store):
    profile = FeedProfile(title="From the feed", language="de", feed_id="urn:x")
    await write(store, replace(SourceState(source_id="lwn"), profile=profile))
    (view,) = await store.entry_views(ENTRY.key.short)
    assert (view.source.title, view.source.language, view.source.profile) == ("From the feed", "de", profile)
    await store.sync_sources([make_source(title="Ours", language="en")], NOON)
    (view,) = await store.entry_views(ENTRY.key.short)
    assert (view.source.title, view.source.language) == ("Ours", "en")
