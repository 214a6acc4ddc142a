from __future__ import annotations

import pytest

from aggregator.model.parsed import ParsedFeed
from aggregator.parse import parse_feed
from aggregator.parse.encoding import Encoded, settle_encoding

FEED = (
    '<?xml version="1.0"{}?><rss version="2.0"><channel><title>T</title><item><title>{}</title></item></channel></rss>'
)
LATIN = ' encoding="iso-8859-1"'


def read(body: bytes, content_type: str = "application/rss+xml") -> ParsedFeed:
    return parse_feed(body, url="https://feeds.example/", headers={"content-type": content_type})


def titles(body: bytes, content_type: str = "application/rss+xml") -> list[str]:
    return [entry.title.value for entry in read(body, content_type).entries if entry.title]


@pytest.mark.parametrize(
    ("declared", "content_type"),
    [
        ("", "application/rss+xml"),
        ("", "text/xml"),
        ("", "text/xml; charset=us-ascii"),
        ("", "application/rss+xml; charset=ISO-8859-1"),
        (LATIN, "application/rss+xml"),
        (' encoding="windows-1251"', "text/xml; charset=utf-8"),
        (' encoding="nonsense"', "application/rss+xml"),
    ],
)
def test_what_is_valid_utf_8_is_utf_8_whatever_it_is_called(declared, content_type):
    assert titles(FEED.format(declared, "Smørrebrød – 東京").encode(), content_type) == ["Smørrebrød – 東京"]  # noqa: RUF001 - a dash


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("iso-8859-1", ' encoding="ISO-8859-1"'),
        ("windows-1252", ' encoding="windows-1252"'),
        ("iso-8859-15", ' encoding="iso-8859-15"'),
        ("utf-16", ' encoding="utf-16"'),
        ("utf-16", ""),
        ("utf-32", ""),
        ("utf-8-sig", ""),
    ],
)
def test_what_is_labelled_as_it_is_is_read_as_it_is(encoding, label):
    assert titles(FEED.format(label, "Smørrebrød").encode(encoding)) == ["Smørrebrød"]


@pytest.mark.parametrize(("encoding", "text"), [("koi8-r", "Привет"), ("shift_jis", "東京"), ("gb2312", "北京")])
def test_other_encodings_are_left_to_their_labels(encoding, text):
    assert titles(FEED.format(f' encoding="{encoding}"', text).encode(encoding)) == [text]


@pytest.mark.parametrize("label", [LATIN, ' encoding="us-ascii"'])
def test_latin_1_is_the_encoding_of_windows_as_in_every_browser(label):
    assert titles(FEED.format(label, "“Smørrebrød” – 5 €").encode("windows-1252")) == ["“Smørrebrød” – 5 €"]  # noqa: RUF001 - a dash


def test_a_stray_byte_does_not_spoil_all_the_others():
    body = FEED.format("", "Smørrebrød på æblegrød, X og mange små æbler").encode().replace(b"X", b"\x93\xe9\x94")
    feed = read(body)
    assert [entry.title.value for entry in feed.entries] == ["Smørrebrød på æblegrød, “é” og mange små æbler"]
    assert feed.bozo == "not all of it is UTF-8: 3 bytes are read as windows-1252"


def test_a_cut_within_a_character_costs_that_character_only():
    whole = FEED.format("", "æøå" * 20).encode()
    (title,) = titles(whole.replace("å</title></item>".encode(), "å".encode()[:1] + b"</title></item>"))
    assert title.startswith("æøå" * 19)


def test_a_document_full_of_stray_bytes_is_no_utf_8():
    assert titles(FEED.format("", "Smørrebrød på æblegrød").encode("windows-1252")) == ["Smørrebrød på æblegrød"]


def test_ascii_is_left_alone():
    assert settle_encoding(b"<rss/>", {"content-type": "text/xml; charset=koi8-r"}) == Encoded(b"<rss/>")


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", b"\xfe\xff\xd8\x00", b"\xff\xfe\x00\x00\xff\xff\xff\xff", b"\0<\0r\xff"]
)
def test_what_cannot_be_decoded_is_left_to_feedparser(body):
    assert settle_encoding(body, {}) == Encoded(body)
