from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.normalize.links import web_url

BASE = "http://a.example/dir/page"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://b.example/x", "https://b.example/x"),
        (" https://b.example/x\n", "https://b.example/x"),
        ("https://b.example/a\n\tb", "https://b.example/ab"),
        ("https://b.example/a b?c=<d>", "https://b.example/a%20b?c=%3Cd%3E"),
        ("HTTPS://b.example/", "https://b.example/"),
        ("//b.example/x", "https://b.example/x"),
        ("x", "http://a.example/dir/x"),
        ("?q", "http://a.example/dir/page?q"),
        ("../../x", "http://a.example/x"),
        ("https://b.example/ü", "https://b.example/ü"),
        ("https://b.example/\x08x\ud800", "https://b.example/x"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_an_address_becomes_absolute(address, url):
    assert web_url(address, BASE) == url


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        " ",
        "javascript:alert(1)",
        "java\x08script:alert(1)",
        "data:text/html,x",
        "mailto:a@b.example",
        "ftp://b.example/",
        "tag:b.example,2004:1",
        "urn:x:y",
        "http://",
        "https:///x",
        "http://[broken/",
        "https://b.example:99999/",
        "https://b.example:x/",
        "https://b.example/" + "x" * 5_000,
    ],
)
def test_what_cannot_be_asked_for_on_the_web_is_none(address):
    assert web_url(address, BASE) is None


def test_without_a_base_a_relative_address_is_none():
    assert web_url("x") is None
    assert web_url("x", "javascript:alert(1)//") is None


@settings(deadline=None)
@given(st.text(st.characters(codec=None)), st.sampled_from([None, BASE, "https://[", "mailto:x"]))
def test_any_text_gives_an_address_of_the_web_or_none(address, base):
    url = web_url(address, base)
    assert url is None or (url.startswith(("http://", "https://")) and web_url(url) == url)
