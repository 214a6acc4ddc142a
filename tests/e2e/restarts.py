"""Kill the daemon again and again under the eyes of the score server, and look for requests that come too soon."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.fast_clock import START, FastClock
from tests.e2e.turned import configuration
from tests.web import ScriptedWeb
from tests.web.score import Exchange, Fault, Kind, ScoreServer, judge
from tests.web.score.sites import sites

SPEED = 600.0
"""A second is ten minutes."""
FLOOR = timedelta(hours=1)

_LONGEST_START = 30.0
# These need no answer to be known: a crash is no excuse for them.
_NEVER_EXCUSED = frozenset({Kind.BURST, Kind.PARALLEL, Kind.GAP, Kind.COOKIE, Kind.REFERRER, Kind.QUERY})
_LAST_COMMITTED = "SELECT s.url, max(p.at) FROM polls p JOIN sources s ON s.id = p.source_id GROUP BY s.url"


@dataclass(frozen=True, slots=True)
class Restarts:
    """What came of it.

    Attributes:
        kills: Of daemons that were running, as they should.
        early: Requests sooner than an hour, or than their server allows, after the last one.
        faults: All that no lost answer explains; ``early`` among them.
        lost: Answers that died with the process between their last byte and their commit.
        follow: Faults that follow from one of those: what it said could not be known any more.
        asked_again: Sources that were asked in more than one life of the daemon.
    """

    kills: int
    requests: int
    span: timedelta
    early: tuple[Fault, ...]
    faults: tuple[Fault, ...]
    lost: int
    follow: tuple[Fault, ...]
    asked_again: int


async def kill_and_restart(folder: Path, *, kills: int, sources: int, longest: float, seed: int) -> Restarts:
    """Start the daemon and kill it, ``kills`` times over, each time up to ``longest`` seconds after its first request.

    One in ten is killed before that, while it starts.
    """
    chance = random.Random(seed)
    clock = FastClock(time.monotonic(), SPEED)
    lost: set[int] = set()
    lives: list[float] = []
    async with ScriptedWeb(now=clock.now) as web:
        server = ScoreServer(web, sites(sources, start=START))
        config = configuration(folder, server.urls("aggregator"))
        for _ in range(kills):
            before = web.counts["requests"]
            wanted = before if chance.random() < 0.1 else before + 1
            killed_at = await _one_life(config, clock, web, wanted, chance.uniform(0.0, longest))
            exchanges = server.exchanges().get("aggregator", [])
            lost |= _lost(folder, [one for one in exchanges if one.number > before])
            lives += [killed_at] if killed_at is not None else []
    return _findings(exchanges, lost, lives)


async def _one_life(config: Path, clock: FastClock, web: ScriptedWeb, wanted: int, seconds: float) -> float | None:
    """Run the daemon until it made so many requests and some seconds more, and kill it; say when, if it still ran."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.e2e.fast_clock", repr(clock.began), repr(clock.speed)),
        *("-c", str(config), "-q", "run", "--no-serve"),
        cwd=Path(__file__).parents[2],
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + _LONGEST_START
    while web.counts["requests"] < wanted and time.monotonic() < deadline:  # noqa: ASYNC110 - the web tells nobody
        await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)
    if process.returncode is not None:
        return None
    process.kill()
    await process.wait()
    return time.monotonic()


def _lost(folder: Path, exchanges: list[Exchange]) -> set[int]:
    """Number the requests of a life whose answers its store knows nothing of."""
    database = folder / "data" / "aggregator.db"
    if not database.exists():
        return {one.number for one in exchanges}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        committed = {_site(url): datetime.fromisoformat(at) for url, at in connection.execute(_LAST_COMMITTED)}
    return {one.number for one in exchanges if one.at > committed.get(_site(one.path), START)}


def _findings(exchanges: list[Exchange], lost: set[int], lives: list[float]) -> Restarts:
    score = judge(exchanges)
    early = [fault for fault in score.faults if _is_early(fault, exchanges)]
    follow = [
        fault
        for fault in score.faults
        if fault not in early and fault.kind not in _NEVER_EXCUSED and _follows(fault, exchanges, lost)
    ]
    asked_in: dict[str, set[int]] = {}
    for one in exchanges:
        asked_in.setdefault(one.path, set()).add(sum(at < one.began for at in lives))
    return Restarts(
        kills=len(lives),
        requests=score.requests,
        span=score.span,
        early=tuple(early),
        faults=tuple(fault for fault in score.faults if fault not in follow),
        lost=len(lost),
        follow=tuple(follow),
        asked_again=sum(len(seen) > 1 for seen in asked_in.values()),
    )


def _is_early(fault: Fault, exchanges: list[Exchange]) -> bool:
    """Say whether a request came too soon by what a source is allowed without knowing any answer."""
    if fault.kind not in (Kind.SPACING, Kind.BURST):
        return False
    asked = fault.exchange
    return any(
        one.resource == asked.resource and one.number < asked.number and asked.at - one.at < FLOOR for one in exchanges
    )


def _follows(fault: Fault, exchanges: list[Exchange], lost: set[int]) -> bool:
    """Say whether an answer was lost that the request would have been another one with, or would have been followed."""
    asked = fault.exchange
    return asked.number in lost or any(
        one.number in lost
        and one.number < asked.number
        and (one.host == asked.host or _site(one.path) == _site(asked.path))
        for one in exchanges
    )


def _site(address: str) -> str:
    return address.rpartition("/")[2]
