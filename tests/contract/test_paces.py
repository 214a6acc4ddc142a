"""Claims on hosts with a pace of their own, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.model.pace import Errand, Finding, HostSeen, Pace, Scope
from aggregator.model.source import Claim, Due, Rate, Source
from aggregator.model.verdict import Ask, ChangeSet, Known, PollRecord
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_source

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def on(host: str, name: str, **changes: Any) -> Source:
    return make_source(name, url=f"https://{host}/{name}.xml", pace_key=host, **changes)


async def commit(
    store: Store,
    claim: Claim,
    at: datetime,
    *,
    pace: Pace | None = None,
    per_day: float = 1,
    outcome: str = "new",
) -> list[Known]:
    """Let a poll of a claim show so many entries a day, and leave a pace."""
    asked: list[Known] = []

    def decide(known: Known) -> ChangeSet:
        asked.append(known)
        return ChangeSet(
            state=replace(known.state, next_poll_at=at + HOUR / 2, rate=Rate(per_day, 1)),
            poll=PollRecord(at=at, outcome=outcome, status=200),
            pace=pace,
        )

    ask = Ask(source_id=claim.source.id, version=claim.state.version, sightings_since=at - timedelta(days=1))
    await store.transact(ask, decide)
    return asked


def limit(key: str, at: datetime, **changes: Any) -> Pace:
    return Pace(**({"key": key, "spacing": MINUTE, "next_at": at + MINUTE, "set_at": at} | changes))


def names(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.source.id for claim in claims]


async def test_a_host_without_a_pace_of_its_own_gives_all_that_is_due(store):
    await store.sync_sources([on("one.example", f"s{i}") for i in range(3)], NOON)
    claims = await store.claim_due(NOON, 10)
    assert names(claims) == ["s0", "s1", "s2"]
    assert {(claim.pace_key, claim.family, claim.spacing) for claim in claims} == {
        ("one.example", "one.example", timedelta(seconds=1))
    }


async def test_a_paced_host_gives_one_at_a_time_when_its_pause_is_over(store):
    await store.sync_sources([on("one.example", f"s{i}") for i in range(3)], NOON)
    (first,) = await store.claim_due(NOON, 1)
    await commit(store, first, NOON, pace=limit("one.example", NOON))
    assert await store.claim_due(NOON + MINUTE - timedelta(seconds=1), 10) == ()
    (second,) = await store.claim_due(NOON + MINUTE, 10)
    assert second.spacing == MINUTE
    assert await store.claim_due(NOON + 1.5 * MINUTE, 10) == ()  # taken, although no answer came yet
    (third,) = await store.claim_due(NOON + 2 * MINUTE, 10)
    assert {second.source.id, third.source.id} == {"s1", "s2"}


async def test_a_key_with_a_pace_of_its_own_has_its_turn_before_who_is_due_for_longer(store):
    await store.sync_sources([on("one.example", "s0"), on("one.example", "s1"), on("two.example", "t0")], NOON)
    (first, *_) = await store.claim(["s0"], NOON)
    await commit(store, first, NOON, pace=limit("one.example", NOON))
    await store.reschedule(NOON, lambda *_: {"s1": Due(NOON + MINUTE, "later")})
    assert names(await store.claim_due(NOON + MINUTE, 1)) == ["s1"]
    assert names(await store.claim_due(NOON + MINUTE, 1)) == ["t0"]


async def test_who_publishes_more_is_asked_before_who_has_waited_as_long(store):
    await store.sync_sources([on("one.example", name) for name in ("quiet", "busy", "fresh")], NOON)
    claims = {claim.source.id: claim for claim in await store.claim_due(NOON, 10)}
    for name, per_day in (("quiet", 1), ("busy", 9)):
        await commit(store, claims[name], NOON, per_day=per_day, pace=limit("one.example", NOON))
    await store.give_back([claims["fresh"]])
    later = NOON + HOUR
    order = []
    for minutes in range(3):
        (claim,) = await store.claim_due(later + minutes * MINUTE, 10)
        order.append(claim.source.id)
    assert order == ["fresh", "busy", "quiet"]


async def test_whoever_waits_is_asked_at_last_however_little_it_publishes(store):
    await store.sync_sources([on("one.example", name) for name in ("quiet", "busy")], NOON)
    for claim in await store.claim_due(NOON, 10):
        await commit(store, claim, NOON, pace=limit("one.example", NOON))
    at, asked = NOON + HOUR, []
    for _ in range(8):
        (claim,) = await store.claim_due(at, 10)
        asked.append(claim.source.id)
        await commit(store, claim, at, per_day=9 if claim.source.id == "busy" else 1, pace=limit("one.example", at))
        at += HOUR
    assert asked.count("busy") > asked.count("quiet") > 0


async def test_what_was_claimed_and_not_asked_is_due_again_as_it_was(store):
    await store.sync_sources([on("one.example", "s0")], NOON)
    (claim,) = await store.claim_due(NOON + MINUTE, 10)
    await store.give_back([claim])
    (again,) = await store.claim_due(NOON + MINUTE, 10)
    assert again.turn.due_at == NOON
    await commit(store, again, NOON + MINUTE)
    await store.give_back([again])  # it has moved on: too late
    assert await store.claim_due(NOON + 2 * MINUTE, 10) == ()


async def test_hosts_that_were_joined_are_asked_as_one_now_and_after_a_restart_and_part_again(store):
    sources = [on(f"h{i}.many.example", f"s{i}") for i in range(3)]
    await store.sync_sources(sources, NOON)
    first, *others = await store.claim_due(NOON, 10)
    await store.give_back(others)
    joined = limit("many.example", NOON, merged=True)
    await commit(store, first, NOON, pace=joined)
    await store.sync_sources([*sources, on("new.many.example", "s9")], NOON)
    at = NOON + HOUR
    (one,) = await store.claim_due(at, 10)
    assert (one.pace_key, one.family) == ("many.example", "many.example")
    await commit(store, one, at, pace=Pace(key="many.example"))
    claims = await store.claim_due(at, 10)
    assert len(claims) == 3
    assert {claim.pace_key for claim in claims} < {f"h{i}.many.example" for i in range(3)} | {"new.many.example"}


async def test_what_one_host_was_told_holds_for_all_that_it_is_joined_with(store):
    await store.sync_sources([on(f"h{i}.many.example", f"s{i}") for i in range(2)], NOON)
    first, second = await store.claim_due(NOON, 10)
    await commit(store, first, NOON, pace=limit("h0.many.example", NOON, hold_until=NOON + 5 * HOUR))
    await commit(store, second, NOON, pace=limit("many.example", NOON, merged=True, hold_until=NOON + HOUR))
    assert await store.claim_due(NOON + 4 * HOUR, 10) == ()
    assert len(await store.claim_due(NOON + 5 * HOUR, 10)) == 1


async def test_a_group_of_the_settings_is_never_joined_with_its_domain(store):
    grouped = make_source("g", url="https://g.many.example/f.xml", pace_key="*.many.example")
    await store.sync_sources([on("h0.many.example", "s0"), grouped], NOON)
    claims = {claim.source.id: claim for claim in await store.claim_due(NOON, 10)}
    assert claims["g"].family == "*.many.example"
    await commit(store, claims["s0"], NOON, pace=limit("many.example", NOON, merged=True))
    (claim,) = await store.claim(["g"], NOON)
    assert claim.pace_key == "*.many.example"


async def test_sightings_are_the_polls_of_the_family_newest_first(store):
    await store.sync_sources([on("a.many.example", "s0"), on("b.many.example", "s1"), on("else.example", "s2")], NOON)
    claims = await store.claim_due(NOON, 10)
    for minutes, claim in enumerate(claims):
        await commit(store, claim, NOON + minutes * MINUTE, outcome="rate_limited" if minutes else "new")
    (again,) = await store.claim(["s0"], NOON + HOUR)
    (known,) = await commit(store, again, NOON + HOUR)
    assert [(one.source_id, one.host, one.outcome, one.at) for one in known.sightings] == [
        ("s1", "b.many.example", "rate_limited", NOON + MINUTE),
        ("s0", "a.many.example", "new", NOON),
    ]


async def test_a_pace_comes_back_as_it_was_written(store):
    await store.sync_sources([on("one.example", "s0")], NOON)
    (claim,) = await store.claim_due(NOON, 10)
    pace = Pace(
        key="one.example",
        hold_until=NOON + HOUR,
        next_at=NOON + MINUTE,
        spacing=1.5 * MINUTE,
        told=True,
        sure=2 * MINUTE,
        too_short=MINUTE,
        served=7,
        set_at=NOON,
        patience=3 * HOUR,
        refusals=2,
        refused_until=NOON + 9 * HOUR,
        trouble="timeout",
        trouble_since=NOON - HOUR,
        findings=(Finding(NOON, "s0", Scope.HOST, "refused", "as said"),),
    )
    await commit(store, claim, NOON, pace=pace)
    assert (await store.status((), NOON)).paces == (pace,)
    view = await store.source_view("s0", NOON)
    assert (view.pace, view.sharing, view.family) == (pace, ("s0",), "one.example")
    assert await store.source_view("nobody", NOON) is None


async def test_what_nothing_was_learned_of_for_long_is_forgotten(store):
    await store.sync_sources([on("one.example", "s0"), on("two.example", "s1")], NOON)
    one, two = await store.claim_due(NOON, 10)
    await commit(store, one, NOON, pace=Pace(key="one.example", refusals=1))
    await commit(store, two, NOON, pace=limit("two.example", NOON))
    await store.prune(NOON + timedelta(days=29))
    assert len((await store.status((), NOON)).paces) == 2
    await store.prune(NOON + timedelta(days=31))
    assert [pace.key for pace in (await store.status((), NOON)).paces] == ["two.example"]


async def test_a_pause_that_only_a_wrong_clock_can_have_set_is_none(store):
    await store.sync_sources([on("one.example", "s0"), on("one.example", "s1")], NOON)
    (first,) = await store.claim_due(NOON, 1)
    await commit(store, first, NOON, pace=limit("one.example", NOON, next_at=NOON + timedelta(days=9)))
    assert names(await store.claim_due(NOON + MINUTE, 10)) == ["s1"]


async def test_a_source_that_moved_is_asked_with_its_new_neighbours(store):
    await store.sync_sources([on("old.example", "s0"), on("h.many.example", "s1")], NOON)
    mover, other = await store.claim_due(NOON, 10)
    await commit(store, other, NOON, pace=limit("many.example", NOON, merged=True))

    def decide(known: Known) -> ChangeSet:
        moved = replace(known.state, moved_to="https://new.many.example/f.xml", next_poll_at=NOON)
        return ChangeSet(state=moved, poll=PollRecord(at=NOON, outcome="new"), pace_key="new.many.example")

    await store.transact(Ask(source_id="s0", version=mover.state.version), decide)
    (claim,) = await store.claim(["s0"], NOON + HOUR)
    assert (claim.pace_key, claim.family, claim.host) == ("many.example", "many.example", "new.many.example")


async def test_a_stepped_clock_moves_pauses_too(store):
    await store.sync_sources([on("one.example", "s0"), on("one.example", "s1")], NOON)
    (first,) = await store.claim_due(NOON, 1)
    await commit(store, first, NOON, pace=limit("one.example", NOON))
    await store.shift(-HOUR)
    assert names(await store.claim_due(NOON - HOUR + MINUTE, 10)) == ["s1"]


async def met(store: Store, errand: Errand, pace: Pace | None = None) -> HostSeen:
    found: list[HostSeen] = []

    def decide(seen: HostSeen) -> Pace | None:
        found.append(seen)
        return pace

    await store.run_errand(errand, decide)
    return found[-1]


async def test_an_errand_sees_what_polls_taught_and_polls_see_what_it_taught(store):
    await store.sync_sources([on("one.example", "s0")], NOON)
    errand = Errand(host="one.example", family="one.example", at=NOON, sightings_since=NOON - HOUR)
    assert await met(store, errand) == HostSeen(pace=Pace(key="one.example"), polls_wait=True)
    (claim,) = await store.claim_due(NOON, 10)
    await commit(store, claim, NOON, pace=limit("one.example", NOON))
    seen = await met(store, errand, limit("one.example", NOON, hold_until=NOON + 2 * HOUR))
    assert (seen.pace.spacing, seen.polls_wait) == (MINUTE, False)
    assert [one.source_id for one in seen.sightings] == ["s0"]
    assert (await met(store, replace(errand, at=NOON + HOUR, sightings_since=None))).sightings == ()
    assert await store.claim_due(NOON + HOUR, 10) == ()
    (claim,) = await store.claim_due(NOON + 2 * HOUR, 10)
    assert claim.source.id == "s0"


async def test_an_errand_on_a_joined_domain_goes_by_the_pace_of_the_domain(store):
    joined = limit("one.example", NOON, merged=True)
    errand = Errand(host="www.one.example", family="one.example", at=NOON)
    await met(store, errand, joined)
    assert (await met(store, errand)).pace.key == "one.example"
    assert (await met(store, replace(errand, family="two.example"))).pace == Pace(key="www.one.example")
