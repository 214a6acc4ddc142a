from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from aggregator.fetch import Visits
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio


class Guests:
    """Visitors that note when they come and go."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.visits = Visits(self.clock.monotonic, self.clock.sleep)
        self.seen: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.ends: dict[str, asyncio.Event] = {}

    async def come(self, name: str, host: str = "a.example", pause: float = 0.0) -> None:
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._visit(name, host, pause))
        await self.rest()

    async def _visit(self, name: str, host: str, pause: float) -> None:
        await self.visits.enter(host)
        try:
            self.seen.append(name)
            await self.ends[name].wait()
        finally:
            self.visits.leave(host, pause)

    async def go(self, name: str) -> None:
        self.ends[name].set()
        await self.rest()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await self.rest()

    async def turn(self, seconds: float) -> None:
        self.clock.turn(timedelta(seconds=seconds))
        await self.rest()

    async def rest(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def guests():
    made = Guests()
    yield made
    for task in made.tasks.values():
        task.cancel()
    await asyncio.gather(*made.tasks.values(), return_exceptions=True)


async def test_one_at_a_time_in_the_order_in_which_they_came(guests: Guests):
    for name in ("1", "2", "3"):
        await guests.come(name)
    assert (guests.seen, guests.visits.waiting) == (["1"], 2)
    await guests.go("1")
    assert guests.seen == ["1", "2"]
    await guests.go("2")
    assert guests.seen == ["1", "2", "3"]


async def test_other_hosts_do_not_wait(guests: Guests):
    await guests.come("1")
    await guests.come("2", "b.example")
    assert guests.seen == ["1", "2"]


async def test_the_next_one_waits_for_the_pause_that_the_last_one_left(guests: Guests):
    await guests.come("1", pause=1.0)
    await guests.go("1")
    await guests.come("2")
    assert not guests.visits.is_free("a.example")
    await guests.turn(0.9)
    assert guests.seen == ["1"]
    await guests.turn(0.1)
    assert guests.seen == ["1", "2"]


async def test_without_a_pause_a_host_is_free_at_once(guests: Guests):
    await guests.come("1")
    assert not guests.visits.is_free("a.example")
    await guests.go("1")
    assert guests.visits.is_free("a.example")


async def test_who_gives_up_while_waiting_is_passed_over(guests: Guests):
    for name in ("1", "2", "3"):
        await guests.come(name)
    await guests.cancel("2")
    await guests.go("1")
    assert guests.seen == ["1", "3"]


async def test_who_gives_up_in_the_pause_or_at_the_very_moment_of_its_turn_hands_it_on(guests: Guests):
    await guests.come("1", pause=1.0)
    for name in ("2", "3", "4"):
        await guests.come(name)
    guests.ends["1"].set()
    await asyncio.sleep(0)
    await guests.cancel("2")
    await guests.cancel("3")
    await guests.turn(1.0)
    assert guests.seen == ["1", "4"]
    await guests.go("4")
    assert guests.visits.is_free("a.example")


async def test_the_pauses_of_thousands_of_hosts_hold_and_those_that_are_over_are_forgotten():
    clock = FakeClock()
    visits = Visits(clock.monotonic, clock.sleep)
    for second in range(4):
        hosts = [f"{number}.{second}.example" for number in range(3_000)]
        for host in hosts:
            await visits.enter(host)
            visits.leave(host, 1.0)
        assert not any(visits.is_free(host) for host in hosts)
        clock.turn(timedelta(seconds=1))
        assert all(visits.is_free(host) for host in hosts)
    assert visits.resting <= 6_000
