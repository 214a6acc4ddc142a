from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from aggregator.service.clock import SystemClock
from aggregator.service.scheduler import Metronome


class SteppingClock(SystemClock):
    """The real clock, with a wall face that can be set."""

    def __init__(self) -> None:
        self.off_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off_by


@pytest.mark.anyio
async def test_a_job_is_called_at_once_and_again_and_survives_its_own_failure():
    calls = []

    async def job() -> None:
        calls.append(1)
        raise RuntimeError("a bug")

    metronome = Metronome(SystemClock())
    metronome.every(timedelta(seconds=0.05), job)
    metronome.start()
    await asyncio.sleep(0.4)
    metronome.stop()
    assert len(calls) >= 3


@pytest.mark.anyio
async def test_a_job_that_is_still_running_is_not_started_again():
    running = most = 0

    async def job() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.2)
        running -= 1

    metronome = Metronome(SystemClock())
    metronome.every(timedelta(seconds=0.02), job)
    metronome.start()
    await asyncio.sleep(0.5)
    metronome.stop()
    await asyncio.sleep(0)
    assert most == 1


@pytest.mark.anyio
async def test_a_wall_clock_that_jumped_by_half_a_century_costs_one_call_and_no_time():
    calls = []

    async def job() -> None:
        calls.append(1)

    clock = SteppingClock()
    clock.off_by = timedelta(days=-56 * 365)
    metronome = Metronome(clock)
    metronome.every(timedelta(seconds=1), job)
    metronome.start()
    await asyncio.wait_for(asyncio.sleep(0.2), 5)
    metronome.stop()
    assert len(calls) == 1


def test_a_step_of_the_wall_clock_is_noticed_and_passing_time_is_not():
    clock = SteppingClock()
    metronome = Metronome(clock)
    assert not metronome.guard()
    clock.off_by = timedelta(hours=-1)
    assert metronome.guard()
    assert not metronome.guard()
    clock.off_by = timedelta()
    assert metronome.guard()
    assert metronome.clock_steps == 2
