"""The adaptive interval against a fixed hour, over all real feeds."""

from __future__ import annotations

import pytest

from benchmarks.intervals import ALLOWED, CURVE, DEFAULT, FIXED, compare, table, timelines
from tests.e2e.corpora import FOLDER, needs_corpora


@needs_corpora
@pytest.mark.prove
def test_adaptive_polling_beats_a_fixed_hour_on_the_dates_of_all_real_feeds():
    feeds = timelines(FOLDER)
    outcomes = compare(feeds, CURVE)
    print(f"\n{len(feeds)} feeds", *table(outcomes), sep="\n")  # noqa: T201 - the figures are the proof
    found = {one.policy: one for one in outcomes}
    fixed, allowed, default = (found[policy] for policy in (FIXED, ALLOWED, DEFAULT))
    assert allowed.polls <= 0.30 * fixed.polls
    assert allowed.delay <= 0.90 * fixed.delay
    assert default.polls <= 0.25 * fixed.polls
    assert default.delay <= 1.40 * fixed.delay
