from __future__ import annotations

from xml.dom import minidom

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.text.characters import clean_text, decode_references, one_line


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x08", "\x0b", "\x1e", "\x7f", "\x80", "\x9f", "\ud800", "\ufffe", "\uffff", "\ufdd0"],
)
def test_a_character_that_xml_forbids_or_discourages_goes_without_a_trace(character):
    assert clean_text(f"a{character}b") == "ab"


@pytest.mark.parametrize("character", ["\u202a", "\u202d", "\u202e", "\u2066", "\u2069"])
def test_a_bidirectional_control_goes(character):
    assert clean_text(f"a{character}b") == "ab"


@pytest.mark.parametrize("text", ["tab\tand\nline\r", "👩\u200d🚀", "❤\ufe0f", "שלום\u200f", "\ufffd", "\U0001d518"])
def test_what_people_write_stays(text):
    assert clean_text(text) == text


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_cleaned_text_is_valid_in_xml(text):
    escaped = clean_text(text).replace("&", "&amp;").replace("<", "&lt;")
    minidom.parseString(f"<a>{escaped}</a>".encode())  # noqa: S318 - it is the judge, and the text is ours


def test_one_line_folds_every_kind_of_space():
    assert one_line("\u3000one\u00a0two\u2028three\r\n\x0bfour\t") == "one two three four"


def test_references_are_decoded_once():
    assert decode_references("AT&amp;amp;T") == "AT&amp;T"


def test_a_reference_of_thousands_of_digits_is_dropped():
    assert decode_references(f"a&#{'9' * 10_000};b&#x{'f' * 10_000};c") == "abc"


def test_a_reference_with_many_zeros_in_front_is_still_read():
    assert decode_references("&#00000065;") == "A"


def test_what_is_printable_is_never_taken_out():
    printable = "".join(character for character in map(chr, range(0x110000)) if character.isprintable())
    assert clean_text(printable) == printable
