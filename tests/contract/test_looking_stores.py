"""What every store shows to who looks closely: versions, stories, and what happened lately."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.editing import Act, ActKind
from aggregator.model.entry import EntryKey
from aggregator.model.looking import ACTIVITY_HOURS, MONTH_DAYS, Stretch
from aggregator.model.reason import Reason
from aggregator.model.verdict import Revised
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.house import SITE
from tests.contract.steps import REASON, answered, bring, deciding, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
ENTRY = make_entry("1", authors=("Ann",))


@pytest.fixture
async def store(store: Store) -> Store:
    """Let two sources have brought three entries, the first of them curated."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await bring(store, new(ENTRY), at=NOON - 2 * HOUR)
    await store.curate(9, deciding("world"))
    await bring(store, new(make_entry("2"), make_entry("3")), at=NOON - HOUR)
    await bring(store, new(make_entry("4", source="other")), source_id="other")
    return store


async def test_an_entry_is_shown_with_what_it_was_before(store: Store):
    changed = make_entry("1", title="Changed", content_html="<p>Other</p>")
    why = Reason("identity", "revised", "guid")
    await bring(store, [Revised(entry=changed, revision=1, reason=why)], at=NOON + HOUR)
    (view,) = await store.entry_views(ENTRY.key.short)
    (before,) = view.revisions
    assert (before.number, before.replaced_at, before.reason) == (0, NOON + HOUR, REASON)
    assert (before.title, before.url, before.authors) == (ENTRY.title, ENTRY.url, ENTRY.authors)
    assert (before.summary, before.content_html) == (ENTRY.summary, ENTRY.content_html)
    assert (before.published_at, before.updated_at) == (NOON, NOON)
    assert (view.stored.entry.title, view.stored.revision) == ("Changed", 1)


async def test_a_story_is_shown_with_its_members_the_oldest_first(store: Store):
    together = deciding("world", story=ENTRY.key)
    await store.curate(9, together)
    view = await store.story_view(ENTRY.key.short)
    assert view is not None
    assert view.id == ENTRY.key.short
    assert [one.stored.entry.key.guid for one in view.members] == ["1", "2", "3", "4"]
    assert view.members[:1] == await store.entry_views(ENTRY.key.short)
    assert await store.story_view(EntryKey("lwn", "2").short) is None, "it founded none"
    assert await store.story_view("nothing") is None


async def test_a_story_that_became_part_of_another_is_found_there(store: Store):
    await store.curate(9, deciding("world"))
    other = EntryKey("other", "4")
    await store.edit(Act(kind=ActKind.MERGE, named=(ENTRY.key.short, other.short)), NOON)
    view = await store.story_view(other.short)
    assert view is not None
    assert (view.id, len(view.members)) == (ENTRY.key.short, 2)
    assert view == await store.story_view(ENTRY.key.short)


async def test_what_happened_is_counted_by_the_hour_and_by_the_day(store: Store):
    late = make_entry("9", published_at=NOON + HOUR)
    await bring(store, new(late, make_entry("8", published_at=None)), at=NOON + HOUR + timedelta(minutes=6))
    await answered(store, "lwn", NOON + HOUR + timedelta(minutes=50))
    now = NOON + HOUR + timedelta(minutes=55)
    told = await store.activity(now)
    assert (told.at, len(told.hours)) == (now, ACTIVITY_HOURS)
    assert [hour.at for hour in told.hours[-3:]] == [NOON - HOUR, NOON, NOON + HOUR]
    assert [(hour.entries, dict(hour.polls)) for hour in told.hours[-4:]] == [
        (1, {"new": 1}),
        (2, {"new": 1}),
        (1, {"new": 1}),
        (2, {"new": 1, "not_modified": 1}),
    ]
    assert told.hours[-1].delay == timedelta(minutes=6)
    assert told.hours[0] == Stretch(at=NOON - 22 * HOUR)
    assert (len(told.month), told.counted_since) == (MONTH_DAYS, NOON - 2 * HOUR)
    assert dict(told.month[-1].polls) == {"new": 4, "not_modified": 1}
    assert told.days == ()
    later = await store.activity(now + timedelta(days=2))
    assert later.hours == tuple(Stretch(at=NOON + HOUR + timedelta(days=1, hours=n + 1)) for n in range(ACTIVITY_HOURS))


async def test_every_poll_is_counted_by_the_hour_then_by_the_day_and_forgotten_at_last(store: Store):
    for number in range(40):
        at = NOON + timedelta(minutes=number)
        await answered(store, "lwn", at, length=100)
    late = make_entry("9", published_at=NOON + HOUR - timedelta(minutes=20))
    await bring(store, new(late), at=NOON + HOUR)
    now = NOON + timedelta(minutes=90)
    told = await store.activity(now)
    assert told.hours[-2].polls == (("new", 1), ("not_modified", 40))
    assert told.hours[-2].bytes == 4_000
    (today, before) = told.month[-1], told.month[-2]
    assert (dict(today.polls)["not_modified"], today.bytes, before) == (40, 4_000, Stretch(at=before.at))
    assert today.delay is not None
    for days in (3, 29, 200):
        later = NOON + timedelta(days=days)
        await store.prune(later)
        folded = await store.activity(later)
        assert folded.counted_since == NOON.replace(hour=0)
        assert folded.month[:1] == ((today,) if days == 29 else (Stretch(at=folded.month[0].at),))
    await store.prune(NOON + timedelta(days=401))
    assert (await store.activity(NOON + timedelta(days=401))).counted_since is None


async def test_what_topics_announced_is_counted_by_the_day(store: Store):
    topic = make_topic("world")
    await store.announce(topic, NOON, lambda view: compose(view, NOON, SITE))
    told = await store.activity(NOON + timedelta(days=3))
    assert told.days == (("world", (0,) * 10 + (1, 0, 0, 0)),)
    assert (await store.activity(NOON - HOUR)).days == ()
    assert (await store.activity(NOON + timedelta(days=14))).days == ()
