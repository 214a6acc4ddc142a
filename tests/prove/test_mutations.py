"""A hundred thousand damaged documents: none is too much, and what comes out is always sound."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from time import perf_counter

import pytest

from tests.mutations.running import Outcome, judge_examples, judge_range
from tests.mutations.seeds import all_seeds, own_seeds

DAMAGED = 80_000
MADE_UP = 20_000
_SLICE = 1_000


@pytest.mark.prove
def test_a_hundred_thousand_damaged_documents_do_no_harm():
    started = perf_counter()
    whole = Outcome()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        tasks = [processes.submit(judge_range, start, start + _SLICE) for start in range(0, DAMAGED, _SLICE)]
        tasks += [processes.submit(judge_examples, number, _SLICE) for number in range(MADE_UP // _SLICE)]
        for task in as_completed(tasks):
            whole.add(task.result())
    seeds = len({seed.name for seed in all_seeds() or own_seeds()})
    print(  # noqa: T201 - the figures are the proof
        f"\n{whole.count} documents from {seeds} seeds and a grammar, {len(whole.faults)} faults, "
        f"{perf_counter() - started:.0f} s on two processes"
    )
    for took, name in whole.slowest:
        print(f"{took:7.2f} s of CPU time: {name}")  # noqa: T201 - likewise
    assert whole.faults == []
    assert whole.count >= 0.99 * (DAMAGED + MADE_UP)
