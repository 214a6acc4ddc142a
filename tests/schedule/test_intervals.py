"""The adaptive interval against a fixed hour, on a sample of real feeds; all of them are replayed by a proof."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from benchmarks.intervals import ALLOWED, DEFAULT, FIXED, compare, play, publications, timelines
from tests.e2e.corpora import FOLDER, needs_corpora

DAY = timedelta(days=1)


@needs_corpora
@pytest.mark.corpora
def test_on_a_sample_of_real_feeds_both_floors_keep_their_promise():
    feeds = timelines(FOLDER, one_of=4)
    fixed, allowed, default = compare(feeds, (FIXED, ALLOWED, DEFAULT), days=(4, 7))
    assert allowed.polls <= 0.30 * fixed.polls
    assert allowed.delay <= 0.90 * fixed.delay
    assert default.polls <= 0.25 * fixed.polls
    assert default.delay <= 1.40 * fixed.delay


def test_publications_are_played_in_a_circle_and_the_same_seed_gives_the_same_ones():
    timeline = [timedelta(), DAY, 4 * DAY, 6 * DAY]
    times = publications(timeline, 1)
    gaps = {later - earlier for earlier, later in pairwise(times)}
    assert gaps == {DAY, 3 * DAY, 2 * DAY}
    assert times == publications(timeline, 1)
    assert times != publications(timeline, 2)


def test_every_publication_of_the_days_that_count_is_found_exactly_once():
    timeline = [timedelta(hours=5) * n for n in range(20)]
    times = publications(timeline, 3)
    for policy in (FIXED, ALLOWED, DEFAULT):
        delays, polls, hits = play(policy, times, "f")
        assert polls >= hits > 0
        assert len(delays) in range(28 * 24 // 5 - 6, 28 * 24 // 5 + 1)
        assert min(delays) >= 0
