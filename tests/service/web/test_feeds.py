"""What readers get at the addresses of feeds."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from aggregator.model.topic import FeedFormat, Output
from aggregator.service.web.shelf import Shelf
from tests.builders import NOON
from tests.pages.samples import make_edition
from tests.service.web.visits import ask, build, fill, filled_shelf, http_date, make_rendition

pytestmark = pytest.mark.anyio

TAG = '"harbour-atom-1"'
PACKED_TAG = '"harbour-atom-1-gzip"'


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/harbour.atom", "application/atom+xml; charset=utf-8"),
        ("/harbour.rss", "application/rss+xml; charset=utf-8"),
        ("/harbour.json", "application/feed+json; charset=utf-8"),
        ("/harbour/feed", "application/atom+xml; charset=utf-8"),
        ("/topics.opml", "text/x-opml; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
    ],
)
async def test_every_document_is_served_with_its_type(path: str, media_type: str):
    answer = await ask(build(), path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


async def test_a_feed_carries_everything_that_caches_and_browsers_need():
    answer = await ask(build(), "/harbour.atom")
    body = make_rendition().body
    assert answer.content == body
    expected = {
        "content-length": str(len(body)),
        "etag": TAG,
        "last-modified": "Mon, 23 Nov 2026 12:00:00 GMT",
        "cache-control": "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
        "referrer-policy": "no-referrer",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.8", True),
        ("x-gzip", True),
        ("GZIP", True),
        ("*", True),
        ("deflate, *;q=0.1", True),
        ("gzip ; q=1.0", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("br", False),
        ("gzippy", False),
    ],
)
async def test_gzip_is_sent_only_when_it_is_welcome(header: str, *, packed: bool):
    answer = await ask(build(), "/harbour.atom", accept_encoding=header)
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert answer.headers["etag"] == (PACKED_TAG if packed else TAG)
    length = len(make_rendition().gzipped if packed else make_rendition().body)
    assert answer.headers["content-length"] == str(length)
    assert answer.content == make_rendition().body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (TAG, 304),
        (f"W/{TAG}", 304),
        ("*", 304),
        (" * ", 304),
        (f'"other", {TAG}', 304),
        (f'W/"other",W/{TAG} , "more"', 304),
        (f'"with, comma",{TAG}', 304),
        (PACKED_TAG, 304),
        ('"other"', 200),
        ("harbour-atom-1", 200),
        ('"harbour-atom-1', 200),
        ('"*"', 200),
        ("", 200),
        (",,,", 200),
    ],
)
async def test_if_none_match_is_a_list_that_is_compared_weakly(sent: str, status: int):
    answer = await ask(build(), "/harbour.atom", if_none_match=sent)
    assert answer.status_code == status


async def test_a_304_repeats_what_a_cache_has_to_know_and_has_no_body():
    whole = await ask(build(), "/harbour.atom")
    answer = await ask(build(), "/harbour.atom", if_none_match=TAG)
    assert answer.status_code == 304
    assert answer.content == b""
    for name in ("etag", "cache-control", "vary", "last-modified", "access-control-allow-origin"):
        assert answer.headers[name] == whole.headers[name]
    assert "content-length" not in answer.headers
    assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    ("sent", "encoding", "tag"),
    [
        (PACKED_TAG, "gzip", PACKED_TAG),
        (TAG, "gzip", TAG),
        (PACKED_TAG, "", PACKED_TAG),
        ("*", "gzip", PACKED_TAG),
        (f"{TAG}, {PACKED_TAG}", "gzip", PACKED_TAG),
    ],
)
async def test_a_304_names_the_copy_that_the_visitor_holds(sent: str, encoding: str, tag: str):
    answer = await ask(build(), "/harbour.atom", if_none_match=sent, accept_encoding=encoding)
    assert (answer.status_code, answer.headers["etag"]) == (304, tag)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (http_date(NOON), 304),
        (http_date(NOON + timedelta(days=1)), 304),
        (http_date(NOON - timedelta(seconds=1)), 200),
        ("Monday, 23-Nov-26 12:00:00 GMT", 304),
        ("Mon Nov 23 12:00:00 2026", 304),
        ("Mon Nov 23 11:59:59 2026", 200),
        ("yesterday", 200),
        ("", 200),
        ("Mon, 99 Nov 2026 12:00:00 GMT", 200),
        ("0", 200),
        ("Mon, 23 Nov 99999999999 12:00:00 GMT", 200),
        ("\xff\xfe", 200),
    ],
)
async def test_if_modified_since_is_honoured_alone_and_junk_is_as_if_not_sent(sent: str, status: int):
    answer = await ask(build(), "/harbour.atom", if_modified_since=sent)
    assert answer.status_code == status


async def test_a_changed_tag_wins_over_an_equal_date():
    answer = await ask(build(), "/harbour.atom", if_none_match='"old"', if_modified_since=http_date(NOON))
    assert answer.status_code == 200


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_head_is_get_without_the_body(encoding: str):
    app = build()
    got = await ask(app, "/harbour.rss", accept_encoding=encoding)
    head = await ask(app, "/harbour.rss", method="HEAD", accept_encoding=encoding)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == got.headers
    unchanged = await ask(app, "/harbour.rss", method="HEAD", if_none_match=got.headers["etag"])
    assert unchanged.status_code == 304


@pytest.mark.parametrize("path", ["/harbour.atom", "/harbour.json", "/harbour/feed"])
async def test_a_browser_that_navigates_to_a_feed_gets_the_page(path: str):
    answer = await ask(build(), path, sec_fetch_dest="document", if_none_match="*")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    assert "etag" not in answer.headers
    assert "This is a feed" in answer.text
    assert "?raw" in answer.text


async def test_links_lead_up_from_the_deeper_address_of_a_feed():
    answer = await ask(build(), "/harbour/feed", sec_fetch_dest="document")
    assert 'href="../-/style.css?v=' in answer.text
    assert 'href="../harbour.atom?raw"' in answer.text


@pytest.mark.parametrize("path", ["/harbour.atom?raw", "/harbour.atom?x=1&raw=1", "/harbour/feed?raw"])
async def test_a_browser_may_ask_for_the_raw_feed(path: str):
    answer = await ask(build(), path, sec_fetch_dest="document")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"


@pytest.mark.parametrize("destination", ["empty", "iframe", "script", "Document, empty"])
async def test_only_a_navigation_gets_the_page(destination: str):
    answer = await ask(build(), "/harbour.atom", sec_fetch_dest=destination)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"


async def test_accept_never_decides():
    answer = await ask(build(), "/harbour.atom", accept="text/html,application/xhtml+xml,*/*;q=0.1")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"


async def test_opml_has_no_page_and_is_always_itself():
    answer = await ask(build(), "/topics.opml", sec_fetch_dest="document")
    assert answer.content == b"<opml>topics</opml>"


async def test_feed_is_the_next_format_when_a_topic_has_no_atom():
    shelf = Shelf()
    fill(shelf, make_edition(output=Output(formats=(FeedFormat.JSON,))))
    answer = await ask(build(shelf), "/harbour/feed")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    missing = await ask(build(shelf), "/harbour.atom")
    assert missing.status_code == 404


async def test_a_topic_without_any_format_has_a_page_and_no_feed():
    shelf = Shelf()
    fill(shelf, make_edition(output=Output(formats=())))
    assert (await ask(build(shelf), "/harbour")).status_code == 200
    assert (await ask(build(shelf), "/harbour/feed")).status_code == 404


async def test_a_new_edition_replaces_bytes_and_validators_at_once():
    shelf = filled_shelf()
    app = build(shelf)
    later = NOON + timedelta(hours=1)
    shelf.put(make_edition(), [make_rendition(body=b"<feed>new</feed>", etag='"two"', changed_at=later)])
    answer = await ask(app, "/harbour.atom", if_none_match=TAG)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"<feed>new</feed>", '"two"')
    assert answer.headers["last-modified"] == http_date(later)
    assert (await ask(app, "/harbour.rss")).status_code == 404


async def test_a_rendition_without_a_gzipped_form_is_sent_plain():
    shelf = Shelf()
    shelf.put_document(make_rendition("topics.opml", gzipped=b""))
    answer = await ask(build(shelf), "/topics.opml", accept_encoding="gzip")
    assert "content-encoding" not in answer.headers
    assert answer.headers["etag"] == '"topics-opml-1"'


async def test_the_gzipped_form_is_what_was_handed_over():
    assert gzip.decompress(make_rendition().gzipped) == make_rendition().body


def test_a_topic_that_is_removed_leaves_nothing_behind():
    shelf = filled_shelf()
    shelf.remove("harbour")
    shelf.remove("never-there")
    assert shelf.editions() == ()
    assert shelf.rendition("harbour.atom") is None
    assert shelf.document("harbour.atom") is None
    assert shelf.rendition("topics.opml") is not None
