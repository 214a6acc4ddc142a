"""Readers that poll for weeks: none is sent a document whose entries it has, none misses one that changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.simulate.mutations import Mutation
from tests.simulate.pollers import Readership
from tests.simulate.world import SITE, World

# Publishers that make work without news: dates that change, edits, crashes of ours in between.
RESTLESS = [frozenset({one}) for one in (Mutation.MARKUP_CHURN, Mutation.REDATED, Mutation.SHUFFLED, Mutation.CRASHES)]


def read_for(folder: Path, days: float, mutations: list[frozenset[Mutation]]) -> Readership:
    world = World(folder, mutations, 5)
    world.readership = readership = Readership(SITE, "all")
    outcome = asyncio.run(world.run(days))
    assert outcome.repeats == {"by id": [], "by link": [], "by id and updated": []}
    return readership


def check(readership: Readership, rounds: int) -> None:
    for poller in readership.pollers:
        assert (poller.needless, poller.stale) == (0, 0), poller
        assert poller.answers.total() == rounds
        assert poller.answers[200] > 1
        assert poller.answers[304] > 1


def test_in_eight_days_nobody_is_sent_what_it_has_nor_kept_from_news(tmp_path: Path):
    check(read_for(tmp_path, 8, RESTLESS), 48)


@pytest.mark.prove
def test_in_a_month_nobody_is_sent_what_it_has_nor_kept_from_news(tmp_path: Path):
    readership = read_for(tmp_path, 30, RESTLESS)
    whole = sum(poller.answers[200] for poller in readership.pollers)
    kept = sum(poller.answers[304] for poller in readership.pollers)
    print(f"\n{len(readership.pollers)} readers, {whole} whole answers, {kept} times 304")  # noqa: T201 - the figures are the proof
    check(readership, 180)
