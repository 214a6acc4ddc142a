"""What politeness remembers is kept: over a commit, a move, a step of the clock, and from an older version."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from aggregator.model.finding import Finding, Flaw
from aggregator.model.pace import Pace
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reason import Reason
from aggregator.model.source import Due, Kinship, Move, Rate, Source, SourceCondition, SourceState, Validators
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import Ask, ChangeSet, New, PollRecord, Unchanged
from aggregator.model.websub import Offer, PushState
from aggregator.schedule import spread
from aggregator.store.sqlite import SqliteStore
from aggregator.store.sqlite.schema import MIGRATIONS
from tests.builders import NOON, make_entry, make_source

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


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "aggregator.db", site_authority="example.org")
    yield opened
    await opened.close()


async def write(store: SqliteStore, state: SourceState, *, source_id: str = "lwn", **changes: Any) -> None:
    """Claim a source and leave it in this state."""
    (claim,) = await store.claim([source_id], NOON - 24 * HOUR)
    poll = PollRecord(at=NOON, outcome="new", came='200; etag: "1"', sent="If-None-Match: x")
    values = {"state": replace(state, source_id=source_id), "poll": poll} | changes
    ask = Ask(source_id=source_id, version=claim.state.version)
    committed = await store.transact(ask, lambda _known: ChangeSet(**values))
    assert not committed.fenced


async def read(store: SqliteStore, source_id: str = "lwn") -> SourceState:
    status = await store.status((), NOON)
    return next(one.state for one in status.sources if one.source.id == source_id)


async def test_every_field_of_a_state_comes_back_as_it_was_written(store: SqliteStore):
    await store.sync_sources([make_source()], NOON)
    await write(store, LIVED)
    assert await read(store) == LIVED
    untouched = {one.name for one in fields(SourceState) if getattr(LIVED, one.name) == one.default}
    assert untouched == {"profile"}
    (one,) = (await store.status((), NOON)).sources
    assert (one.polls[0].came, one.polls[0].sent) == ('200; etag: "1"', "If-None-Match: x")


async def test_a_source_that_is_new_knows_nothing(store: SqliteStore):
    await store.sync_sources([make_source()], NOON)
    assert await read(store) == SourceState(source_id="lwn", next_poll_at=NOON, next_poll_why="new: due at once")


def test_a_database_of_the_version_before_is_brought_up_to_date_and_loses_nothing(tmp_path: Path):
    path = tmp_path / "aggregator.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0002-scheduling")
    old.execute(
        "INSERT INTO sources (source, id_given, url, pace_key, active, position, longest_s, keep_s, settings, version,"
        " etag, body_digest, interval_s, next_poll_at, next_poll_why, errors, condition, redirect_count, documents,"
        " profile) VALUES ('lwn', 1, 'https://lwn.example/feed.xml', 'lwn.example', 1, 0, 86400, 1, '{}', 4, '\"1\"',"
        " 'd', 3600, '2026-11-23T13:00:00.000000+00:00', 'so', 0, 'ok', 0, 2, '{}')"
    )
    old.execute(
        "INSERT INTO polls (source_id, slot, number, at, outcome, new, revised, duplicates, bytes, took_s, detail,"
        " sent, next_poll_why) VALUES (1, 0, 0, '2026-11-23T12:00:00.000000+00:00', 'new', 1, 0, 0, 5, 0.1, '', '', '')"
    )
    old.conn.commit()
    old.close()

    async def look() -> SourceState:
        store = SqliteStore.open(path, site_authority="example.org")
        await store.sync_sources([make_source()], NOON)
        state = await read(store)
        await store.close()
        return state

    state = _run(look())
    assert state.validators == Validators(etag='"1"')
    assert (state.version, state.documents, state.next_poll_at) == (4, 2, NOON + HOUR)
    assert (state.rate, state.hints, state.moves, state.read_by) == (Rate(), ScheduleHints(), (), 1)
    assert path.with_name("aggregator.db.before-0002-scheduling").exists()


def _run(coroutine: Any) -> Any:
    import asyncio  # noqa: PLC0415 - only the test of the migration runs its own loop

    return asyncio.run(coroutine)


# Moves


async def moved(store: SqliteStore, **changes: Any) -> None:
    await store.sync_sources([make_source(**changes)], NOON)
    await write(store, replace(LIVED, hold_until=None, redirect_to=None), pace_key="new.example")


async def pace_keys(store: SqliteStore) -> list[str]:
    return [one.source.pace_key for one in (await store.status((), NOON)).sources]


async def test_a_source_that_has_moved_waits_under_the_pace_key_of_its_new_host_also_after_a_restart(
    store: SqliteStore,
):
    await moved(store)
    assert await pace_keys(store) == ["new.example"]
    assert await store.claim_due(NOON + 2 * HOUR, 9, busy=frozenset({"new.example"})) == ()
    await store.sync_sources([make_source()], NOON)
    assert await pace_keys(store) == ["new.example"]
    assert (await read(store)).moved_to == NEW


async def test_settings_that_follow_a_move_change_nothing_of_what_is_known(store: SqliteStore):
    await moved(store)
    await store.sync_sources([make_source(url=NEW, pace_key="new.example")], NOON)
    state = await read(store)
    assert (state.moved_to, state.condition) == (None, SourceCondition.OK)
    assert (state.validators, state.documents, state.next_poll_at) == (LIVED.validators, 7, NOON + HOUR)
    assert state.moves == LIVED.moves


async def test_another_address_in_the_settings_ends_a_move_and_drops_what_came_from_it(store: SqliteStore):
    await moved(store)
    await store.sync_sources([make_source(url="https://other.example/", pace_key="other.example")], NOON)
    state = await read(store)
    assert (state.moved_to, state.validators, state.validators_url) == (None, Validators(), None)
    assert (state.max_age_s, state.full_fetch, state.deltas_refused, state.gone_at) == (None, False, False, None)
    assert await pace_keys(store) == ["other.example"]


async def test_a_source_without_an_id_is_found_by_the_address_that_it_has_moved_to(store: SqliteStore):
    (before,) = await store.sync_sources([make_source("slug", id_given=False, url="https://lwn.example/f")], NOON)
    await write(store, replace(LIVED, hold_until=None), source_id="slug")
    (after,) = await store.sync_sources([make_source("other-slug", id_given=False, url=NEW)], NOON)
    assert after.id == before.id == "slug"
    assert (await read(store, "slug")).documents == 7


# Deltas


async def test_what_a_delta_does_not_hold_has_not_vanished(store: SqliteStore, tmp_path: Path):
    await store.sync_sources([make_source()], NOON)
    state = replace(LIVED, hold_until=None)
    news = tuple(New(entry=make_entry(guid), reason=REASON) for guid in ("a", "b"))
    await write(store, replace(state, documents=1), verdicts=news)
    await write(store, replace(state, documents=2), verdicts=(New(entry=make_entry("c"), reason=REASON),), partial=True)
    assert vanished(tmp_path) == set()
    whole = await store.claim(["lwn"], NOON)
    keys = tuple(key.digest for guid in "abc" for key in make_entry(guid).keys)
    ask = Ask(source_id="lwn", version=whole[0].state.version, digests=keys)
    verdicts = (Unchanged(key=make_entry("b").key), Unchanged(key=make_entry("c").key))
    poll = PollRecord(at=NOON, outcome="unchanged")
    await store.transact(ask, lambda _known: ChangeSet(state=replace(state, documents=3), poll=poll, verdicts=verdicts))
    assert vanished(tmp_path) == {"a"}
    assert len(await store.entries(EntryFilter(), NOON)) == 3


def vanished(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "aggregator.db") as database:
        found = {guid for (guid,) in database.execute("SELECT guid FROM entries WHERE vanished_at IS NOT NULL")}
    database.close()
    return found


# Turns and clocks


def one_host(count: int) -> list[Source]:
    return [
        make_source(f"s{n:02}", url=f"https://big.example/{n}", pace_key="big.example", spacing=timedelta())
        for n in range(count)
    ]


async def test_of_a_long_list_of_one_host_ten_are_due_at_once_and_the_rest_over_the_next_hour(store: SqliteStore):
    await store.sync_sources([*one_host(50), make_source()], NOON)
    assert await store.reschedule(NOON, spread) == 40
    assert "50 sources of big.example were due at once" in (await read(store, "s49")).next_poll_why
    assert len(await store.claim_due(NOON, 100)) == 11
    assert await store.reschedule(NOON, spread) == 0
    assert len(await store.claim_due(NOON + HOUR / 2, 100)) == 20
    assert len(await store.claim_due(NOON + HOUR, 100)) == 20 + 11


async def test_local_documents_are_never_spread(store: SqliteStore):
    await store.sync_sources([make_source(f"f{n}", url=f"file:///{n}.xml", pace_key="file") for n in range(30)], NOON)
    assert await store.reschedule(NOON, spread) == 0


async def test_a_due_time_that_is_never_is_kept(store: SqliteStore):
    await store.sync_sources([make_source()], NOON)
    await store.reschedule(NOON, lambda _waiting, _now: {"lwn": Due(None, "so never")})
    assert await store.claim_due(NOON + 9999 * HOUR, 9) == ()
    await store.sync_sources([make_source()], NOON + HOUR)
    assert await store.claim_due(NOON + 9999 * HOUR, 9) == ()
    assert len(await store.claim(["lwn"], NOON)) == 1


@pytest.mark.parametrize("by", [timedelta(days=3), timedelta(days=-3), timedelta(days=365 * 40)])
async def test_a_step_of_the_clock_makes_nobody_early_or_late(store: SqliteStore, by: timedelta):
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await write(
        store,
        replace(LIVED, hold_until=NOON + 30 * 24 * HOUR),
        pace=Pace(key="lwn.example", hold_until=NOON + 5 * HOUR),
    )
    await store.shift(by)
    assert (await read(store)).next_poll_at == NOON + HOUR + by
    assert (await read(store)).hold_until == NOON + 30 * 24 * HOUR + by
    assert await store.claim_due(NOON + by - timedelta(seconds=1), 9) == ()
    assert [claim.source.id for claim in await store.claim_due(NOON + by, 9)] == ["other"]


async def test_a_step_beyond_the_calendar_leaves_what_cannot_be_moved(store: SqliteStore):
    await store.sync_sources([make_source()], NOON)
    await store.shift(timedelta(days=9_000_000 // 3))
    assert (await read(store)).next_poll_at == NOON
