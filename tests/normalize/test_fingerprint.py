from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.model.parsed import ParsedEntry, RawDate, RawEnclosure, RawText
from aggregator.normalize.fingerprint import fingerprint_of

ENTRY = ParsedEntry(
    guid="1",
    link="https://a.example/1",
    title=RawText("t"),
    summary=RawText("s"),
    contents=(RawText("c"),),
    authors=("a",),
    categories=("k",),
    enclosures=(RawEnclosure(url="https://a.example/m"),),
    dates=(RawDate("published", "2026-11-23"),),
)


@pytest.mark.parametrize(
    "change",
    [
        {"title": RawText("t2")},
        {"title": RawText("t", "text/html")},
        {"summary": None},
        {"summary": RawText("c"), "contents": (RawText("s"),)},
        {"contents": (RawText("c"), RawText("d"))},
        {"link": "https://a.example/2"},
        {"authors": ("a", "b")},
        {"authors": ("k",), "categories": ("a",)},
        {"categories": ()},
        {"enclosures": ()},
        {"title": RawText("\ud800")},
    ],
)
def test_what_the_publisher_changes_is_a_revision(change):
    assert fingerprint_of(replace(ENTRY, **change)) != fingerprint_of(ENTRY)


@pytest.mark.parametrize(
    "change", [{"dates": (RawDate("updated", "2026-11-24"),)}, {"guid": "2"}, {"base_url": "https://b.example/"}]
)
def test_a_new_date_alone_is_none(change):
    assert fingerprint_of(replace(ENTRY, **change)) == fingerprint_of(ENTRY)
