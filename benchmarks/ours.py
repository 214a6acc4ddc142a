"""One poll of all sources by this project, in a process of its own; prints its figures as JSON.

Two moments are noted, both counted from just before the first request: when everything that was polled is stored,
which is where the peer ends, and when it is curated and announced, too. CPU time is that of the whole. The start of
Python and the reading of the settings are not counted, for the peer's are not either.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

from aggregator.bootstrap import opened, read_settings, run
from benchmarks.rounds import Rounds


def cpu_seconds() -> float:
    """Give the CPU time so far of this process and of its children, those that have ended and those that live."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    children = (Path(f"/proc/{pid}/stat") for pid in _children())
    living = sum(_ticks(stat.read_text(encoding="utf-8")) for stat in children if stat.exists())
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + living / os.sysconf("SC_CLK_TCK")


def _children() -> list[str]:
    threads = Path("/proc/self/task").iterdir()
    return [pid for thread in threads for pid in (thread / "children").read_text(encoding="ascii").split()]


def _ticks(stat: str) -> int:
    """Read what a process has used, in user and in system mode (``proc(5)``); its name may hold anything but ``)``."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def poll_all(config: Path, rounds: Rounds) -> dict[str, float]:
    """Poll every source, round by round; the figures are those of the last, as a daemon's second hour is."""
    settings = read_settings(config)
    figures: dict[str, float] = {}
    async with opened(settings) as (_house, engine, _shelf):
        await engine.start()
        for _ in range(rounds.count - 1):
            rounds.begin()
            await engine.poll_named(engine.source_ids())
            # Hosts are left alone for a second after each request: a round begins when all of them may be asked.
            await asyncio.sleep(2)
        rounds.begin()
        cpu, wall = cpu_seconds(), time.perf_counter()
        failed = await engine.poll_only(engine.source_ids())
        figures["wall"] = time.perf_counter() - wall
        await engine.settle()
        figures["settled"] = time.perf_counter() - wall
        figures["cpu"] = cpu_seconds() - cpu
        status = await engine.status()
        figures["entries"] = status.entries
        figures["failed"] = len(failed)
        figures["feeds"] = len(settings.sources)
        await engine.stop(timedelta())
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


if __name__ == "__main__":
    print(json.dumps(run(poll_all(Path(sys.argv[1]), Rounds.read(sys.argv[2:])))))
