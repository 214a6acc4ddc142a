"""A hundred thousand sources over a simulated network: real store, claims and runners; every answer is an instant 304.

The sources are written down as after days of polling, their due times spread over a cycle of two hours. Then the
clock is turned by a second a tick, or by what the machine took for the tick where that is longer. At the end it jumps
by ten minutes, as when a laptop wakes up, and what fell due meanwhile is due at once.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from aggregator.bootstrap import database_path, make_plan, open_store, read_settings, run
from aggregator.model.fetching import FetchOutcome, FetchRequest, NotModified, PostOutcome, PostRequest
from aggregator.model.reading import Document, Part, Reading, ReadOutcome
from aggregator.model.sending import Attempt, Letter, MailServer
from aggregator.model.source import Every, Source, Validators
from aggregator.publish import Painter
from aggregator.service.engine import Engine
from aggregator.service.house import House
from aggregator.service.web.shelf import Shelf
from benchmarks.results import Result
from benchmarks.web import ROOT

CYCLE = timedelta(hours=2)
STRETCH = timedelta(minutes=10)
TAG = '"1"'
HEADERS = (("date", "Mon, 23 Nov 2026 00:00:00 GMT"), ("etag", TAG))
TICK = timedelta(seconds=1)


class TurnedClock:
    """Stands still between two ticks."""

    def __init__(self) -> None:
        self.turned = 0.0
        self.start = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        """Say the simulated wall-clock time."""
        return self.start + timedelta(seconds=self.turned)

    def monotonic(self) -> float:
        """Say the seconds since the start."""
        return self.turned

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.turned += seconds
        await asyncio.sleep(0)


class Network:
    """Servers that answer 304 at once."""

    def __init__(self) -> None:
        self.answers = 0

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Answer at once."""
        self.answers += 1
        return NotModified(url=request.url, headers=HEADERS, validators=Validators(etag=TAG))

    async def post(self, request: PostRequest) -> PostOutcome:  # noqa: ARG002 - as below
        """Fail: no hub is there to be asked."""
        raise AssertionError("no source has a hub")

    async def send(self, letter: Letter, server: MailServer) -> Attempt:  # noqa: ARG002 - as below
        """Fail: nobody is to be written to."""
        raise AssertionError("no topic is mailed")

    async def read(self, document: Document) -> ReadOutcome:  # noqa: ARG002 - a port has its signature
        """Fail: nothing is there to be read."""
        raise AssertionError("no server sent a document")

    async def read_part(self, part: Part) -> Reading | None:  # noqa: ARG002 - see above
        """Fail likewise."""
        raise AssertionError("no server sent a document")


def settle(database: Path, now: datetime) -> None:
    """Make of new sources what they are after days of polling: each with its validators, due times spread evenly."""
    with sqlite3.connect(database) as conn:
        conn.create_function("due", 1, lambda share: (now + share * CYCLE).isoformat(timespec="microseconds"))
        conn.execute(
            "UPDATE sources SET documents = 1, etag = ?, last_ok_at = due(0.0), next_poll_why = 'spread',"
            " next_poll_at = due(id * 1.0 / (SELECT count(*) FROM sources))",
            [TAG],
        )
    conn.close()


async def simulate(count: int, folder: Path) -> dict[str, float]:
    """Let ten minutes pass, then ten more at once, and say what it cost."""
    (folder / "aggregator.yaml").write_text("data: ./data\n", encoding="utf-8")
    settings = read_settings(folder / "aggregator.yaml")
    every = Every(shortest=CYCLE, longest=CYCLE, adaptive=False)
    sources = tuple(
        Source(id=f"s{n}", url=f"https://s{n}.example/feed.xml", pace_key=f"s{n}.example", every=every)
        for n in range(count)
    )
    store, network, clock = open_store(settings), Network(), TurnedClock()
    house = House(
        store=store,
        fetcher=network,
        poster=network,
        mailer=network,
        reader=network,
        clock=clock,
        user_agent="aggregator (benchmark)",
        render=lambda _edition, _site: (),
        render_archive=Painter().render_archive,
        documents=lambda _plan: (),
        close=store.close,
    )
    engine = Engine(house, replace(make_plan(settings), sources=sources), Shelf())
    started = time.perf_counter()
    await engine.start()
    figures = {"sync_s": time.perf_counter() - started}
    settle(database_path(settings), clock.now())
    cpu = time.process_time()
    ticks: list[float] = []
    while clock.turned < STRETCH.total_seconds():
        ticks.append(await _tick(engine, clock))
    figures["cpu_ms"] = (time.process_time() - cpu) * 1000 / network.answers
    figures |= {"polls": network.answers, "tick_ms": mean(ticks), "tick_p95_ms": quantiles(ticks, n=20)[-1]}
    late = lateness(database_path(settings), clock.start, count)
    figures |= {"late_p95_s": quantiles(late, n=20)[-1], "late_most_s": max(late)}
    clock.turned += STRETCH.total_seconds()
    woken = clock.turned
    while (await store.next_due_at() or clock.now()) < clock.now() - 2 * TICK:
        await _tick(engine, clock)
    figures["woken_s"] = clock.turned - woken
    await engine.stop(timedelta())
    await house.close()
    return figures


async def _tick(engine: Engine, clock: TurnedClock) -> float:
    """Tick once; give the milliseconds that looking up and claiming took."""
    began = time.perf_counter()
    await engine.feed()
    took = time.perf_counter() - began
    await engine.poll_due()
    clock.turned += max(TICK.total_seconds(), time.perf_counter() - began)
    return took * 1000


def lateness(database: Path, start: datetime, count: int) -> list[float]:
    """Give the seconds between the time that each source was due and its poll."""
    with sqlite3.connect(database) as conn:
        rows = conn.execute("SELECT source_id, at FROM polls").fetchall()
    conn.close()
    return [(datetime.fromisoformat(at) - start - row_id / count * CYCLE).total_seconds() for row_id, at in rows]


def main(count: int) -> None:
    """Measure in this process and print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        figures = run(simulate(count, Path(folder)))
        figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def measure(count: int = 100_000) -> list[Result]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.many", str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print("  " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()), flush=True)
    return [
        Result(f"due.{count}", figures["tick_ms"], "ms/tick"),
        Result(f"due.p95.{count}", figures["tick_p95_ms"], "ms/tick"),
        Result(f"due.late.{count}", figures["late_p95_s"], "s"),
        Result(f"due.sync.{count}", figures["sync_s"], "s"),
        Result(f"memory.peak.{count}", figures["peak_mib"], "MiB"),
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]))
