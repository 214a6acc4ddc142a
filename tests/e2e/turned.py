"""The real engine on a clock that is turned: weeks of polling over real sockets and a real database, in minutes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from aggregator.bootstrap import opened, read_settings
from aggregator.fetch import RoutingFetcher, Visits
from aggregator.service.engine import Engine
from aggregator.service.house import House
from tests.fakes.clock import FakeClock
from tests.web import ScriptedWeb
from tests.web.score import Score, ScoreServer
from tests.web.score.sites import SCORE_START, sites

_SETTLED_EVERY = timedelta(hours=6)
_LONGEST_TICK = timedelta(seconds=30)
_STALLED = 0.5


def configuration(folder: Path, urls: Iterable[str]) -> Path:
    """Write a configuration over these addresses, all else as it comes."""
    config = folder / "aggregator.yaml"
    sources = "".join(f'  - "{url}"\n' for url in urls)
    config.write_text(
        'data: ./data\nserver: {listen: "127.0.0.1:0"}\nsite: {contact: "mailto:feeds@example.org"}\n'
        f"network: {{allow-private: [127.0.0.0/8]}}\nsources:\n{sources}topics:\n  everything: {{limit: 10}}\n",
        encoding="utf-8",
    )
    return config


async def live(config: Path, clock: FakeClock, span: timedelta) -> None:
    """Let the engine do what the daemon does for so long.

    Time passes only while nothing is on the wire: straight to the next moment at which there is something to do,
    with a tick at least every half minute while what is due cannot be asked.
    """
    async with opened(read_settings(config), clock) as (house, engine, _):
        await engine.start()
        await engine.spread()
        assert isinstance(house.fetcher, RoutingFetcher)
        visits = house.fetcher._web._visits
        end, settle_at = clock.now() + span, clock.now()
        tick = timedelta(seconds=1)
        while clock.now() < end:
            await engine.feed()
            await _quiet(engine, clock, visits)
            if clock.now() >= settle_at:
                await engine.settle()
                settle_at = clock.now() + _SETTLED_EVERY
            wait = await _until_next(house, clock)
            tick = min(2 * tick, _LONGEST_TICK) if wait <= timedelta() else timedelta(seconds=1)
            clock.turn(min(max(wait, tick), end - clock.now()))
        await engine.stop(timedelta())


async def _until_next(house: House, clock: FakeClock) -> timedelta:
    due_at = await house.store.next_due_at()
    wait = timedelta(hours=1) if due_at is None else due_at - clock.now()
    return wait if clock.next_wake is None else clock.next_wake


async def _quiet(engine: Engine, clock: FakeClock, visits: Visits) -> None:
    """Wait until every runner has ended, sleeps on the clock, or waits for one that does.

    Runners also wait for each other where they share a limit, which cannot be seen from here: when somebody sleeps and
    nothing has moved for a while, time passes.
    """
    moved_at, before = time.monotonic(), (-1, -1)
    while len(engine._runners.busy) > clock.sleepers + visits.waiting:
        await asyncio.sleep(0.0005)
        now = (len(engine._runners.busy), clock.sleepers)
        if now != before:
            moved_at, before = time.monotonic(), now
        if clock.sleepers and time.monotonic() - moved_at > _STALLED:
            return


async def scored(folder: Path, *, sources: int, span: timedelta) -> Score:
    """Let the engine read so many sites of the score for so long, and judge it."""
    clock = FakeClock(SCORE_START)
    async with ScriptedWeb(now=clock.now) as web:
        server = ScoreServer(web, sites(sources))
        await live(configuration(folder, server.urls("aggregator")), clock, span)
        return server.score("aggregator")
