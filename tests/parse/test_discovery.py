from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.model.discovery import How
from aggregator.parse import read_page

URL = "https://site.example/a/page.html"
CORPUS = Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent")) / "suites" / "autodiscovery"

needs_corpora = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="AGGREGATOR_CORPORA names no folder of corpora; the autodiscovery pages are not tested"
)


def page(head: str = "", body: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def offers(head: str) -> tuple[str, ...]:
    return tuple(offer.url for offer in read_page(page(head), url=URL).offers)


def linked(body: str) -> list[tuple[str, str]]:
    return [(offer.url, offer.title) for offer in read_page(page("", body), url=URL).offers]


def test_offers_are_absolute_in_order_and_each_once():
    head = (
        '<link rel="alternate" type="application/rss+xml" href="feed.xml">'
        '<link rel="alternate" type="application/atom+xml" href="/atom#top">'
        '<link rel="alternate" type="application/rss+xml" href="feed.xml">'
    )
    assert offers(head) == ("https://site.example/a/feed.xml", "https://site.example/atom")


def test_the_first_base_of_the_page_counts():
    link = "<link rel=alternate type=application/feed+json href=f.json>"
    assert offers(f'{link}<base href="https://other.example/b/"><base href="/c/">') == (
        "https://other.example/b/f.json",
    )


def test_empty_segments_of_a_base_stay():
    head = '<base href="https://archive.example/2011/http://a.example/b/"><link rel=feed type=text/x href=x>'
    head += '<link rel=alternate type=application/rss+xml href="../c.xml">'
    assert offers(head) == ("https://archive.example/2011/http://a.example/c.xml",)


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" type="text/css" href="x">',
        '<link rel="alternate" type="text/html" href="x">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="x">',
        '<link rev="alternate" type="application/rss+xml" href="x">',
        '<link rel="alternate" type="application/ rss+xml" href="x">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="http://[broken/">',
        '<link rel="alternate" type="application/json" href="https://site.example/wp-json/wp/v2/pages/2">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="x"> -->',
        '<script>"<link rel=alternate type=application/rss+xml href=x>"</script>',
    ],
)
def test_what_is_no_offer_is_passed_over(link):
    assert offers(link) == ()


@pytest.mark.parametrize("rel", ["ALTERNATE", "alternate home", "feed", "&#97;lternate", " alternate\n"])
def test_relations_are_words_in_any_case(rel):
    assert offers(f'<link rel="{rel}" type="Application/RSS+XML; charset=utf-8" href="x">')


@pytest.mark.parametrize("content", [b"", b"\x00", b"<", b"plain text", b"\xff\xfe<\x00"])
def test_a_page_that_is_none_offers_nothing(content):
    assert read_page(content, url=URL).offers == ()


@pytest.mark.parametrize(
    ("anchor", "url"),
    [
        ('<a href="/feed/">Subscribe</a>', "https://site.example/feed/"),
        ('<a href="news.rss">x</a>', "https://site.example/a/news.rss"),
        ('<a href="/all.xml">RSS feed</a>', "https://site.example/all.xml"),
        ('<a href="?feed=rss2">x</a>', "https://site.example/a/page.html?feed=rss2"),
        ('<a href="/x" type="application/atom+xml">x</a>', "https://site.example/x"),
        ('<a href="feed://site.example/f">x</a>', "http://site.example/f"),
        ('<a href="/feeds/posts/default">x</a>', "https://site.example/feeds/posts/default"),
    ],
)
def test_links_that_look_like_feeds_are_offered(anchor, url):
    assert [offer for offer, _ in linked(anchor)] == [url]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/feedback">Feedback</a>',
        '<a href="/2026/11/how-to-feed-a-cat.html">How to feed a cat</a>',
        '<a href="/sitemap.xml">All pages</a>',
        '<a href="https://feedly.com/i/subscription/feed/https://site.example/feed">Follow on Feedly</a>',
        '<a href="mailto:rss@site.example">RSS</a>',
        "<a>RSS</a>",
    ],
)
def test_links_that_only_sound_like_feeds_are_not(anchor):
    assert linked(anchor) == []


def test_declared_feeds_come_before_linked_ones_and_the_best_is_not_of_comments():
    head = (
        '<title>A  site</title><meta name="Generator" content="Hugo 0.1">'
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Posts" href="/feed/">'
    )
    facts = read_page(page(head, '<a href="/rss.xml">RSS</a>'), url=URL)
    assert [offer.how for offer in facts.offers] == [How.DECLARED, How.DECLARED, How.LINKED]
    assert facts.title == "A site"
    assert facts.best is not None
    assert facts.best.title == "Posts"
    assert facts.guesses[0].url == "https://site.example/a/index.xml"


def test_a_page_of_nothing_but_comments_is_better_than_none():
    facts = read_page(page('<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'), url=URL)
    assert facts.best == facts.offers[0]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("<title>Blåbær</title>".encode(), ""),
        ("<title>Blåbær</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset=iso-8859-1><title>Blåbær</title>".encode("latin-1"), ""),
        ("<title>Blåbær</title>".encode(), "text/html; charset=nonsense"),
    ],
)
def test_the_encoding_is_that_of_the_server_else_of_the_page_else_utf_8(content, content_type):
    assert read_page(b"<html>" + content, url=URL, content_type=content_type).title == "Blåbær"


def test_a_channel_is_known_from_the_text_of_its_page():
    content = page(body='<script>var a = {"externalId":"UC0123456789abcdefghijkl"}</script>')
    (offer,) = read_page(content, url="https://www.youtube.com/@ann").offers
    assert offer.url == "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl"
    for other in read_page(content, url="https://youtube.com.evil.example/@ann").offers:
        assert "youtube.com/feeds" not in other.url


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_page_and_no_address_is_too_odd(content, tail):
    facts = read_page(b"<html><a href='" + content, url=f"https://site.example/{tail}")
    assert all(offer.url.startswith(("http://", "https://")) for offer in (*facts.offers, *facts.guesses))


@needs_corpora
def test_every_autodiscovery_page_of_the_corpora_declares_exactly_its_feed():
    wrapped = re.compile(r"^https?://web\.archive\.org/web/\d+/")
    pages = sorted((CORPUS / "pilgrim-atom").glob("html4-*.html"))
    wrong = []
    for path in pages:
        folder = "http://diveintomark.org/tests/client/autodiscovery/"
        found = [wrapped.sub("", o.url) for o in read_page(path.read_bytes(), url=folder + path.name).offers]
        host = "www.ragingplatypus.com" if "047" <= path.stem[-3:] <= "050" else "diveintomark.org"
        if found != [f"http://{host}/tests/client/autodiscovery/{path.stem}.xml"]:
            wrong.append((path.name, found))
    assert len(pages) >= 34
    assert wrong == []


@needs_corpora
@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("netnewswire-pages/DaringFireball.html", "https://site.example/feeds/main"),
        ("netnewswire-pages/coco.html", "https://site.example/feed/all/"),
        ("netnewswire-pages/furbo.html", "http://furbo.org/feed/"),
        ("netnewswire-pages/sixcolors.html", "http://feedpress.me/sixcolors"),
        ("netnewswire-pages2/apple.html", None),
        ("netnewswire-pages2/inessential.html", "https://inessential.com/xml/rss.xml"),
        ("netnewswire-pages2/scripting.html", "http://scripting.com/rss.xml"),
    ],
)
def test_real_pages_give_the_feed_of_their_site(name, best):
    facts = read_page((CORPUS / name).read_bytes(), url="https://site.example/")
    assert (facts.best.url if facts.best else None) == best
