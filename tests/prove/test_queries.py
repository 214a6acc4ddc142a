"""Ten thousand queries over two thousand entries: every way to answer them agrees with their plainest reading."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import pytest

from tests.topics.agreeing import Agreement, compare, rules_of
from tests.topics.worlds import operators

QUERIES, ENTRIES, SLICE = 10_000, 2_000, 250
SEED = 2
LEAST = 500
"""So many queries have each operator."""


def compare_slice(start: int, folder: Path) -> Agreement:
    folder.mkdir()
    return compare(QUERIES, range(start, start + SLICE), folder, seed=SEED)


@pytest.mark.prove
def test_ten_thousand_queries_over_two_thousand_entries_agree_in_every_way(tmp_path: Path):
    started = perf_counter()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        tasks = [processes.submit(compare_slice, start, tmp_path / f"{start}") for start in range(0, ENTRIES, SLICE)]
        found = [task.result() for task in tasks]
    pairs, matching = sum(one.pairs for one in found), sum(one.matching for one in found)
    counts = operators(rules_of(QUERIES, SEED))
    print(  # noqa: T201 - the figures are the proof
        f"\n{QUERIES} queries x {ENTRIES} entries: {matching / pairs:.0%} of the pairs match; FTS5 can express "
        f"{found[0].exact} whole and {found[0].narrowed} in part; {perf_counter() - started:.0f} s on two processes"
    )
    print(", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))  # noqa: T201 - likewise
    assert pairs == QUERIES * ENTRIES
    assert 0.28 < matching / pairs < 0.4
    assert {kind: count for kind, count in counts.items() if count < LEAST} == {}
