"""What a poll writes, and what the next one is told, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.entry import EntryKey
from aggregator.model.source import READING_VERSION
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import (
    Ask,
    ChangeSet,
    Known,
    KnownDocument,
    KnownEntry,
    PollRecord,
    ReadItem,
    Revised,
    Unchanged,
)
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import REASON, bring, guids, new, read, vanished

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
ONE, TWO = make_entry("1"), make_entry("2")
EDITED = make_entry("1", title="Edited")


@pytest.fixture
async def store(store: Store) -> Store:
    """Let the store know a source, and a neighbour with an entry of the same guid."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await bring(store, new(make_entry("1", source="other")), source_id="other", at=NOON - HOUR)
    return store


async def test_entries_and_validators_are_there_together_as_they_were_written(store: Store):
    at = NOON + timedelta(microseconds=1)
    _, before = await bring(store, new(ONE, TWO), at=at)
    assert before.entries == ()
    found = await store.entries(EntryFilter(source="lwn"), NOON)
    assert {stored.entry for stored, _ in found} == {ONE, TWO}
    assert {(stored.first_seen_at, stored.revision, stored.story) for stored, _ in found} == {(at, 0, None)}
    assert (await read(store)).documents == 1


async def test_a_poll_is_told_the_entries_that_bear_one_of_its_keys_in_its_own_source(store: Store):
    await bring(store, new(ONE, TWO))
    _, asked = await bring(store, [Unchanged(key=ONE.key)], at=NOON + HOUR)
    assert asked.entries == (
        KnownEntry(
            key=ONE.key,
            keys=ONE.keys,
            fingerprint=ONE.fingerprint,
            revision=0,
            title=ONE.title,
            summary=ONE.summary,
            published_at=ONE.published_at,
        ),
    )
    assert await guids(store, source="lwn") == ["2", "1"]


async def test_an_edit_becomes_a_revision_of_the_entry_that_is_there(store: Store):
    await bring(store, new(ONE))
    await bring(store, [Revised(entry=EDITED, revision=1, reason=REASON)], at=NOON + HOUR)
    ((stored, _),) = await store.entries(EntryFilter(source="lwn"), NOON)
    assert (stored.entry.title, stored.revision, stored.first_seen_at) == ("Edited", 1, NOON)


async def test_an_entry_that_a_document_holds_twice_is_stored_once_as_it_stands_first(store: Store):
    await bring(store, new(ONE, EDITED))
    ((stored, _),) = await store.entries(EntryFilter(source="lwn"), NOON)
    assert stored.entry.title == ONE.title


async def test_the_result_of_a_poll_that_was_overtaken_changes_nothing(store: Store):
    (first,) = await store.claim(["lwn"], NOON)
    await store.claim(["lwn"], NOON)
    before = await store.status((), NOON, polls=9)
    poll = PollRecord(at=NOON, outcome="new", new=1)

    def decide(known: Known) -> ChangeSet:
        return ChangeSet(state=replace(known.state, errors=9), poll=poll, verdicts=new(ONE))

    committed = await store.transact(Ask(source_id="lwn", version=first.state.version), decide)
    assert (committed.fenced, committed.poll) == (True, poll)
    assert await store.status((), NOON, polls=9) == before


async def test_nothing_is_kept_of_a_decision_that_fails(store: Store):
    (claim,) = await store.claim(["lwn"], NOON)
    before = await store.status((), NOON, polls=9)

    def decide(known: Known) -> ChangeSet:
        raise StoreError("as told")

    with pytest.raises(StoreError, match="as told"):
        await store.transact(Ask(source_id="lwn", version=claim.state.version), decide)
    assert await store.status((), NOON, polls=9) == before


async def test_the_last_thirty_polls_are_kept_the_newest_first(store: Store):
    for number in range(32):
        await bring(store, (), at=NOON + number * HOUR)
    (one, _) = (await store.status((), NOON, polls=99)).sources
    assert [poll.at for poll in one.polls] == [NOON + number * HOUR for number in range(31, 1, -1)]
    assert [poll.at for poll in (await store.status((), NOON, polls=2)).sources[0].polls] == [
        NOON + 31 * HOUR,
        NOON + 30 * HOUR,
    ]
    assert (await store.status((), NOON, polls=0)).sources[0].polls == ()


async def test_what_a_whole_document_does_not_hold_has_vanished_until_one_holds_it_again(store: Store):
    await bring(store, new(ONE, TWO, make_entry("3")))
    await bring(store, [Unchanged(key=TWO.key)], at=NOON + HOUR)
    await bring(store, [Unchanged(key=ONE.key), Unchanged(key=TWO.key)], at=NOON + 2 * HOUR)
    assert await vanished(store) == {"3"}


async def test_an_item_that_was_not_read_again_keeps_its_entry_in_the_document(store: Store):
    items = (ReadItem("d1", "1", ONE.key), ReadItem("d2", "2", TWO.key))
    await bring(store, new(ONE, TWO), items=items, frame="f")
    await bring(store, (), known_items=("d1",), frame="f", at=NOON + HOUR)
    assert (await store.known_document("lwn")).items == items[:1]
    assert await vanished(store) == {"2"}


# The last document


ITEMS = (ReadItem("d1", "1", ONE.key), ReadItem("d2", "named-2", TWO.key), ReadItem("d3", None, None))


async def test_a_document_that_was_never_read_is_not_known(store: Store):
    assert await store.known_document("lwn") == KnownDocument()
    assert await store.known_document("nobody") == KnownDocument()
    await bring(store, new(ONE))
    assert await store.known_document("lwn") == KnownDocument(), "it was not read item by item"


async def test_the_items_of_the_last_document_come_back_as_they_were_told(store: Store):
    await bring(store, new(ONE, TWO), items=ITEMS, frame="f")
    found = await store.known_document("lwn")
    assert (set(found.items), found.frame) == (set(ITEMS), "f")


async def test_what_a_version_remembered_that_read_otherwise_is_nothing(store: Store):
    await bring(store, new(ONE, TWO), items=ITEMS, frame="f")
    (claim,) = await store.claim(["lwn"], NOON)
    older = replace(claim.state, read_by=READING_VERSION - 1)
    poll = PollRecord(at=NOON, outcome="unchanged")
    await store.transact(Ask(source_id="lwn", version=claim.state.version), lambda _: ChangeSet(state=older, poll=poll))
    assert await store.known_document("lwn") == KnownDocument()


async def test_a_part_of_a_document_adds_to_the_items_that_are_known(store: Store):
    await bring(store, new(ONE), items=ITEMS[:1], frame="f")
    await bring(store, new(TWO), items=ITEMS[1:2], frame="", partial=True)
    found = await store.known_document("lwn")
    assert (set(found.items), found.frame) == (set(ITEMS[:2]), "f")


async def test_items_are_known_by_the_name_that_their_source_has_now(store: Store):
    await bring(store, new(ONE), items=ITEMS[:1], frame="f")
    await store.sync_sources([make_source("mine", url=make_source().url), make_source("other")], NOON)
    assert (await store.known_document("mine")).items == (ReadItem("d1", "1", EntryKey("mine", "1")),)
