"""Who is due, when, and what a claim promises, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.model.pace import Pace
from aggregator.model.source import CLAIM_RESERVE, Claim, Due, Source, SourceState, Waiting
from aggregator.pipeline.ports import Store
from aggregator.schedule import spread
from tests.builders import NOON, make_source
from tests.contract.steps import read, write

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
HELD = replace(SourceState(source_id="lwn"), next_poll_at=NOON, hold_until=NOON + 2 * HOUR)


def ids(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.source.id for claim in claims]


async def due_at(store: Store, **times: datetime | None) -> None:
    """Let sources be due at these times."""
    await store.sync_sources([make_source(name) for name in times], NOON)
    await store.reschedule(NOON, lambda _waiting, _now: {name: Due(at, "as said") for name, at in times.items()})


async def test_a_claim_is_committed_before_it_is_given_out(store: Store):
    await store.sync_sources([make_source()], NOON)
    before = await read(store)
    (claim,) = await store.claim_due(NOON, 9)
    stored = await read(store)
    assert stored == claim.state
    assert (stored.version, stored.next_poll_at) == (before.version + 1, NOON + HOUR + CLAIM_RESERVE)
    assert "claimed" in stored.next_poll_why
    assert await store.claim_due(NOON + HOUR - SECOND, 9) == ()


async def test_what_is_due_comes_in_order_and_no_more_than_was_asked_for(store: Store):
    await due_at(store, a=NOON - HOUR, b=NOON - 3 * HOUR, c=NOON - 2 * HOUR, d=NOON + SECOND, e=None)
    assert ids(await store.claim_due(NOON, 2)) == ["b", "c"]
    assert await store.claim_due(NOON, 0) == ()
    assert ids(await store.claim_due(NOON, 9)) == ["a"]


async def test_a_busy_key_is_left_alone_and_so_is_one_that_is_held(store: Store):
    await store.sync_sources([make_source(name) for name in ("lwn", "busy", "held", "free")], NOON)
    await write(store, replace(HELD, hold_until=None))
    await write(
        store, replace(HELD, hold_until=None), source_id="held", pace=Pace(key="held.example", hold_until=NOON + HOUR)
    )
    busy = frozenset({"busy.example"})
    assert set(ids(await store.claim_due(NOON, 9, busy=busy))) == {"lwn", "free"}
    assert set(ids(await store.claim_due(NOON + HOUR - SECOND, 9))) == {"busy"}
    assert set(ids(await store.claim_due(NOON + HOUR, 9))) == {"held"}
    assert set(ids(await store.claim_due(NOON + HOUR + CLAIM_RESERVE, 9))) == {"lwn", "free"}


async def test_a_wish_that_holds_one_source_holds_no_neighbour(store: Store):
    await store.sync_sources([make_source(), make_source("other", pace_key="lwn.example")], NOON)
    await write(store, HELD)
    assert ids(await store.claim_due(NOON + HOUR, 9)) == ["other"]
    assert await store.claim(["lwn"], NOON + 2 * HOUR - SECOND) == ()
    assert ids(await store.claim(["lwn"], NOON + 2 * HOUR)) == ["lwn"]


async def test_several_sources_of_one_key_are_claimed_together(store: Store):
    await store.sync_sources(one_host(3), NOON)
    assert ids(await store.claim_due(NOON, 9)) == ["s00", "s01", "s02"]


async def test_those_that_are_named_are_claimed_once_in_the_order_of_their_names_due_or_not(store: Store):
    await store.sync_sources([make_source(name) for name in "abc"], NOON)
    await store.claim_due(NOON, 9)
    claims = await store.claim(["c", "nobody", "a", "c"], NOON)
    assert ids(claims) == ["c", "a"]
    assert [claim.state.version for claim in claims] == [2, 2]


@pytest.mark.parametrize(("ahead", "comes"), [(timedelta(days=9), True), (timedelta(days=7), False)])
async def test_a_due_time_that_only_a_wrong_clock_can_have_set_counts_as_due(store: Store, ahead, comes):
    await due_at(store, lwn=NOON + ahead)
    assert bool(await store.claim_due(NOON, 9)) is comes


async def test_a_source_that_may_rest_for_long_is_not_taken_for_one_that_was_lost(store: Store):
    source = make_source()
    await store.sync_sources([replace(source, every=replace(source.every, longest=timedelta(days=30)))], NOON)
    await store.reschedule(NOON, lambda _waiting, _now: {"lwn": Due(NOON + timedelta(days=30), "as said")})
    assert await store.claim_due(NOON, 9) == ()


async def test_a_source_that_is_no_longer_configured_is_never_claimed(store: Store):
    await store.sync_sources([make_source("a"), make_source("b")], NOON)
    await store.sync_sources([make_source("b")], NOON)
    assert ids(await store.claim_due(NOON, 9)) == ["b"]
    assert await store.claim(["a"], NOON) == ()


async def test_what_was_not_asked_is_due_again_as_it_was_and_its_answer_is_fenced(store: Store):
    await due_at(store, lwn=NOON - HOUR)
    (claim,) = await store.claim_due(NOON, 9)
    await store.give_back([claim])
    state = await read(store)
    assert (state.next_poll_at, state.next_poll_why) == (NOON - HOUR, "as said")
    assert state.version > claim.state.version
    (again,) = await store.claim_due(NOON, 9)
    await store.give_back([claim])
    assert await read(store) == again.state


async def test_a_claim_that_waited_is_renewed_so_that_the_floor_counts_from_the_request(store: Store):
    await store.sync_sources([make_source()], NOON)
    (claim,) = await store.claim_due(NOON, 9)
    assert not claim.is_stale(NOON + CLAIM_RESERVE / 2)
    late = NOON + CLAIM_RESERVE
    assert claim.is_stale(late)
    await store.renew(claim, late)
    stored = await read(store)
    assert (stored.version, stored.next_poll_at) == (claim.state.version, late + HOUR + CLAIM_RESERVE)
    assert await store.claim_due(late + HOUR, 9) == ()


async def test_what_has_moved_on_is_not_renewed(store: Store):
    await due_at(store, lwn=NOON - HOUR)
    (claim,) = await store.claim_due(NOON, 9)
    await store.give_back([claim])
    await store.renew(claim, NOON + HOUR)
    assert (await read(store)).next_poll_at == NOON - HOUR


async def test_the_next_due_time_is_that_of_the_first_of_all_that_are_configured(store: Store):
    assert await store.next_due_at() is None
    await due_at(store, a=NOON + 2 * HOUR, b=NOON + HOUR, c=None)
    assert await store.next_due_at() == NOON + HOUR
    await store.sync_sources([make_source("a"), make_source("c")], NOON)
    assert await store.next_due_at() == NOON + 2 * HOUR
    await store.sync_sources([make_source("c")], NOON)
    assert await store.next_due_at() is None


async def test_only_what_is_due_is_given_to_be_rescheduled_the_first_first(store: Store):
    await store.sync_sources([make_source("file", url="file:///a.xml"), *(make_source(name) for name in "abc")], NOON)
    times = {"a": NOON - HOUR, "b": NOON - 2 * HOUR, "c": NOON + HOUR}
    await store.reschedule(NOON, lambda _waiting, _now: {name: Due(at, "as said") for name, at in times.items()})
    given: list[Waiting] = []

    def decide(waiting, now):
        assert now == NOON
        given.extend(waiting)
        return {"a": Due(NOON + 5 * HOUR, "later")}

    assert await store.reschedule(NOON, decide) == 1
    assert given == [Waiting("b", "b.example", times["b"]), Waiting("a", "a.example", times["a"])]
    states = {name: await read(store, name) for name in "ab"}
    assert (states["a"].next_poll_at, states["a"].next_poll_why) == (NOON + 5 * HOUR, "later")
    assert states["b"].next_poll_at == times["b"]


def one_host(count: int) -> list[Source]:
    return [
        make_source(f"s{n:02}", url=f"https://big.example/{n}", pace_key="big.example", spacing=timedelta())
        for n in range(count)
    ]


async def test_of_a_long_list_of_one_host_ten_are_due_at_once_and_the_rest_over_the_next_hour(store: Store):
    await store.sync_sources([*one_host(50), make_source()], NOON)
    assert await store.reschedule(NOON, spread) == 40
    assert "50 sources of big.example were due at once" in (await read(store, "s49")).next_poll_why
    assert len(await store.claim_due(NOON, 100)) == 11
    assert await store.reschedule(NOON, spread) == 0
    assert len(await store.claim_due(NOON + HOUR / 2, 100)) == 20
    assert len(await store.claim_due(NOON + HOUR, 100)) == 20
    assert len(await store.claim_due(NOON + HOUR + CLAIM_RESERVE, 100)) == 11


async def test_local_documents_are_never_spread(store: Store):
    await store.sync_sources([make_source(f"f{n}", url=f"file:///{n}.xml", pace_key="file") for n in range(30)], NOON)
    assert await store.reschedule(NOON, spread) == 0


async def test_a_due_time_that_is_never_is_kept(store: Store):
    await store.sync_sources([make_source()], NOON)
    await store.reschedule(NOON, lambda _waiting, _now: {"lwn": Due(None, "so never")})
    assert await store.claim_due(NOON + 9999 * HOUR, 9) == ()
    await store.sync_sources([make_source()], NOON + HOUR)
    assert await store.claim_due(NOON + 9999 * HOUR, 9) == ()
    assert len(await store.claim(["lwn"], NOON)) == 1


@pytest.mark.parametrize("by", [timedelta(days=3), timedelta(days=-3), timedelta(days=365 * 40)])
async def test_a_step_of_the_clock_makes_nobody_early_or_late(store: Store, by: timedelta):
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await write(
        store,
        replace(HELD, next_poll_at=NOON + HOUR, hold_until=NOON + 30 * 24 * HOUR),
        pace=Pace(key="lwn.example", hold_until=NOON + 5 * HOUR),
    )
    await store.shift(by)
    assert (await read(store)).next_poll_at == NOON + HOUR + by
    assert (await read(store)).hold_until == NOON + 30 * 24 * HOUR + by
    assert await store.claim_due(NOON + by - timedelta(seconds=1), 9) == ()
    assert [claim.source.id for claim in await store.claim_due(NOON + by, 9)] == ["other"]


async def test_a_step_beyond_the_calendar_leaves_what_cannot_be_moved(store: Store):
    await store.sync_sources([make_source()], NOON)
    await store.shift(timedelta(days=9_000_000 // 3))
    assert (await read(store)).next_poll_at == NOON
