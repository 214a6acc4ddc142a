"""A topic over every real feed, against the grammars of the standards and every rule of ours."""

from __future__ import annotations

import pytest

from tests.e2e.corpora import needs_corpora, real_feeds
from tests.publish.real_editions import complaints, edition_over


@needs_corpora
@pytest.mark.prove
def test_topics_over_all_real_feeds_obey_every_rule_and_every_grammar():
    feeds = real_feeds()
    wrong = [(feed.name, one) for feed in feeds for one in complaints(feed, feed.number)]
    entries = sum(len(edition.entries) for feed in feeds if (edition := edition_over(feed, feed.number)))
    print(f"\n{len(feeds)} feeds, {entries} entries in three formats, {len(wrong)} complaints")  # noqa: T201 - the figures are the proof
    assert wrong == []
    assert entries > 10_000
