"""What politeness remembers is kept: over a commit, a move, a step of the clock, and from an older version."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.finding import Finding, Flaw
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reason import Reason
from aggregator.model.source import Kinship, Move, Rate, SourceCondition, SourceState, Validators
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import Ask, ChangeSet, New, PollRecord, Unchanged
from aggregator.model.websub import Offer, PushState
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import read, vanished, write

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
NEW = "https://new.example/feed.xml"
REASON = Reason("identity", "new", "unknown", "")

LIVED = SourceState(
    source_id="lwn",
    version=2,
    validators=Validators(etag='W/"1"', last_modified="then"),
    body_digest="d",
    interval=3 * HOUR,
    next_poll_at=NOON + HOUR,
    next_poll_why="so",
    hold_until=NOON + 2 * HOUR,
    errors=3,
    first_error_at=NOON - HOUR,
    last_ok_at=NOON - 2 * HOUR,
    last_error="it was",
    condition=SourceCondition.MOVED,
    redirect_to="https://third.example/",
    redirect_count=2,
    documents=7,
    hints=ScheduleHints(ttl_minutes=5, skip_hours=(1, 2), skip_days=("monday",), update_period="daily"),
    redirect_since=NOON - 9 * HOUR,
    redirect_kin=Kinship.SAME,
    moved_to=NEW,
    moves=(Move(NOON, "https://lwn.example/feed.xml", NEW, "because"),),
    validators_url=NEW,
    read_by=3,
    max_age_s=600,
    rate=Rate(1.5, 2.5, NOON),
    body_at=NOON - 3 * HOUR,
    body_bytes=12,
    not_modified=4,
    full_fetch=True,
    untrusted=True,
    partial_bodies=5,
    deltas_refused=True,
    gone_at=NOON - 4 * HOUR,
    findings=(Finding(flaw=Flaw.NO_ID, count=1, of=2, sample="A title"),),
    push=PushState(offer=Offer("https://hub.example/", "https://lwn.example/feed.xml"), since=NOON, missed=2),
)


async def test_every_field_of_a_state_comes_back_as_it_was_written(store: Store):
    await store.sync_sources([make_source()], NOON)
    await write(store, LIVED)
    assert await read(store) == LIVED
    untouched = {one.name for one in fields(SourceState) if getattr(LIVED, one.name) == one.default}
    assert untouched == {"profile"}
    (one,) = (await store.status((), NOON)).sources
    assert (one.polls[0].came, one.polls[0].sent) == ('200; etag: "1"', "If-None-Match: x")


async def test_a_source_that_is_new_knows_nothing(store: Store):
    await store.sync_sources([make_source()], NOON)
    assert await read(store) == SourceState(source_id="lwn", next_poll_at=NOON, next_poll_why="new: due at once")


# Moves


async def moved(store: Store, **changes: Any) -> None:
    await store.sync_sources([make_source(**changes)], NOON)
    await write(store, replace(LIVED, hold_until=None, redirect_to=None), pace_key="new.example")


async def pace_keys(store: Store) -> list[str]:
    return [one.source.pace_key for one in (await store.status((), NOON)).sources]


async def test_a_source_that_has_moved_waits_under_the_pace_key_of_its_new_host_also_after_a_restart(
    store: Store,
):
    await moved(store)
    assert await pace_keys(store) == ["new.example"]
    assert await store.claim_due(NOON + 2 * HOUR, 9, busy=frozenset({"new.example"})) == ()
    await store.sync_sources([make_source()], NOON)
    assert await pace_keys(store) == ["new.example"]
    assert (await read(store)).moved_to == NEW


async def test_settings_that_follow_a_move_change_nothing_of_what_is_known(store: Store):
    await moved(store)
    await store.sync_sources([make_source(url=NEW, pace_key="new.example")], NOON)
    state = await read(store)
    assert (state.moved_to, state.condition) == (None, SourceCondition.OK)
    assert (state.validators, state.documents, state.next_poll_at) == (LIVED.validators, 7, NOON + HOUR)
    assert state.moves == LIVED.moves


async def test_another_address_in_the_settings_ends_a_move_and_drops_what_came_from_it(store: Store):
    await moved(store)
    await store.sync_sources([make_source(url="https://other.example/", pace_key="other.example")], NOON)
    state = await read(store)
    assert (state.moved_to, state.validators, state.validators_url) == (None, Validators(), None)
    assert (state.max_age_s, state.full_fetch, state.deltas_refused, state.gone_at) == (None, False, False, None)
    assert await pace_keys(store) == ["other.example"]


async def test_a_source_without_an_id_is_found_by_the_address_that_it_has_moved_to(store: Store):
    (before,) = await store.sync_sources([make_source("slug", id_given=False, url="https://lwn.example/f")], NOON)
    await write(store, replace(LIVED, hold_until=None), source_id="slug")
    (after,) = await store.sync_sources([make_source("other-slug", id_given=False, url=NEW)], NOON)
    assert after.id == before.id == "slug"
    assert (await read(store, "slug")).documents == 7


# Deltas


async def test_what_a_delta_does_not_hold_has_not_vanished(store: Store):
    await store.sync_sources([make_source()], NOON)
    state = replace(LIVED, hold_until=None)
    news = tuple(New(entry=make_entry(guid), reason=REASON) for guid in ("a", "b"))
    await write(store, replace(state, documents=1), verdicts=news)
    await write(store, replace(state, documents=2), verdicts=(New(entry=make_entry("c"), reason=REASON),), partial=True)
    assert await vanished(store) == set()
    whole = await store.claim(["lwn"], NOON)
    keys = tuple(key.digest for guid in "abc" for key in make_entry(guid).keys)
    ask = Ask(source_id="lwn", version=whole[0].state.version, digests=keys)
    verdicts = (Unchanged(key=make_entry("b").key), Unchanged(key=make_entry("c").key))
    poll = PollRecord(at=NOON, outcome="unchanged")
    await store.transact(ask, lambda _known: ChangeSet(state=replace(state, documents=3), poll=poll, verdicts=verdicts))
    assert len(await store.entries(EntryFilter(), NOON)) == 3
    assert await vanished(store) == {"a"}
