from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedEntry, ParsedFeed
from aggregator.parse.json_feed import read_json_feed

VERSION = "https://jsonfeed.org/version/1.1"


def feed(**fields: Any) -> ParsedFeed:
    return read_json_feed(json.dumps({"version": VERSION, **fields}).encode())


def entry(**fields: Any) -> ParsedEntry:
    return feed(items=[fields]).entries[0]


@pytest.mark.parametrize(
    ("written", "guid"),
    [("a", "a"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (2**60, str(2**60)), (" ", None), (True, None), ([], None)],
)
def test_an_id_is_a_text_whatever_it_was_written_as(written, guid):
    assert entry(id=written).guid == guid


def test_an_id_that_is_an_address_is_the_link_when_there_is_no_other():
    assert entry(id="https://a.example/1").link == "https://a.example/1"
    assert entry(id="https://a.example/1", url="https://a.example/2").link == "https://a.example/2"
    assert entry(id="https://a.example/1", external_url="https://b.example/").link == "https://a.example/1"
    assert entry(id="1", external_url="https://b.example/").link == "https://b.example/"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(encoding):
    body = json.dumps({"version": VERSION, "title": "Ö"}, ensure_ascii=False).encode(encoding)
    title = read_json_feed(body).title
    assert title
    assert title.value == "Ö"


def test_control_characters_in_strings_are_forgiven():
    assert read_json_feed(b'{"version": "https://jsonfeed.org/version/1", "title": "a\nb"}').format == "json1"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'"x"', b"3", b'{"version": 1}', b'{"version": "https://a.example/"}'])
def test_other_json_is_no_feed(body):
    with pytest.raises(FormatError, match="this is JSON, but no JSON Feed"):
        read_json_feed(body)


@pytest.mark.parametrize("body", [b"{", b'{"a": }', b"{'a': 1}", b'{"id": ' + b"9" * 5_000 + b"}"])
def test_broken_json_is_refused(body):
    with pytest.raises(FormatError, match="cannot be read"):
        read_json_feed(body)


def test_json_that_is_nested_too_deep_is_refused():
    with pytest.raises(FormatError, match="nested too deep"):
        read_json_feed(b'{"version": ' + b"[" * 200_000)


def test_only_the_first_two_thousand_items_are_read():
    read = feed(items=[{"id": number} for number in range(2_001)])
    assert (len(read.entries), read.truncated) == (2_000, 1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_ITEM_KEYS = [
    "id", "url", "external_url", "title", "summary", "content_html", "content_text", "image", "date_published",
    "authors", "author", "tags", "attachments", "language",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["title", "items", "authors", "hubs", "language", "icon"]), _JSON),
    st.dictionaries(st.sampled_from(_ITEM_KEYS), _JSON),
)
def test_any_value_under_any_name_is_read(fields, item):
    assert isinstance(feed(**fields), ParsedFeed)
    assert isinstance(entry(**item), ParsedEntry)
