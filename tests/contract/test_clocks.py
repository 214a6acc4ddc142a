"""What every clock does; the fake is turned while somebody sleeps on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, timedelta

import pytest

from aggregator.pipeline.ports import Clock
from aggregator.service.clock import SystemClock
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio

A_WHILE = 0.01
RESOLUTION = 0.001
"""What two faces of a real clock may differ by."""


async def turning(clock: FakeClock) -> None:
    while True:
        await asyncio.sleep(0)
        clock.turn(timedelta(seconds=A_WHILE / 4))


@pytest.fixture(params=["real", "fake"])
async def clock(request: pytest.FixtureRequest) -> AsyncIterator[Clock]:
    if request.param == "real":
        yield SystemClock()
        return
    fake = FakeClock()
    turned = asyncio.create_task(turning(fake))
    yield fake
    turned.cancel()


async def test_the_wall_clock_is_aware_and_says_utc(clock: Clock):
    assert clock.now().tzinfo is UTC


async def test_neither_face_runs_backwards_while_time_passes(clock: Clock):
    before = (clock.monotonic(), clock.now())
    await clock.sleep(A_WHILE)
    assert clock.monotonic() > before[0]
    assert clock.now() > before[1]


async def test_who_sleeps_wakes_when_the_time_is_over_and_not_before(clock: Clock):
    began = clock.monotonic()
    await clock.sleep(A_WHILE)
    assert clock.monotonic() - began >= A_WHILE - RESOLUTION


async def test_sleepers_wake_in_the_order_of_their_times(clock: Clock):
    woken: list[int] = []

    async def sleeper(number: int) -> None:
        await clock.sleep(number * A_WHILE)
        woken.append(number)

    await asyncio.gather(*(sleeper(number) for number in (3, 1, 2)))
    assert woken == [1, 2, 3]


@pytest.mark.parametrize("seconds", [0, -1])
async def test_who_sleeps_for_no_time_wakes(clock: Clock, seconds: float):
    async with asyncio.timeout(5):
        await clock.sleep(seconds)


async def test_who_is_woken_by_somebody_else_is_waited_for_no_more(clock: Clock):
    sleeper = asyncio.create_task(clock.sleep(1_000_000))
    await clock.sleep(A_WHILE)
    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper
    await clock.sleep(A_WHILE)


async def test_the_fake_stands_still_until_it_is_turned_and_then_wakes_who_is_due():
    clock = FakeClock()
    sleepers = [asyncio.create_task(clock.sleep(seconds)) for seconds in (60, 90)]
    await asyncio.sleep(0)
    assert (clock.sleepers, clock.next_wake) == (2, timedelta(seconds=60))
    clock.step(timedelta(days=1))
    assert clock.sleepers == 2, "a step of the wall clock lets no time pass"
    clock.turn(timedelta(seconds=60))
    await sleepers[0]
    assert (clock.sleepers, clock.next_wake) == (1, timedelta(seconds=30))
    sleepers[1].cancel()
