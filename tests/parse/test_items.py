from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from aggregator.parse.items import Cut, Whole, cut_items


def test_a_document_is_cut_into_its_items():
    body = b"<rss><channel><title>T</title> <item a='1'>one</item> <item>two</item> </channel></rss>"
    cut = cut_items(body)
    assert isinstance(cut, Cut)
    assert cut.items == (b"<item a='1'>one</item>", b"<item>two</item>")
    assert cut.holding(cut.items[1:]) == b"<rss><channel><title>T</title> <item>two</item>  </channel></rss>"


def test_what_stands_between_items_is_kept_behind_them():
    cut = cut_items(b"<feed><entry>1</entry><x a='b'><y/>z</x><entry>2</entry></feed>")
    assert isinstance(cut, Cut)
    assert cut.holding(()) == b"<feed><x a='b'><y/>z</x></feed>"


@pytest.mark.parametrize("body", [b"<rss></rss>", b"<rss><item", b"no document at all"])
def test_where_no_items_are_all_is_around_them(body):
    assert cut_items(body) == Cut(body, (), b"")


def test_without_its_items_a_document_has_the_frame_that_it_had():
    body = b"<rss><channel><item>a</item> <x/><item>b</item></channel></rss>"
    cut = cut_items(body)
    assert isinstance(cut, Cut)
    bare = cut_items(cut.holding(()))
    assert isinstance(bare, Cut)
    assert (bare.items, bare.frame) == ((), cut.frame)


def test_what_only_looks_like_an_item_is_none():
    body = b"<feed><!-- <entry> --><entry><t><![CDATA[</entry><item>]]></t><entries/></entry></feed>"
    cut = cut_items(body)
    assert isinstance(cut, Cut)
    assert cut.items == (b"<entry><t><![CDATA[</entry><item>]]></t><entries/></entry>",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<rss><item>one", "an item that does not end"),
        (b"<rss><item a", "a tag that does not end"),
        (b"<rss><item/></rss>", "an empty item"),
        (b"<rss><item><item></item></item></rss>", "items within items"),
        (b"<rss><item></entry></rss>", "items within items"),
        (b"<rss></item></rss>", "items within items"),
        (b"<rss><item><![CDATA[</item>", "a section that does not end"),
        (b"<rss><item><!-- </item>", "a section that does not end"),
        (b"<!DOCTYPE rss><rss><item></item></rss>", "a document type"),
        (b"<rss><item><a xmlns='urn:x'/></item></rss>", "a declaration in an item"),
        (b"<rss><item xml:base='http://a.example/'></item></rss>", "a declaration in an item"),
        ("<rss><item></item></rss>".encode("utf-16"), "utf-16 or utf-32"),
        (b"<rss><item><rss></rss></item></rss>", "a document in a document"),
        (b"<rss><channel><item></item></channel><channel></channel></rss>", "a document in a document"),
        (b"<rss><list><item></item></list><item></item></rss>", "items in several places"),
        (b"<rss><item></item><list><item></item></list></rss>", "items in several places"),
    ],
)
def test_what_cannot_be_cut_safely_stays_whole(body, reason):
    assert cut_items(body) == Whole(reason)


@pytest.mark.parametrize("piece", [b"<!--", b"<![CDATA[", b"<item ", b"</", b"<item>", b"<a:item "])
def test_attacks_are_scanned_once(piece):
    cut = cut_items(piece * 200_000)
    assert isinstance(cut, Whole) or not cut.items


_PIECES = st.sampled_from(
    [
        b"<item>",
        b"</item>",
        b"<entry>",
        b"</entry>",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<item/>",
        b"x",
        b"<",
        b">",
    ]
)


@given(st.lists(_PIECES, max_size=25).map(b"".join))
def test_no_byte_is_lost(body):
    cut = cut_items(body)
    if isinstance(cut, Cut):
        assert sorted(cut.holding(cut.items)) == sorted(body)
        assert all(item in body for item in cut.items)
