from __future__ import annotations

from time import process_time

import feedparser
import pytest
from hypothesis import given, settings, strategies as st

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedFeed
from aggregator.parse import parse_feed

URL = "https://feeds.example/feed.xml"


def parse(body: bytes | str, **headers: str) -> ParsedFeed:
    content = body.encode() if isinstance(body, str) else body
    return parse_feed(content, url=URL, headers={name.replace("_", "-"): value for name, value in headers.items()})


def rss(inside: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{inside}</channel></rss>'


@pytest.mark.parametrize("body", [b"", b"\n \t", b"\xef\xbb\xbf", b" " * 100_000, b"\xff\xfe"])
def test_an_empty_body_is_named_as_such(body):
    with pytest.raises(FormatError, match="the body is empty"):
        parse(body)


@pytest.mark.parametrize(
    "body", [b"hello", b"<xml/>", b"\x00\x01\x02\x03", b"\x1f\x8b\x08 not unpacked", b"/etc/passwd"]
)
def test_what_is_no_feed_is_refused_in_a_sentence(body):
    with pytest.raises(FormatError, match="no feed format was recognised"):
        parse(body)


def test_a_web_page_may_be_known_by_its_content_type_only():
    with pytest.raises(FormatError, match="this is a web page"):
        parse("<div>Sorry</div>", content_type="text/html; charset=utf-8")


def test_a_path_as_body_is_not_opened(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<item><title>secret</title></item>"), encoding="utf-8")
    with pytest.raises(FormatError, match="no feed format"):
        parse(str(secret))


def test_a_document_in_the_wrong_content_type_is_read_without_complaint():
    feed = parse(rss("<item><title>A</title></item>"), content_type="text/plain")
    assert (len(feed.entries), feed.bozo) == (1, None)


def test_the_charset_of_the_response_is_believed_when_the_document_declares_none():
    body = rss("<item><title>Příliš</title></item>").encode("iso-8859-2")
    feed = parse(body, content_type="application/xml; charset=iso-8859-2")
    assert feed.entries[0].title
    assert feed.entries[0].title.value == "Příliš"


def test_a_document_that_is_not_well_formed_says_why_and_is_read():
    feed = parse(rss("<item><title>A & B</title></item>"))
    assert feed.bozo
    assert "not well-formed" in feed.bozo
    assert len(feed.entries) == 1


def test_only_the_first_two_thousand_entries_are_read_and_the_rest_is_counted():
    feed = parse(rss("".join(f"<item><guid>{number}</guid></item>" for number in range(2_003))))
    assert (len(feed.entries), feed.truncated) == (2_000, 3)


def test_a_guid_stays_as_it_is_written_wherever_the_feed_lives():
    body = rss(
        "<item><guid> a b </guid></item><item><guid isPermaLink='false'>abc/1</guid></item>"
        "<item><guid>abc/1</guid></item><item><guid>http://x.example/?a=1&b=2</guid></item>"
    )
    guids = ["a b", "abc/1", "abc/1", "http://x.example/?a=1&b=2"]
    assert [entry.guid for entry in parse(body).entries] == guids
    moved = parse_feed(body.encode(), url="https://moved.example/", headers={})
    assert [entry.guid for entry in moved.entries] == guids


def test_all_other_guids_are_those_of_feedparser():
    body = rss("<item><guid>urn:X</guid></item><item><guid>https://é.example/a/../b </guid></item>")
    own = feedparser.parse(body.encode(), response_headers={"content-location": URL})
    assert [entry.guid for entry in parse(body).entries] == [entry.get("id").strip() for entry in own.entries]


def test_a_reference_to_nothing_keeps_the_semicolon_that_it_has_and_gets_none():
    (entry,) = parse(rss("<item><title>R&D and &unheard; of</title></item>")).entries
    assert entry.title
    assert entry.title.value == "R&D and &unheard; of"


@pytest.mark.parametrize(
    "inside",
    [
        "<title>&#xD83D;&#xDE80;</title>",
        "<title>&#x110000;</title>",
        "<title>&#99999999999999999999; & more</title>",
        "<gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2</gml:pos>",
        "<podcast:person>&#xDE80;</podcast:person>",
    ],
)
def test_what_feedparser_fails_at_costs_no_document(inside):
    (entry,) = parse(rss(f"<item><guid>1</guid>{inside}</item>")).entries
    assert entry.guid == "1"


@pytest.mark.parametrize("label", ["punycode", "idna", "undefined", "unicode_escape", "rot13"])
@pytest.mark.parametrize("text", ["plain", "ferry café".encode().decode("latin-1"), "\\ud800"])
def test_labels_of_encodings_that_are_none_are_not_believed(label, text):
    body = f"<?xml version='1.0' encoding='{label}'?>" + rss(f"<item><guid>1</guid><title>{text}</title></item>")
    (entry,) = parse(body.encode("latin-1"), content_type=f"text/xml; charset={label}").entries
    assert entry.guid == "1"
    assert entry.title


@pytest.mark.parametrize(
    "hostile",
    [
        rss("<item><description><![CDATA[" + "<!--" * 50_000 + "]]></description></item>"),
        rss("<item>" + "<b>" * 10_000 + "</item>"),
        rss("<item><title>" + "<" * 20_000),
        "<!DOCTYPE x [" + "<!ENTITY a 'b'>" * 5_000 + "]>" + rss(""),
        "<!DOCTYPE html>" + "<link rel=alternate " * 10_000,
        '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 100_000,
    ],
    ids=["comments in CDATA", "nesting", "angle brackets", "entity declarations", "endless page", "nested JSON"],
)
def test_a_hostile_document_is_done_with_soon(hostile):
    started = process_time()
    try:
        parse(hostile)
    except FormatError as error:
        assert str(error)  # noqa: PT017 - refusing is one of two good ends
    assert process_time() - started < 3


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_feed_or_a_reason(body):
    try:
        assert isinstance(parse(body), ParsedFeed)
    except FormatError as error:
        assert str(error)  # noqa: PT017 - refusing is one of two good ends


_PIECES = [
    "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>", "<title type='xhtml'>", "<link>",
    "</link>", "<link href='/x'/>", "<guid>", "</guid>", "<id>", "</id>", "<content type='html'>", "</content>",
    "<description>", "</description>", "<pubDate>", "</pubDate>", "<updated>", "</updated>", "<author>",
    "</author>", "<name>", "</name>", "<category>", "</category>", "<enclosure url='x'/>", "<links a='b'/>",
    "<authors>", "</authors>", "<tags>", "</tags>", "<media:group>", "</media:group>",
    "<media:content url='q' width='9'/>", "<image>", "</image>", "<source>", "</source>", "<![CDATA[", "]]>",
    "<!--", "-->", "&", "&amp;", "&#0;", "&#xD800;", "&#99999999999;", "x", "\x08", "1795418263", "<div>",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40), st.sampled_from(["rss", "atom"]))
def test_elements_in_any_order_give_a_feed_or_a_reason(pieces, kind):
    inside = "".join(pieces)
    body = rss(inside) if kind == "rss" else f'<feed xmlns="http://www.w3.org/2005/Atom">{inside}</feed>'
    try:
        assert isinstance(parse(body), ParsedFeed)
    except FormatError as error:
        assert str(error)  # noqa: PT017 - refusing is one of two good ends
