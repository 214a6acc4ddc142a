from __future__ import annotations

import pytest

from aggregator.model.parsed import RawText
from aggregator.normalize.names import categories, language_tag, people, short_text, title_of


@pytest.mark.parametrize(
    ("title", "beginning", "url", "expected"),
    [
        (RawText("A title"), "Text", "https://a.example/x", "A title"),
        (RawText(" <p> </p>", "text/html"), "Text", "https://a.example/x", "Text"),
        (None, "word " * 30, None, "word " * 15 + "word…"),
        (None, "", "https://a.example/caf%C3%A9/", "a.example/café"),
        (RawText("\u202e\x08"), "", None, "(untitled)"),
    ],
)
def test_a_title_is_never_empty(title, beginning, url, expected):
    assert title_of(title, beginning.strip(), url) == expected


def test_a_title_of_megabytes_is_cut():
    assert len(short_text(RawText("word " * 2_000_000))) <= 1_000
    assert len(short_text(RawText("<b>" * 2_000_000, "text/html"))) == 0


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["jo@a.example (Jo Doe)"], ("Jo Doe",)),
        (["Jo Doe (jo@a.example)"], ("Jo Doe",)),
        (["Jo Doe <jo@a.example>"], ("Jo Doe",)),
        (["Jo (The Pen) Doe"], ("Jo (The Pen) Doe",)),
        (["jo@a.example"], ("jo@a.example",)),
        (["ple (Jo Doe"], ("Jo Doe",)),
        (["Jo", "JO", " jo "], ("Jo",)),
        (["A &amp; B", "<b>C</b>"], ("A & B", "C")),
        (["", " ", "\x00"], ()),
    ],
)
def test_people_have_names(written, names):
    assert people(written) == names


def test_no_more_than_fifty_categories_are_kept_and_long_ones_cut():
    kept = categories(["x" * 1_000, *map(str, range(100))])
    assert len(kept) == 50
    assert len(kept[0]) == 200


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("de_AT", "de-AT"),
        ("zh-hans", "zh-Hans"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("English", None),
        ("", None),
        ("en us", None),
        ("x" * 5_000, None),
    ],
)
def test_a_language_is_a_tag_in_the_usual_case_or_none(written, tag):
    assert language_tag(written) == tag


def test_the_first_language_that_is_one_counts():
    assert language_tag(None, "unknown!", "fr", "de") == "fr"
