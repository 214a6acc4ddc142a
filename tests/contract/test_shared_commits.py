"""Polls that share their statements keep the word that each gives alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.following import FollowChange
from aggregator.model.pace import Pace
from aggregator.model.reason import Reason
from aggregator.model.source import Claim, SourceState, Validators
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, New, PollRecord
from aggregator.model.websub import Offer, PushState
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def claimed(store: Store, count: int) -> tuple[Claim, ...]:
    await store.sync_sources(tuple(make_source(f"s{n}") for n in range(count)), NOON)
    return await store.claim_due(NOON, count)


def ask(claim: Claim, *, with_state: bool = True) -> Ask:
    state = claim.state
    return Ask(source_id=claim.source.id, version=state.version, state=state if with_state else None)


def quiet(known: Known) -> ChangeSet:
    """Decide as after a 304."""
    at = NOON + timedelta(minutes=1)
    state = replace(known.state, validators=Validators(etag=f'"{known.state.source_id}"'), next_poll_at=at + HOUR)
    return ChangeSet(state=state, poll=PollRecord(at=at, outcome="not_modified", status=304, next_poll_at=at + HOUR))


async def states(store: Store) -> dict[str, SourceState]:
    status = await store.status((), NOON)
    return {one.source.id: one.state for one in status.sources}


async def test_polls_that_came_together_are_all_written(store: Store) -> None:
    claims = await claimed(store, 40)
    committed = await asyncio.gather(*(store.transact(ask(claim), quiet) for claim in claims))
    assert [one.source_id for one in committed] == [claim.source.id for claim in claims]
    assert not any(one.fenced for one in committed)
    found = await states(store)
    assert {name: state.validators.etag for name, state in found.items()} == {f"s{n}": f'"s{n}"' for n in range(40)}
    assert {state.version for state in found.values()} == {2}
    status = await store.status((), NOON, polls=5)
    assert {tuple(poll.outcome for poll in one.polls) for one in status.sources} == {("not_modified",)}


@pytest.mark.parametrize("with_state", [True, False])
async def test_what_was_overtaken_is_dropped_and_its_neighbours_are_kept(store: Store, with_state: bool) -> None:  # noqa: FBT001 - a table
    claims = await claimed(store, 3)
    await store.claim(["s1"], NOON)
    committed = await asyncio.gather(*(store.transact(ask(one, with_state=with_state), quiet) for one in claims))
    assert [one.fenced for one in committed] == [False, True, False]
    assert (await states(store))["s1"].validators.etag is None


async def test_what_a_hub_told_meanwhile_is_not_written_over(store: Store) -> None:
    await store.sync_sources(tuple(make_source(f"s{n}") for n in range(3)), NOON)
    offer = PushState(offer=Offer("https://hub.example/", "https://s1.example/feed.xml"))
    await store.follow("s1", lambda _: FollowChange(push=offer))
    claims = await store.claim_due(NOON, 3)
    told = replace(offer, since=NOON, lease_until=NOON + HOUR, nudged_at=NOON)
    await store.follow("s1", lambda _: FollowChange(push=told))
    await asyncio.gather(*(store.transact(ask(claim), quiet) for claim in claims))
    found = await states(store)
    assert {name: state.push for name, state in found.items()} == {"s0": None, "s1": told, "s2": None}
    assert {state.version for state in found.values()} == {2}


async def test_of_two_results_for_one_claim_the_first_counts(store: Store) -> None:
    (claim,) = await claimed(store, 1)
    committed = await asyncio.gather(*(store.transact(ask(claim), quiet) for _ in range(5)))
    assert [one.fenced for one in committed] == [False, True, True, True, True]
    assert (await states(store))["s0"].version == 2


async def test_a_source_that_is_gone_is_told(store: Store) -> None:
    (claim,) = await claimed(store, 1)
    stranger = Ask(source_id="nobody", version=1, state=claim.state)
    committed = await asyncio.gather(store.transact(stranger, quiet), store.transact(ask(claim), quiet))
    assert [one.fenced for one in committed] == [True, False]


async def test_one_that_fails_takes_nobody_with_it_and_changes_nothing(store: Store) -> None:
    claims = await claimed(store, 3)
    before = await states(store)

    def broken(known: Known) -> ChangeSet:
        raise ValueError(f"a bug met by {known.state.source_id}")

    deciding = [quiet, broken, quiet]
    results = await asyncio.gather(
        *(store.transact(ask(claim), decide) for claim, decide in zip(claims, deciding, strict=True)),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == ["Committed", "ValueError", "Committed"]
    assert "a bug met by s1" in str(results[1])
    after = await states(store)
    assert after["s1"] == before["s1"]
    assert {name: state.version for name, state in after.items()} == {"s0": 2, "s1": 1, "s2": 2}


async def test_a_hold_and_a_first_document_pass_through_the_same_door(store: Store) -> None:
    claims = await claimed(store, 3)

    def holding(known: Known) -> ChangeSet:
        return replace(quiet(known), pace=Pace(key="s0.example", hold_until=NOON + 2 * HOUR))

    def first(known: Known) -> ChangeSet:
        changes = quiet(known)
        entry = make_entry("1", source="s1")
        verdict = New(entry=entry, reason=Reason("identity", "new", "unknown"))
        return replace(changes, state=replace(changes.state, documents=1), verdicts=(verdict,))

    await asyncio.gather(
        store.transact(ask(claims[0]), holding),
        store.transact(ask(claims[1]), first),
        store.transact(ask(claims[2]), quiet),
    )
    due = await store.claim_due(NOON + 1.5 * HOUR, 10)
    assert [claim.source.id for claim in due] == ["s1", "s2"]
    status = await store.status((), NOON)
    assert [one.entries for one in status.sources] == [0, 1, 0]


async def test_more_polls_than_share_a_statement_are_written_in_several(store: Store) -> None:
    claims = await claimed(store, 600)
    committed: list[Committed] = await asyncio.gather(*(store.transact(ask(claim), quiet) for claim in claims))
    assert len({one.source_id for one in committed}) == 600
    assert {state.version for state in (await states(store)).values()} == {2}
