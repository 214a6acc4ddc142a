"""A sample of what `make prove` does at full size: every way to answer a query agrees with its plainest reading."""

from __future__ import annotations

from pathlib import Path

from tests.topics.agreeing import compare


def test_every_way_to_answer_a_query_agrees_with_its_plainest_reading(tmp_path: Path):
    found = compare(400, range(40), tmp_path)
    assert 0.25 < found.matching / found.pairs < 0.45
    assert found.exact > 20
    assert found.narrowed > 20
