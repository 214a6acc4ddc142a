"""No bursts, whatever happens to the clock or the machine: start, sleep, restart, a step forward or back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import opened, read_settings
from aggregator.service.daemon import Daemon
from aggregator.service.engine import Engine
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>N</title><item><title>a</title></item></channel></rss>"


class Running:
    """A daemon whose ticks are called by hand."""

    def __init__(self, daemon: Daemon, engine: Engine, clock: FakeClock, fetcher: FakeFetcher) -> None:
        self.clock = clock
        self._daemon = daemon
        self._engine = engine
        self._fetcher = fetcher

    async def tick(self) -> int:
        """Let one tick pass, and all that it set off; say how many requests there were."""
        before = len(self._fetcher.requests)
        await self._daemon._tick()
        while self._engine._runners.busy:
            await self._engine._runners.wait(self._engine._runners.busy)
        return len(self._fetcher.requests) - before

    async def hours(self, count: int, *, step: timedelta = timedelta(minutes=5)) -> list[int]:
        """Let hours pass in steps; give the requests of each step."""
        asked = []
        for _ in range(round(count * HOUR / step)):
            self.clock.turn(step)
            asked.append(await self.tick())
        return asked


@asynccontextmanager
async def daemon(folder: Path, sources: int, clock: FakeClock) -> AsyncIterator[Running]:
    path = folder / "aggregator.yaml"
    urls = [f"https://big.example/{n}.xml" for n in range(sources)]
    path.write_text(f"network: {{host-spacing: 0s}}\nsources: {urls}\ntopics: {{}}\n", encoding="utf-8")
    async with opened(read_settings(path, {})) as (house, made, shelf):
        fetcher = FakeFetcher()
        for url in urls:
            fetcher.serve(url, FEED)
        fake = replace(house, clock=clock, fetcher=fetcher)
        engine = Engine(fake, made.plan, shelf)
        await engine.start()
        await engine.spread()
        yield Running(Daemon(fake, engine, lambda: made.plan), engine, clock, fetcher)
        await engine.stop(timedelta())


async def test_a_long_list_of_one_host_starts_with_ten_and_takes_an_hour_for_the_rest(tmp_path):
    async with daemon(tmp_path, 70, FakeClock()) as running:
        assert await running.tick() == 10
        asked = await running.hours(1)
        assert sum(asked) == 60
        assert max(asked) <= 6


async def test_after_a_night_of_sleep_nothing_bursts(tmp_path):
    async with daemon(tmp_path, 70, FakeClock()) as running:
        await running.tick()
        await running.hours(1)
        running.clock.turn(3 * DAY)
        assert await running.tick() == 10
        asked = await running.hours(1)
        assert sum(asked) == 60
        assert max(asked) <= 6


async def test_a_restart_asks_nobody_early_and_after_a_long_stop_nothing_bursts(tmp_path):
    clock = FakeClock()
    async with daemon(tmp_path, 30, clock) as running:
        await running.tick()
        await running.hours(1)
    async with daemon(tmp_path, 30, clock) as running:
        assert await running.tick() == 0
        assert sum(await running.hours(1)) == 0
    clock.turn(3 * DAY)
    async with daemon(tmp_path, 30, clock) as running:
        assert await running.tick() == 10


@pytest.mark.parametrize("by", [3 * DAY, -3 * DAY, 4000 * DAY, -HOUR])
async def test_a_stepped_clock_changes_nothing_for_the_servers(tmp_path, by):
    async with daemon(tmp_path / "", 5, FakeClock()) as running:
        assert await running.tick() == 5
        running.clock.turn(HOUR)
        running.clock.step(by)
        assert await running.tick() == 0
        early = await running.hours(8)
        assert sum(early) == 0
        asked = await running.hours(8)
        assert sum(asked) == 5
