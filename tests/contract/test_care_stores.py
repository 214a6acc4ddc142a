"""What every store lets go, and what it keeps of that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.edition import SiteFacts
from aggregator.model.entry import EntryKey
from aggregator.model.status import Pruned
from aggregator.model.story import Curated, Deciding, Placement
from aggregator.model.verdict import Revised, Unchanged
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from aggregator.text.traces import trace_of
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import FOUNDED, REASON, answered, bring, deciding, guids, new

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
KEEP = timedelta(days=10)
OLD, HELD = make_entry("old"), make_entry("held")
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")


@pytest.fixture
async def store(store: Store) -> Store:
    """Let one entry have vanished from its document a day after it came, and another one be there still."""
    await store.sync_sources([make_source(keep=KEEP)], NOON)
    await bring(store, new(OLD, HELD))
    await bring(store, [Unchanged(key=HELD.key)], at=NOON + DAY)
    return store


async def test_what_is_old_and_long_out_of_its_document_goes_and_leaves_its_keys(store: Store):
    await store.curate(9, deciding())
    await answered(store, "lwn", NOON + KEEP)
    assert (await store.prune(NOON + KEEP)).entries == 0, "it is not older than what is kept"
    pruned = await store.prune(NOON + KEEP + timedelta(seconds=1))
    assert (pruned.entries, pruned.tombstones) == (1, 1)
    assert await guids(store) == ["held"]
    assert (await store.status((), NOON)).entries == 1
    assert await store.entry_views(OLD.key.short) == ()


async def test_what_was_pruned_is_not_new_when_it_returns(store: Store):
    await store.curate(9, deciding())
    await answered(store, "lwn", NOON + KEEP)
    await store.prune(NOON + KEEP + DAY)
    _, known = await bring(store, [Unchanged(key=OLD.key), Unchanged(key=HELD.key)], at=NOON + 2 * KEEP)
    assert {entry.key for entry in known.entries} == {OLD.key, HELD.key}
    edited = make_entry("old", title="Edited")
    await bring(store, [Revised(entry=edited, revision=1, reason=REASON)], at=NOON + 2 * KEEP)
    assert await guids(store) == ["held"]
    _, known = await bring(store, [Unchanged(key=OLD.key)], at=NOON + 2 * KEEP)
    assert [entry.fingerprint for entry in known.entries] == [edited.fingerprint]


async def test_what_was_pruned_leaves_its_date_and_a_trace_of_its_texts(store: Store):
    await store.curate(9, deciding())
    await answered(store, "lwn", NOON + KEEP)
    await store.prune(NOON + KEEP + DAY)
    _, known = await bring(store, [Unchanged(key=OLD.key)], at=NOON + 2 * KEEP)
    assert [(one.title, one.summary, one.published_at, one.trace) for one in known.entries] == [
        ("", "", OLD.published_at, trace_of(OLD.title, OLD.summary))
    ]
    edited = make_entry("old", title="Edited", summary=" ".join(map(str, range(40))), published_at=NOON + KEEP)
    await bring(store, [Revised(entry=edited, revision=1, reason=REASON)], at=NOON + 2 * KEEP)
    _, known = await bring(store, [Unchanged(key=OLD.key), Unchanged(key=HELD.key)], at=NOON + 2 * KEEP)
    traces = {one.key: (one.published_at, one.trace) for one in known.entries}
    assert traces == {
        OLD.key: (edited.published_at, trace_of(edited.title, edited.summary)),
        HELD.key: (HELD.published_at, None),
    }


async def test_what_has_not_vanished_for_long_enough_stays(store: Store):
    await store.curate(9, deciding())
    await answered(store, "lwn", NOON + 2 * KEEP)
    assert (await store.prune(NOON + 2 * KEEP, vanished_for=2 * KEEP)).entries == 0
    assert (await store.prune(NOON + 2 * KEEP, vanished_for=KEEP)).entries == 1


async def test_the_document_of_a_source_that_answers_no_more_holds_nothing_for_ever(store: Store):
    await store.curate(9, deciding())
    await answered(store, "lwn", NOON + 2 * DAY)
    assert (await store.prune(NOON + 2 * KEEP)).entries == 2


async def test_what_waits_for_being_curated_stays_until_it_was(store: Store):
    assert (await store.prune(NOON + 2 * KEEP)).entries == 0
    await store.curate(9, deciding())
    assert (await store.prune(NOON + 2 * KEEP)).entries == 2


async def test_what_a_topic_shows_stays_with_all_its_members_and_goes_when_it_falls_out(store: Store):
    await bring(store, new(make_entry("later")), at=NOON + KEEP)

    def one_story(batch):
        keys = [arrival.stored.entry.key for arrival in batch.arrivals]
        founders = {EntryKey("lwn", "later"): EntryKey("lwn", "later")}
        placed = tuple(Placement(key=key, story=founders.get(key, OLD.key), reason=FOUNDED) for key in keys)
        return Curated(placements=placed, judged=tuple(keys), matches=deciding("world").decide(batch).matches)

    topic = make_topic("world", limit=2)
    await store.curate(9, Deciding(trace=lambda _: (), decide=one_story))
    shown = await store.announce(topic, NOON, lambda view: compose(view, NOON, SITE))
    assert len(shown.entries) == 2
    assert (await store.prune(NOON + 2 * KEEP)).entries == 0
    again = await store.announce(topic, NOON + 2 * KEEP, lambda view: compose(view, NOON + 2 * KEEP, SITE))
    assert again == shown, "pruning changes no feed"
    small = make_topic("world", limit=1)
    await store.announce(small, NOON + 2 * KEEP, lambda view: compose(view, NOON + 2 * KEEP, SITE))
    assert (await store.prune(NOON + 9 * KEEP)).entries > 0


async def test_polls_are_forgotten_when_they_are_older_than_what_their_source_keeps(store: Store):
    assert await store.prune(NOON + KEEP + timedelta(seconds=1)) == Pruned(entries=0, polls=1, tombstones=0)
    (one,) = (await store.status((), NOON, polls=9)).sources
    assert [poll.at for poll in one.polls] == [NOON + DAY]
