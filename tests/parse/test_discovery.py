from __future__ import annotations

import pytest

from aggregator.parse import offered_feeds

URL = "https://site.example/a/page.html"


def offers(head: str) -> tuple[str, ...]:
    return offered_feeds(f"<html><head>{head}</head><body></body></html>".encode(), url=URL)


def test_offers_are_absolute_in_order_and_each_once():
    head = (
        '<link rel="alternate" type="application/rss+xml" href="feed.xml">'
        '<link rel="alternate" type="application/atom+xml" href="/atom">'
        '<link rel="alternate" type="application/rss+xml" href="feed.xml">'
    )
    assert offers(head) == ("https://site.example/a/feed.xml", "https://site.example/atom")


def test_the_base_of_the_page_counts():
    head = '<base href="https://other.example/b/"><link rel=alternate type=application/feed+json href=f.json>'
    assert offers(head) == ("https://other.example/b/f.json",)


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" type="text/css" href="x">',
        '<link rel="alternate" type="text/html" href="x">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="x">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="http://[broken/">',
        '<link rel="alternate" type="application/json" href="https://site.example/wp-json/wp/v2/pages/2">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="x"> -->',
    ],
)
def test_what_is_no_offer_is_passed_over(link):
    assert offers(link) == ()


@pytest.mark.parametrize("rel", ["ALTERNATE", "alternate home", "feed"])
def test_relations_are_words_in_any_case(rel):
    assert offers(f'<link rel="{rel}" type="Application/RSS+XML; charset=utf-8" href="x">')


@pytest.mark.parametrize("page", [b"", b"\x00", b"<", b"plain text", b"\xff\xfe<\x00"])
def test_a_page_that_is_none_offers_nothing(page):
    assert offered_feeds(page, url=URL) == ()
