"""How little is announced twice or lost: by every mutation alone, and by pairs of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest

from tests.simulate.mutations import TRACELESS, Mutation
from tests.simulate.world import Outcome, World

AT_ONCE = 60
DAYS = 10.0
LEAST_DAYS = 10_000
MOST_ERRORS = 0.03
MOST_WRONG = 0.003
"""So much still gets through, mostly by pairs of mutations."""

SINGLES = [frozenset({mutation}) for mutation in Mutation]
PAIRS = [frozenset(pair) for pair in combinations(Mutation, 2) if frozenset(pair) not in TRACELESS]


def worlds(kinds: Sequence[frozenset[Mutation]], folder: Path, seed: int) -> list[Outcome]:
    """Run all kinds, so many publishers in one world."""
    outcomes = []
    for start in range(0, len(kinds), AT_ONCE):
        place = folder / f"{seed}-{start}"
        place.mkdir()
        outcomes.append(asyncio.run(World(place, kinds[start : start + AT_ONCE], seed + start).run(DAYS)))
    return outcomes


@pytest.mark.prove
def test_over_ten_thousand_source_days_next_to_nothing_is_repeated_or_lost(tmp_path: Path):
    started = time.process_time()
    outcomes = [*worlds(PAIRS, tmp_path, 100)]
    for seed in range(3):
        outcomes += worlds([*SINGLES, frozenset()], tmp_path, 10_000 * (seed + 1))
    days = sum(outcome.days for outcome in outcomes)
    articles = sum((outcome.articles for outcome in outcomes), Counter())
    missed = sum((outcome.missed for outcome in outcomes), Counter())
    wrong = sum((outcome.wrong for outcome in outcomes), Counter())
    repeats = Counter(name for outcome in outcomes for name, told in outcome.repeats.items() for _ in told)
    losses = Counter(name for outcome in outcomes for name, told in outcome.losses.items() for _ in told)
    print(  # noqa: T201 - the figures are the proof
        f"\n{days:.0f} source-days, {articles.total()} articles, {len(PAIRS)} pairs, {len(SINGLES)} mutations alone, "
        f"{time.process_time() - started:.0f} s of CPU\nrepeats {dict(repeats) or 0}, losses {dict(losses) or 0}, "
        f"stored twice {missed.total()}, taken for another {wrong.total()}",
        *(f"  stored twice: {kind} {count}" for kind, count in missed.most_common()),
        *(f"  taken for another: {kind} {count}" for kind, count in wrong.most_common()),
        sep="\n",
    )
    assert days >= LEAST_DAYS
    assert all(count <= MOST_WRONG * articles.total() for count in (*repeats.values(), *losses.values()))
    assert missed.total() + wrong.total() <= MOST_ERRORS * articles.total()
