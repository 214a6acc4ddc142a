from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.model.parsed import ParsedEntry, ParsedFeed, RawDate, RawEnclosure, RawText
from aggregator.model.reading import Document, Reading
from aggregator.model.source import ContentPolicy
from aggregator.normalize import normalize
from tests.builders import NOON

URL = "https://feeds.example/feed.xml"
_ILLEGAL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)


def read(
    *entries: ParsedEntry, language: str | None = None, content: ContentPolicy = ContentPolicy.FEED, **feed: Any
) -> Reading:
    document = Document(
        source_id="src", url=URL, source_url=URL, headers=(), body=b"", now=NOON, language=language, content=content
    )
    return normalize(ParsedFeed(**({"format": "rss20", "entries": entries} | feed)), document)


def strings(value: Any) -> Iterator[tuple[str, str]]:
    """List every text of a value, however deep, with the name of its field."""
    if is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            yield from ((field.name, inner),) if isinstance(inner, str) else strings(inner)
    elif isinstance(value, tuple):
        for each in value:
            yield from (("", each),) if isinstance(each, str) else strings(each)


LONG = RawText("<p>" + "A sentence of the article. " * 40 + "</p>", "text/html")


def test_the_content_is_the_longest_markup():
    entry = ParsedEntry(guid="1", summary=RawText("Short."), contents=(RawText("<p>Middling</p>", "text/html"), LONG))
    (got,) = read(entry).entries
    assert got.content_html.startswith("<p>A sentence")
    assert got.summary == "Short."


def test_a_summary_that_is_the_whole_article_is_the_content():
    (got,) = read(ParsedEntry(guid="1", summary=LONG, contents=(RawText("Caption"),))).entries
    assert got.content_html.startswith("<p>A sentence")
    assert len(got.summary) <= 300
    assert got.summary.endswith("…")


def test_content_that_is_no_text_is_passed_over():
    (got,) = read(
        ParsedEntry(guid="1", contents=(RawText("iVBORw0KGgo" * 50, "image/png"),), summary=RawText("s"))
    ).entries
    assert got.content_html == "<p>s</p>"


@pytest.mark.parametrize(
    ("policy", "has_content", "has_summary"),
    [(ContentPolicy.FEED, True, True), (ContentPolicy.SUMMARY, False, True), (ContentPolicy.TITLE, False, False)],
)
def test_no_more_text_is_kept_than_the_source_allows(policy, has_content, has_summary):
    (got,) = read(ParsedEntry(guid="1", contents=(LONG,)), content=policy).entries
    assert (bool(got.content_html), bool(got.summary)) == (has_content, has_summary)
    assert got.title.startswith("A sentence of the article.")


def test_the_language_is_that_of_the_entry_else_of_the_document_else_of_the_source():
    own, none = ParsedEntry(guid="1", language="fr"), ParsedEntry(guid="2")
    assert [entry.language for entry in read(own, none, language="de").entries] == ["fr", "de"]
    assert [entry.language for entry in read(own, none, language="de", authors=("x",)).entries] == ["fr", "de"]
    (got,) = normalize(
        ParsedFeed(format="rss20", language="en_US", entries=(none,)),
        Document(source_id="s", url=URL, source_url=URL, headers=(), body=b"", now=NOON, language="de"),
    ).entries
    assert got.language == "en-US"


@pytest.mark.parametrize(("format_", "authors"), [("atom10", ("Ed",)), ("json11", ("Ed",)), ("rss20", ())])
def test_authors_of_the_feed_are_those_of_its_entries_where_the_format_says_so(format_, authors):
    assert read(ParsedEntry(guid="1"), format=format_, authors=("Ed",)).entries[0].authors == authors


def test_a_link_key_is_there_where_a_link_is():
    first, second = read(
        ParsedEntry(guid="1", link="https://a.example/?utm_source=x"), ParsedEntry(guid="2", link="foo:bar")
    ).entries
    assert first.link_key is not None
    assert second.link_key is None


def test_entries_that_say_nothing_are_left_out():
    reading = read(ParsedEntry(), ParsedEntry(guid="1"), ParsedEntry(dates=(RawDate("published", "2026-11-23"),)))
    assert (len(reading.entries), reading.repeated) == (1, 0)


def test_what_parsing_found_is_passed_on():
    reading = read(bozo="2:0: syntax error", truncated=7)
    assert (reading.bozo, reading.truncated) == ("2:0: syntax error", 7)


def test_an_entry_of_enormous_parts_is_kept_small():
    huge = "word " * 2_000_000
    entry = ParsedEntry(
        guid=huge, link="https://a.example/" + huge, title=RawText(huge), summary=RawText(huge),
        contents=(RawText(huge),), authors=(huge,), categories=(huge,) * 3, rights=huge,
        dates=(RawDate("published", huge),),
    )  # fmt: skip
    (got,) = read(entry).entries
    assert got.url is None
    assert sum(len(text) for name, text in strings(got) if name != "content_html") < 5_000
    assert len(got.content_html) < 510_000


_NASTY = [
    "javascript:alert(1)",
    "<script>x</script>",
    "//a.example/",
    "https://a.example/x",
    "<img src='y'>",
    "&#8;&#x202e;",
    "\x00\ufffe",
    "9" * 30,
]
_TEXT = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(_NASTY)
_RAW = st.builds(
    RawText,
    _TEXT,
    st.sampled_from(["text/html", "text/plain", "application/xhtml+xml", "image/png"]),
    st.none() | _TEXT,
)
_ENTRIES = st.builds(
    ParsedEntry,
    guid=st.none() | _TEXT,
    link=st.none() | _TEXT,
    title=st.none() | _RAW,
    summary=st.none() | _RAW,
    contents=st.lists(_RAW, max_size=2).map(tuple),
    dates=st.lists(st.builds(RawDate, st.sampled_from(["published", "updated"]), _TEXT), max_size=2).map(tuple),
    authors=st.lists(_TEXT, max_size=2).map(tuple),
    categories=st.lists(_TEXT, max_size=2).map(tuple),
    enclosures=st.lists(
        st.builds(RawEnclosure, url=_TEXT, media_type=_TEXT, length=_TEXT, duration=_TEXT, title=_TEXT), max_size=2
    ).map(tuple),
    images=st.lists(_TEXT, max_size=2).map(tuple),
    comments_url=st.none() | _TEXT,
    language=st.none() | _TEXT,
    base_url=st.none() | _TEXT,
    rights=st.none() | _TEXT,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ENTRIES, max_size=3), st.none() | _RAW, _TEXT)
def test_nothing_illegal_and_no_foreign_scheme_leaves_whatever_came_in(entries, title, anything):
    reading = read(
        *entries, title=title, subtitle=title, site_url=anything, icon_url=anything, feed_id=anything, hub_url=anything,
        self_url=anything, rights=anything, language=anything, authors=(anything,),
    )  # fmt: skip
    for name, text in strings((reading.profile, *reading.entries)):
        assert not _ILLEGAL.search(text), name
        if name == "url" or name.endswith("_url"):
            assert text.startswith(("https://", "http://")), name
    for entry in reading.entries:
        assert entry.title
        assert entry.keys
        urls = re.findall(r' (?:href|src|poster)="([^"]*)"', entry.content_html)
        assert all(url.startswith(("https:", "http:", "mailto:")) for url in urls)
        assert "<script" not in entry.content_html
        assert entry.updated_at is None or (
            isinstance(entry.published_at, datetime) and entry.updated_at >= entry.published_at
        )


def test_bulletins_without_names_of_one_day_are_told_apart_by_their_hours():
    morning, evening = (RawDate("published", f"2026-11-23T{hour}:00:00Z") for hour in ("06", "17"))
    title = RawText("Morning briefing")
    alone = read(ParsedEntry(title=title, dates=(morning,))).entries
    both = read(ParsedEntry(title=title, dates=(morning,)), ParsedEntry(title=title, dates=(evening,))).entries
    assert [entry.key.guid for entry in alone] == ["day:morning briefing|2026-11-23"]
    assert [entry.key.guid[-9:] for entry in both] == ["T06:00:00", "T17:00:00"]
    assert set(alone[0].keys) == set(both[0].keys) != set(both[1].keys)
