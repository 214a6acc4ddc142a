"""Links of real documents: what shares a key under several titles is told apart, and the reason says so."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from aggregator.model.entry import StoredEntry
from aggregator.model.reading import Document, Reading
from aggregator.model.story import Arrival, CurateBatch, Granularity, StoryPolicy
from aggregator.pipeline.read import read_document
from aggregator.stories import StoryMemory, place, read_texts
from aggregator.text.tokens import tokens
from tests.builders import NOON, make_facts
from tests.e2e.corpora import FOLDER, needs_corpora

LINKS_ONLY = StoryPolicy(granularity=Granularity.OFF, headline_window=timedelta(), text_share=2.0)


@needs_corpora
@pytest.mark.corpora
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.prove, id="all")])
def test_no_two_titles_of_a_document_meet_on_one_link_unless_the_reason_says_so(every):
    files = sorted(
        path for path in (FOLDER / "feeds").rglob("*") if path.suffix in {".rss", ".atom", ".rdf", ".xml", ".json"}
    )
    read, contested = 0, 0
    for path in files[::every]:
        if ".expected." in path.name or ".headers." in path.name:
            continue
        address = f"https://feeds.example/{path.name}"
        outcome = read_document(
            Document(source_id="s", url=address, source_url=address, headers=(), body=path.read_bytes(), now=NOON)
        )
        if not isinstance(outcome, Reading):
            continue
        read += 1
        arrivals = [
            Arrival(number=n, stored=StoredEntry(entry=entry, first_seen_at=NOON), source=make_facts("s"))
            for n, entry in enumerate(outcome.entries)
        ]
        placed = place(CurateBatch(arrivals=tuple(arrivals)), read_texts(arrivals), StoryMemory(LINKS_ONLY))
        pages = defaultdict(list)
        for entry, placement in zip(outcome.entries, placed.placements, strict=True):
            if entry.link_key is not None:
                pages[entry.link_key].append((tokens(entry.title), placement))
        for page in pages.values():
            if len({title for title, _ in page}) == 1:
                continue
            contested += 1
            titles = defaultdict(set)
            for title, placement in page:
                titles[placement.story].add(title)
            assert all(len(found) == 1 for found in titles.values()), path.name
            assert any(one.copy_reason and one.copy_reason.rule == "shared-link" for _, one in page), path.name
    assert read > 20
    assert contested
