"""The promises of shapes on many random weeks, and a simulated month decided again from what was stored of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publish.shape_properties import PROPERTIES, hold
from tests.store.months import month


@pytest.mark.prove
@pytest.mark.parametrize("name", PROPERTIES)
def test_promise(name: str):
    hold(name, examples=300)


@pytest.mark.prove
def test_all_that_is_stored_of_a_month_is_decided_again_as_it_was(tmp_path: Path):
    told = month(tmp_path, days=30, seed=20261125)
    print(  # noqa: T201 - the figures are the proof
        f"\n{told.decisions} decisions, {told.scores} scores, {told.matches} matches, {len(told.wrong)} otherwise",
        *(f"  {rule}: {count}" for rule, count in told.rules.most_common()),
        sep="\n",
    )
    assert told.wrong == []
    assert min(told.decisions, told.scores) > 10_000
    assert told.matches > 500
