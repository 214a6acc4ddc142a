"""All real feeds, every entry, every field: what feedparser reads, but for the repairs that are named."""

from __future__ import annotations

import pytest

from tests.e2e.corpora import needs_corpora, real_feeds
from tests.parse.real_feeds import compared


@needs_corpora
@pytest.mark.prove
def test_every_real_feed_is_read_as_feedparser_reads_it_but_for_the_repairs():
    kinds, open_questions = compared(real_feeds())
    for field, repairs in sorted(kinds.items()):
        print(f"\n{field}: {repairs.total()}")  # noqa: T201 - the figures are the proof
        for repair, count in repairs.most_common():
            print(f"  {count:6} {repair or 'equal'}")  # noqa: T201 - the figures are the proof
    assert open_questions == []
    assert kinds["id"].total() > 10_000
