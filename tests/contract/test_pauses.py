"""What every store does with sources that somebody has paused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.source import SourceCondition
from aggregator.model.verdict import Ask, ChangeSet, Known, PollRecord
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_source
from tests.contract.steps import read

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


@pytest.fixture
async def store(store: Store) -> Store:
    await store.sync_sources([make_source(), make_source("other")], NOON)
    return store


async def test_a_paused_source_is_not_asked_until_it_is_resumed(store: Store):
    assert await store.pause("lwn", NOON)
    assert [claim.source.id for claim in await store.claim_due(NOON, 9)] == ["other"]
    assert await store.claim(["lwn"], NOON) == ()
    assert await store.pause("lwn", None)
    assert [claim.source.id for claim in await store.claim_due(NOON, 9)] == ["lwn"]


async def test_a_paused_source_says_so_and_that_nothing_is_planned(store: Store):
    await store.pause("lwn", NOON)
    state = await read(store)
    assert (state.condition, state.next_poll_at) == (SourceCondition.PAUSED, None)
    assert state.next_poll_why == "paused since 2026-11-23 12:00 UTC, until somebody resumes it"
    view = await store.source_view("lwn", NOON)
    assert view is not None
    assert view.status.state == state
    await store.pause("lwn", None)
    assert (await read(store)).condition is SourceCondition.OK


async def test_nothing_waits_for_what_is_paused(store: Store):
    await store.claim_due(NOON, 9)
    await store.pause("lwn", NOON)
    await store.pause("other", NOON)
    assert await store.next_due_at() is None


async def test_a_poll_that_is_under_way_ends_as_ever_and_the_source_stays_paused(store: Store):
    (claim,) = await store.claim(["lwn"], NOON)
    await store.pause("lwn", NOON)

    def decide(known: Known) -> ChangeSet:
        return ChangeSet(state=known.state, poll=PollRecord(at=NOON, outcome="not_modified", status=304))

    committed = await store.transact(Ask(source_id="lwn", version=claim.state.version), decide)
    assert not committed.fenced
    assert (await read(store)).condition is SourceCondition.PAUSED
    assert "lwn" not in {one.source.id for one in await store.claim_due(NOON + 48 * HOUR, 9)}


async def test_who_is_not_configured_cannot_be_paused(store: Store):
    assert not await store.pause("nobody", NOON)
    await store.sync_sources([make_source()], NOON)
    assert not await store.pause("other", NOON)


async def test_a_pause_lasts_while_the_settings_change(store: Store):
    await store.pause("lwn", NOON)
    await store.sync_sources([make_source(title="Other words"), make_source("other")], NOON + HOUR)
    assert (await read(store)).condition is SourceCondition.PAUSED
