"""The topics that are measured can be read, and what measures them counts right."""

from __future__ import annotations

from collections import Counter
from statistics import mean

import pytest

from aggregator.semantic import is_installed, load_meaning
from aggregator.topics import parse_query
from benchmarks.labelled import Labelled, bbc
from benchmarks.topics import (
    COLLECTIONS,
    average_precision,
    centroid,
    compare,
    judge_queries,
    without_text,
    written,
)
from tests.e2e.corpora import FOLDER, needs_corpora

WRITTEN = written()


@pytest.mark.parametrize(("name", "subject"), [(name, subject) for name, found in WRITTEN.items() for subject in found])
def test_every_topic_is_a_query_that_means_what_it_says(name: str, subject: str):
    assert name in COLLECTIONS
    query = parse_query(WRITTEN[name][subject])
    assert query.warnings == ()


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        ([True, True, False, False], 100),
        ([False, False, True, True], 100 * (1 / 3 + 2 / 4) / 2),
        ([False, True, False, False], 50),
        ([False] * 4, 0),
    ],
)
def test_average_precision_is_the_mean_of_the_precision_at_what_belongs(truth: list[bool], expected: float):
    assert average_precision([0.9, 0.5, 0.2, -1], truth) == pytest.approx(expected)


def test_the_centroid_prefers_what_shares_rare_words():
    rain, chess, both = (Labelled(text, "", "x", text) for text in ("river rises", "rook takes rook", "the river rook"))
    scores = centroid([rain], [rain, chess, both], [rain, both, chess])
    assert scores == sorted(scores, reverse=True)
    assert scores[2] == 0


def test_the_halves_are_parted_by_what_belongs_together():
    parts = {Labelled(str(number), "", "x", "one story").is_first for number in range(9)}
    assert len(parts) == 1
    assert {Labelled("", "", "x", str(number)).is_first for number in range(9)} == {True, False}


@needs_corpora
@pytest.mark.corpora
@pytest.mark.parametrize("name", ["bbc", "tgcontest-en"])
def test_queries_take_what_belongs_in_the_half_that_nobody_looked_at(name: str):
    found = [ours for ours, _, _ in judge_queries(name, FOLDER)]
    assert mean(one.precision for one in found) >= 80
    assert mean(one.recall for one in found) >= 60


@needs_corpora
@pytest.mark.corpora
@pytest.mark.skipif(not is_installed(), reason="the extra 'semantic' is not installed")
def test_by_meaning_headlines_are_ranked_far_better_than_by_a_centroid():
    found = compare([without_text(one) for one in bbc(FOLDER)[::2]], load_meaning(), Counter())
    assert mean(found["meaning"]) >= mean(found["centroid"]) + 10
    assert mean(found["words"]) >= mean(found["centroid"])
