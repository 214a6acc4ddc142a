"""One poll of all sources by this project, in a process of its own; prints its figures as JSON.

Two moments are noted, both counted from just before the first request: when everything that was polled is stored,
which is where the peer ends, and when it is curated and announced, too. CPU time is that of the whole. The start of
Python and the reading of the settings are not counted, for the peer's are not either.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

from aggregator.bootstrap import opened, read_settings, run


def cpu_seconds() -> float:
    """Give the CPU time of this process so far, without its children."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def poll_all(config: Path, rounds: int) -> dict[str, float]:
    """Poll every source; with more rounds than one the figures are those of the last, as a daemon's second hour is."""
    settings = read_settings(config)
    figures: dict[str, float] = {}
    async with opened(settings) as (_house, engine, _shelf):
        await engine.start()
        for _ in range(rounds - 1):
            await engine.poll_named(engine.source_ids())
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
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures["cpu"] += children.ru_utime + children.ru_stime
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


if __name__ == "__main__":
    print(json.dumps(run(poll_all(Path(sys.argv[1]), int(sys.argv[2])))))
