"""What identity needs of a store: habits, entries that wait, keys that are learned, and what is looked up on demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.entry import CandidateKey, Entry, KeyKind
from aggregator.model.habits import Habits, Headline, Quirk, QuirkKind
from aggregator.model.reason import Reason
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import Ask, ChangeSet, Known, New, PollRecord, Revised, Unchanged, Wanted
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import REASON, bring, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
ONE, TWO, THREE = make_entry("1"), make_entry("2"), make_entry("3")
OTHER = CandidateKey(KeyKind.GUID, 4711)
HABITS = Habits(
    quirks=(Quirk(QuirkKind.AFFIX, " | Harbour", "on 9 of 12 headlines", 2, NOON, NOON + HOUR),),
    since=NOON,
    headlines=(Headline("Ferry aground", NOON),),
    held_until=NOON + 24 * HOUR,
)


@pytest.fixture
async def store(store: Store) -> Store:
    await store.sync_sources([make_source()], NOON)
    return store


def held(*entries: Entry) -> list[New]:
    return [New(entry=entry, reason=REASON, held_until=NOON + 24 * HOUR) for entry in entries]


async def waiting(store: Store) -> int:
    return (await store.status((), NOON)).waiting


async def test_habits_are_kept_and_shown(store: Store):
    await bring(store, new(ONE), habits=HABITS)
    _, known = await bring(store, [Unchanged(key=ONE.key)], at=NOON + HOUR)
    assert known.habits == HABITS
    view = await store.source_view("lwn", NOON)
    assert view is not None
    assert view.habits == HABITS


async def test_what_is_held_waits_until_a_poll_after_its_time(store: Store):
    committed, _ = await bring(store, [*held(ONE), *new(TWO)])
    assert (committed.released, await waiting(store)) == (0, 1)
    view = await store.source_view("lwn", NOON)
    assert view is not None
    assert view.held == 1
    committed, known = await bring(store, [Unchanged(key=ONE.key)], at=NOON + 23 * HOUR)
    assert (committed.released, [one.held for one in known.entries]) == (0, [True])
    committed, _ = await bring(store, [Unchanged(key=TWO.key)], at=NOON + 24 * HOUR)
    assert (committed.released, await waiting(store)) == (1, 2)


async def test_an_edit_of_what_is_held_does_not_let_it_out(store: Store):
    await bring(store, held(ONE))
    await bring(store, [Revised(entry=replace(ONE, title="Edited"), revision=1, reason=REASON)], at=NOON + HOUR)
    assert await waiting(store) == 0


async def test_what_is_retracted_is_history(store: Store):
    await bring(store, held(ONE, TWO))
    why = Reason("identity", "history", "retracted", "gone again")
    await bring(store, new(THREE), at=NOON + HOUR, retracted=why)
    found = {stored.entry.key.guid: stored.backfilled for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert found == {"1": True, "2": True, "3": False}
    (view,) = await store.entry_views(ONE.key.short)
    assert why in view.reasons


async def test_what_is_held_and_still_there_is_not_retracted(store: Store):
    await bring(store, held(ONE, TWO))
    why = Reason("identity", "history", "retracted", "gone again")
    edited = Revised(entry=replace(ONE, title="Edited"), revision=1, reason=REASON)
    await bring(store, [edited, *new(THREE)], at=NOON + HOUR, retracted=why)
    found = {stored.entry.key.guid: stored.backfilled for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert found == {"1": False, "2": True, "3": False}
    committed, _ = await bring(store, [Unchanged(key=ONE.key), Unchanged(key=THREE.key)], at=NOON + 24 * HOUR)
    assert committed.released == 1


async def test_a_key_that_is_learned_finds_the_entry(store: Store):
    await bring(store, new(ONE))
    reason = Reason("identity", "unchanged", "link", "known by its link")
    await bring(store, [Unchanged(key=ONE.key, learned=(OTHER,), reason=reason)], at=NOON + HOUR)
    renamed = replace(ONE, keys=(OTHER,))
    _, known = await bring(store, [Revised(entry=renamed, revision=1, reason=REASON)], at=NOON + 2 * HOUR)
    assert [one.key for one in known.entries] == [ONE.key]


async def test_an_edit_that_is_passed_over_leaves_the_entry_and_is_known(store: Store):
    await bring(store, new(ONE))
    await bring(store, [Unchanged(key=ONE.key, fingerprint="edited")], at=NOON + HOUR)
    _, known = await bring(store, [Unchanged(key=ONE.key)], at=NOON + 2 * HOUR)
    assert [(one.fingerprint, one.title, one.revision) for one in known.entries] == [("edited", ONE.title, 0)]


async def test_an_edit_to_be_seen_says_when_it_was(store: Store):
    await bring(store, new(ONE))
    await bring(store, [Revised(entry=ONE, revision=1, reason=REASON, bumped=True)], at=NOON + HOUR)
    ((stored, _),) = await store.entries(EntryFilter(), NOON)
    assert stored.bumped_at == NOON + HOUR


async def test_what_left_the_document_and_all_that_is_kept_are_told_when_they_are_wanted(store: Store):
    await bring(store, new(ONE, TWO))
    (claim,) = await store.claim(["lwn"], NOON + HOUR)
    asked: list[Known] = []

    def decide(known: Known) -> ChangeSet:
        asked.append(known)
        wants = (Wanted.VANISHED, Wanted.ALL, Wanted.NOTHING)[len(asked) - 1]
        return ChangeSet(state=known.state, poll=PollRecord(at=NOON + HOUR, outcome="new"), wants=wants)

    digests = tuple(key.digest for key in TWO.keys)
    await store.transact(Ask(source_id="lwn", version=claim.state.version, digests=digests), decide)
    assert [known.vanished is None for known in asked] == [True, False, False]
    assert [known.kept is None for known in asked] == [True, True, False]
    assert [one.key for one in asked[2].vanished or ()] == [ONE.key]
    assert {one.key for one in asked[2].kept or ()} == {ONE.key, TWO.key}


async def test_entries_are_known_by_all_their_keys_when_their_source_has_another_name(store: Store):
    await bring(store, new(replace(ONE, keys=(OTHER,))))
    await store.sync_sources([make_source("renamed", url=make_source().url)], NOON + HOUR)
    found = make_entry("9", source="renamed", keys=(OTHER,))
    _, known = await bring(store, new(found), source_id="renamed", at=NOON + 2 * HOUR)
    assert [one.key.guid for one in known.entries] == ["1"]
