"""What is read without feedparser is what feedparser reads, field by field."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedFeed
from aggregator.parse.feed import read_feed, read_whole
from aggregator.parse.items import Cut, cut_items
from aggregator.parse.plain import read_plain
from tests.e2e.corpora import FOLDER, needs_corpora

URL = "https://feeds.example/feed.xml"
HEADERS = {"content-type": "application/xml"}
DATA = Path(__file__).parents[1] / "data" / "feeds"

RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
    "<channel xml:lang='de_AT'><title>T</title>{}</channel></rss>"
)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>T</title>{}</feed>"


def _comparable(feed: ParsedFeed | None) -> ParsedFeed | None:
    """Leave out what has no bearing: feedparser's reading of dates where ours wins, the document as base, the items."""
    if feed is None:
        return None
    entries = (
        replace(entry, base_url=None, dates=tuple(replace(date, parsed_at=None) for date in entry.dates))
        for entry in feed.entries
    )
    return replace(feed, entries=tuple(entries), items=(), frame="")


def _both(body: bytes, headers: dict[str, str]) -> tuple[object, object]:
    read = []
    for how in (read_feed, read_whole):
        try:
            read.append(_comparable(how(body, url=URL, headers=headers)))
        except FormatError as error:
            read.append(str(error))
    return read[0], read[1]


def _plain(body: bytes) -> int:
    cut = cut_items(body)
    found = read_plain(body, None) if isinstance(cut, Cut) else None
    return sum(entry is not None for entry in found or ())


def _documents(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in {".xml", ".rss", ".atom", ".rdf"}]


PLAIN_ITEMS = (
    "<title>One &#228;</title><link>https://a.example/1</link><guid>https://a.example/1</guid>",
    (
        "<title>T</title><link>http://a.example/?p=1</link><guid isPermaLink='false'>g 1</guid>"
        "<pubDate>Mon, 23 Nov 2026 07:17:43 +0000</pubDate><dc:creator>Jo (x)</dc:creator>"
        "<category>a</category><category>a</category><category domain='d'>a</category><category/>"
        "<description>&lt;p&gt;x</description><content:encoded><![CDATA[<p>y & z</p>]]></content:encoded>"
    ),
    "<title/><link> https://a.example/2 </link><comments>https://a.example/2/c</comments>",
    (
        "<link>https://a.example/3</link><enclosure url='https://a.example/3.MP3' type='Audio/MPEG' length='12'/>"
        "<source url='https://b.example/feed'>B</source><author>jo@a.example (Jo)</author>"
    ),
)
PLAIN_ENTRIES = (
    (
        "<title type='html'>a &lt;b&gt;b</title><id>tag:a.example,2026:1</id><link href='https://a.example/1'/>"
        "<updated>2026-11-23T07:17:43Z</updated><published>2026-11-23T07:17:43.123+01:00</published>"
        "<author><name>Jo</name><email>jo@a.example</email><uri>https://jo.example/</uri></author>"
        "<category term='x' label='X'/><category term='x' scheme='s'/><category label='L'/>"
        "<content type='html'>&lt;p&gt;x</content><summary>s</summary>"
    ),
    (
        "<id>urn:uuid:1</id><link rel='alternate' type='text/html' href='https://a.example/2'/>"
        "<link rel='replies' href='https://a.example/2/c'/><link rel='self' href='https://a.example/2.atom'/><content>x</content>"
    ),
)


@pytest.mark.parametrize("item", PLAIN_ITEMS)
def test_a_plain_item_is_read_here(item):
    body = RSS.format(f"<item>{item}</item>").encode()
    assert _plain(body) == 1
    ours, theirs = _both(body, HEADERS)
    assert ours == theirs


@pytest.mark.parametrize("entry", PLAIN_ENTRIES)
def test_a_plain_entry_is_read_here(entry):
    body = ATOM.format(f"<entry>{entry}</entry>").encode()
    assert _plain(body) == 1
    ours, theirs = _both(body, HEADERS)
    assert ours == theirs


@pytest.mark.parametrize(
    "item",
    [
        "<title>AT&amp;amp;T</title><link>https://a.example/1</link>",
        "<title>T</title><link>https://a.example/1</link><guid>1</guid>",
        "<title>T</title><link>/1</link>",
        "<title>T</title><title>U</title><link>https://a.example/1</link>",
        "<title>T</title><link>https://a.example/1</link><pubDate>yesterday</pubDate>",
        "<title>T</title><link>https://a.example/1</link><pubDate>Mon, 31 Nov 2026 07:17:43 GMT</pubDate>",
        "<title>T</title><link>https://a.example/1</link><media:thumbnail url='x'/>",
        "<title>T <b>b</b></title><link>https://a.example/1</link>",
        "<title xml:lang='fr'>T</title><link>https://a.example/1</link>",
        "<title>\u00c3\u00a9</title><link>https://a.example/1</link>",
        "<title>\u0093T</title><link>https://a.example/1</link>",
        "<title>T</title><link>https://a.example/1</link><author>A</author><dc:creator>B</dc:creator>",
        "<title>T</title><guid>https://a.example/1</guid>",
    ],
)
def test_what_needs_interpreting_is_left_to_feedparser(item):
    body = RSS.format(f"<item>{item}</item><item>{PLAIN_ITEMS[0]}</item>").encode()
    assert _plain(body) == 1
    ours, theirs = _both(body, HEADERS)
    assert ours == theirs


_VALUES = st.sampled_from(
    ["", "x", " a\nb ", "&amp;", "&lt;b&gt;", "\u00e9", "\u00c3\u00a9", "https://a.example/1", "/1", "a@b.example"]
)
_DATES = st.sampled_from(
    ["Mon, 23 Nov 2026 07:17:43 GMT", "2026-11-23T07:17:43Z", "23/11/2026", "Sun, 31 Feb 2026 00:00:00 GMT"]
)
_NAMES = ["title", "link", "guid", "description", "content:encoded", "dc:creator", "author", "category", "comments"]
_NAMES += ["source", "dc:date", "media:title", "name", "id", "summary", "content", "updated"]


def _element(name: str, attribute: str, value: str) -> str:
    return f"<{name}{attribute}>{value}</{name}>"


_ATTRIBUTES = st.sampled_from(
    ["", "", "", " type='html'", " isPermaLink='false'", " domain='d'", " xml:lang='fr'", " href='https://b.example/'"]
)
_ELEMENTS = st.one_of(
    st.builds(_element, st.sampled_from(_NAMES), _ATTRIBUTES, _VALUES),
    st.builds(_element, st.sampled_from(["pubDate", "published", "updated"]), st.just(""), _DATES),
    st.sampled_from([*PLAIN_ITEMS, "<enclosure url='u'/>"]),
)
_ITEMS = st.lists(st.lists(_ELEMENTS, max_size=6).map("".join), max_size=4)


@settings(max_examples=150, deadline=None)
@given(_ITEMS, st.sampled_from([HEADERS, {"content-type": "text/xml"}, {}, {"content-language": "fr"}]))
def test_any_rss_is_read_as_feedparser_reads_it(items, headers):
    ours, theirs = _both(RSS.format("".join(f"<item>{item}</item>" for item in items)).encode(), headers)
    assert ours == theirs


@settings(max_examples=150, deadline=None)
@given(_ITEMS)
def test_any_atom_is_read_as_feedparser_reads_it(items):
    body = ATOM.format("".join(f"<entry>{item}</entry>" for item in items)).replace("dc:", "").replace("media:", "")
    ours, theirs = _both(body.replace("content:", "").encode(), HEADERS)
    assert ours == theirs


@pytest.mark.parametrize("path", _documents(DATA), ids=lambda path: path.parent.name)
def test_our_own_feeds_are_read_as_feedparser_reads_them(path):
    ours, theirs = _both(path.read_bytes(), HEADERS)
    assert ours == theirs


@needs_corpora
@pytest.mark.corpora
def test_no_field_of_the_real_feeds_differs():
    different, counted = [], Counter[str]()
    for path in (*_documents(FOLDER / "feeds"), *_documents(FOLDER / "suites" / "w3c-feedvalidator")):
        body = path.read_bytes()
        if b"<" not in body[:500] or len(body) > 3_000_000:
            continue
        ours, theirs = _both(body, HEADERS)
        different += [path.name] if ours != theirs else []
        cut = cut_items(body)
        counted["items"] += len(cut.items) if isinstance(cut, Cut) else 0
        counted["plain"] += _plain(body)
    assert different == []
    assert counted["plain"] > counted["items"] // 3
