"""One poll of all sources by the PyPI package ``reader``, in a process of its own; prints its figures as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

from reader import make_reader

from benchmarks.rounds import Rounds

WORKERS = 16


def cpu_seconds() -> float:
    """Give the CPU time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(database: Path, urls: Path, rounds: Rounds) -> None:
    """Add the feeds if that was not done, then update them all; the figures are those of the last round."""
    reader = make_reader(str(database))
    for url in urls.read_text(encoding="utf-8").split():
        reader.add_feed(url, exist_ok=True)
    # By default it asks only feeds whose own hour has come; here every one is to be asked.
    for _ in range(rounds.count - 1):
        rounds.begin()
        reader.update_feeds(scheduled=False, workers=WORKERS)
    rounds.begin()
    cpu, wall = cpu_seconds(), time.perf_counter()
    reader.update_feeds(scheduled=False, workers=WORKERS)
    figures = {
        "wall": time.perf_counter() - wall,
        "cpu": cpu_seconds() - cpu,
        "entries": reader.get_entry_counts().total,
        "feeds": reader.get_feed_counts().total,
        "failed": reader.get_feed_counts(broken=True).total,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "version": version("reader"),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Rounds.read(sys.argv[3:]))
