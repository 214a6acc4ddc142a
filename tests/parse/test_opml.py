from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.errors import FormatError
from aggregator.model.outline import Outline
from aggregator.parse import read_opml


def opml(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>{body}</body></opml>'.encode()


def test_feeds_come_with_the_titles_of_the_groups_around_them():
    content = opml(
        '<outline text="News"><outline text="Wires" title="The wires">'
        '<outline type="rss" text="A" xmlUrl="https://a.example/f" htmlUrl="https://a.example/"/></outline>'
        '<outline text="B" xmlUrl="https://b.example/f"/></outline><outline xmlUrl="https://c.example/f"/>'
    )
    assert read_opml(content) == (
        Outline(url="https://a.example/f", title="A", site_url="https://a.example/", groups=("News", "The wires")),
        Outline(url="https://b.example/f", title="B", groups=("News",)),
        Outline(url="https://c.example/f"),
    )


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("feed:http://a.example/f", "http://a.example/f"),
        ("feed://https://a.example/f", "https://a.example/f"),
        ("FEED://a.example/f", "http://a.example/f"),
        (" https://a.example/f \n", "https://a.example/f"),
        ("https://a.example/?next=feed://b", "https://a.example/?next=feed://b"),
    ],
)
def test_the_address_is_stripped_and_of_the_web(written, url):
    assert read_opml(opml(f'<outline xmlUrl="{written}"/>')) == (Outline(url=url),)


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "XMLURL", 'type="rss" url'])
def test_the_attribute_is_known_in_the_spellings_of_exporters(name):
    assert read_opml(opml(f'<outline {name}="https://a.example/f"/>')) == (Outline(url="https://a.example/f"),)


@pytest.mark.parametrize(
    "content",
    [
        opml('<outline text="R & D" xmlUrl="https://a.example/?x=1&y=2"/>'),
        b"\n\n" + opml('<outline text="R & D" xmlUrl="https://a.example/?x=1&y=2"/>'),
        opml('<outline text="R &amp; D" xmlUrl="https://a.example/?x=1&amp;y=2"/>')[:-10],
    ],
    ids=["bare ampersands", "blank lines in front", "broken off"],
)
def test_a_broken_list_is_read_as_far_as_it_goes(content):
    (outline,) = read_opml(content)
    assert outline.url.startswith("https://a.example/?x=1")


def test_a_list_in_another_encoding_is_read():
    content = (
        opml('<outline text="Übersicht" xmlUrl="https://a.example/f"/>')
        .decode()
        .replace('1.0"?', '1.0" encoding="utf-16"?')
    )
    assert read_opml(content.encode("utf-16"))[0].title == "Übersicht"


@pytest.mark.parametrize("content", [b"", b"not xml", b"<rss/>", b"<html><body/></html>", b'{"opml": 1}'])
def test_what_is_no_opml_is_refused(content):
    with pytest.raises(FormatError, match="this is no OPML"):
        read_opml(content)


def test_a_list_that_declares_entities_is_refused():
    bomb = b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + opml(
        '<outline text="&b;" xmlUrl="https://a.example/"/>'
    )
    with pytest.raises(FormatError, match="entities"):
        read_opml(bomb)


def test_a_list_larger_than_five_megabytes_is_refused():
    with pytest.raises(FormatError, match="5 MB"):
        read_opml(b" " * 5_000_001)


def test_a_list_with_too_many_outlines_is_refused():
    with pytest.raises(FormatError, match="10,000 outlines"):
        read_opml(opml("<outline/>" * 10_001))
    assert read_opml(opml("<outline/>" * 10_000)) == ()


def test_a_list_that_is_nested_too_deep_is_refused():
    assert read_opml(opml("<outline>" * 20 + "</outline>" * 20)) == ()
    with pytest.raises(FormatError, match="deeper than 20"):
        read_opml(opml("<outline>" * 21 + "</outline>" * 21))


def test_a_hostile_list_is_done_with_soon():
    started = perf_counter()
    with pytest.raises(FormatError):
        read_opml(opml("<outline>" * 200_000))
    assert perf_counter() - started < 2


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_list_or_a_reason(content):
    for body in (content, b"<opml>" + content):
        try:
            assert isinstance(read_opml(body), tuple)
        except FormatError as error:
            assert str(error)  # noqa: PT017 - refusing is one of two good ends
