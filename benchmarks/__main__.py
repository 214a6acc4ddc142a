"""Run every benchmark, print the tables, write ``benchmarks/results.json``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks import intervals, judging, links, many, matching, parsing, polling, serving, stories, texts, topics
from benchmarks.results import Result, show, write


def _apart(measure: Callable[[], list[Result]]) -> list[Result]:
    """Measure in a process of its own: what other subjects leave in memory is not in the way there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure).result()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--feeds", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sources", type=int, default=100_000, help="for the simulation of many")
    parser.add_argument(
        "--only",
        choices=(
            "parsing",
            "polling",
            "tls",
            "many",
            "intervals",
            "judging",
            "serving",
            "links",
            "stories",
            "texts",
            "topics",
            "matching",
        ),
        help="one subject; writes no results",
    )
    parser.add_argument("--no-write", action="store_true", help="leave results.json as it is")
    parser.add_argument("--corpora", type=Path, default=Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent")))
    chosen = parser.parse_args()
    subjects: dict[str, Callable[[], list[Result]]] = {
        "parsing": lambda: parsing.measure(chosen.repeats),
        "polling": lambda: polling.measure(tuple(chosen.feeds), chosen.repeats),
        "tls": lambda: polling.measure_tls(200, chosen.repeats),
        "many": lambda: many.measure(chosen.sources),
        "intervals": lambda: intervals.measure(chosen.corpora),
        "judging": lambda: _apart(judging.measure),
        "serving": serving.measure,
        "links": lambda: links.measure(chosen.corpora),
        "stories": lambda: stories.measure(chosen.corpora),
        "texts": lambda: texts.measure(chosen.corpora),
        "topics": lambda: topics.measure(chosen.corpora),
        "matching": lambda: _apart(matching.measure),
    }
    results = [one for name, measure in subjects.items() if chosen.only in (None, name) for one in measure()]
    show(results)
    cpu = {one.name: one.value for one in results if one.name.startswith("poll.cpu")}
    if len(chosen.feeds) > 1 and chosen.only in (None, "polling"):
        least, most = min(chosen.feeds), max(chosen.feeds)
        for name in ("poll.cpu", "poll.cpu304", "poll.cpu10"):
            print(
                f"{name}: {most} feeds cost {cpu[f'{name}.{most}'] / cpu[f'{name}.{least}']:.2f} times {least} a feed"
            )
    if not chosen.no_write and chosen.only is None:
        write(results)


if __name__ == "__main__":
    main()
