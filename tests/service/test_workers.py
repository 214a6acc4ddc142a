from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.reading import Document, Unreadable
from aggregator.service.reading import PooledReader
from aggregator.service.workers import Limits, WorkerKilled, WorkerPool
from tests.builders import NOON

TRICKS = "tests.service.tricks"


@pytest.fixture
async def pools():
    made: list[WorkerPool] = []

    def make(name: str, **limits: Any):
        pool = WorkerPool(f"{TRICKS}:{name}", size=1, limits=Limits(**limits))
        made.append(pool)
        return pool

    yield make
    for pool in made:
        await pool.close()


@pytest.mark.anyio
async def test_a_call_comes_back_with_its_result_and_the_worker_is_used_again(pools):
    pool = pools("process_id")
    first, second = await pool.call(None), await pool.call(None)
    assert first == second > 0


@pytest.mark.anyio
async def test_a_worker_is_replaced_after_its_calls(pools):
    pool = pools("process_id", max_calls=1)
    assert await pool.call(None) != await pool.call(None)


@pytest.mark.anyio
async def test_what_spins_is_ended_by_the_kernel_and_the_next_call_works(pools):
    pool = pools("obey", cpu=timedelta(seconds=0.3))
    with pytest.raises(WorkerKilled, match=r"0\.3 s of CPU time"):
        await pool.call("spin")
    assert await pool.call("fine") == "fine"
    assert pool.kills == 1


@pytest.mark.anyio
async def test_what_sleeps_is_killed_at_the_deadline(pools):
    pool = pools("obey", wall=timedelta(seconds=0.8))
    await pool.call("fine")
    started = time.monotonic()
    with pytest.raises(WorkerKilled, match=r"more than 0\.8 s"):
        await pool.call("sleep")
    assert time.monotonic() - started < 5


@pytest.mark.anyio
async def test_what_eats_memory_is_stopped_at_the_cap(pools):
    pool = pools("obey", max_bytes=300 << 20)
    with pytest.raises(WorkerKilled, match="memory"):
        await pool.call("eat")
    assert await pool.call("fine") == "fine"


@pytest.mark.anyio
async def test_an_exception_inside_belongs_to_the_call(pools):
    with pytest.raises(WorkerKilled, match="ValueError: no"):
        await pools("obey").call("raise")


@pytest.mark.anyio
async def test_what_exits_or_prints_does_no_harm(pools):
    pool = pools("obey")
    with pytest.raises(WorkerKilled, match="ended with status 3"):
        await pool.call("exit")
    assert await pool.call("print") == "printed"


@pytest.mark.anyio
async def test_a_document_that_kills_its_reader_is_unreadable_with_the_reason(pools):
    reader = PooledReader(pools("always_spin", cpu=timedelta(seconds=0.2)))
    outcome = await reader.read(
        Document(
            source_id="a", url="https://a.example/", source_url="https://a.example/", headers=(), body=b"", now=NOON
        )
    )
    assert isinstance(outcome, Unreadable)
    assert outcome.kind == "parse_killed"
    assert "CPU" in outcome.detail
