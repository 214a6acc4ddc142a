from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.model.fetching import FetchRequest
from aggregator.service.clock import SystemClock
from aggregator.service.turns import KEPT, PacedFetcher, Turns
from tests.fakes.fetcher import FakeFetcher

GAP = timedelta(seconds=0.03)


@pytest.mark.anyio
async def test_whoever_asks_there_is_one_at_a_time_under_a_key_with_its_gap():
    turns, spans = Turns(SystemClock()), []
    loop = asyncio.get_running_loop()

    async def ask() -> None:
        async with turns.turn("a.example", GAP):
            started = loop.time()
            await asyncio.sleep(0.01)
            spans.append((started, loop.time()))

    await asyncio.gather(*(ask() for _ in range(4)))
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    assert min(gaps) >= GAP.total_seconds() * 0.99


@pytest.mark.anyio
async def test_other_keys_do_not_wait():
    turns = Turns(SystemClock())
    async with turns.turn("a.example", timedelta(hours=1)), turns.turn("b.example", timedelta(hours=1)):
        pass
    assert await turns.take("c.example")


@pytest.mark.anyio
async def test_a_turn_that_is_given_up_or_cancelled_leaves_the_host_to_others():
    turns = Turns(SystemClock())
    async with turns.turn("a.example", timedelta(hours=1)):
        pass
    assert not await turns.take("a.example", given_up=lambda: True)
    waiting = asyncio.create_task(turns.take("a.example"))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not turns._locks["a.example"].locked()


@pytest.mark.anyio
async def test_a_request_that_fails_gives_its_turn_back():
    fetcher = PacedFetcher(FakeFetcher(), Turns(SystemClock()), lambda _: ("a.example", timedelta()))
    for _ in range(3):
        await fetcher.fetch(FetchRequest(url="https://a.example/"))


@pytest.mark.anyio
async def test_hosts_at_rest_are_forgotten():
    class Later(SystemClock):
        now_s = 0.0

        def monotonic(self) -> float:
            return self.now_s

    clock = Later()
    turns = Turns(clock)
    for number in range(KEPT + 1):
        clock.now_s = number * 10.0
        async with turns.turn(f"{number}.example", timedelta()):
            pass
    assert len(turns._locks) == len(turns._ready_at) < 10
