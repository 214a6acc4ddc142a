"""Run every benchmark, print the tables, write ``benchmarks/results.json``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks import intervals, parsing, polling
from benchmarks.results import show, write


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--feeds", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-write", action="store_true", help="leave results.json as it is")
    parser.add_argument("--corpora", type=Path, default=Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent")))
    chosen = parser.parse_args()
    results = [
        *parsing.measure(chosen.repeats),
        *polling.measure(tuple(chosen.feeds), chosen.repeats),
        *intervals.measure(chosen.corpora),
    ]
    show(results)
    cpu = {one.name: one.value for one in results if one.name.startswith("poll.cpu")}
    if len(chosen.feeds) > 1:
        least, most = min(chosen.feeds), max(chosen.feeds)
        for name in ("poll.cpu", "poll.cpu304", "poll.cpu10"):
            print(
                f"{name}: {most} feeds cost {cpu[f'{name}.{most}'] / cpu[f'{name}.{least}']:.2f} times {least} a feed"
            )
    if not chosen.no_write:
        write(results)


if __name__ == "__main__":
    main()
