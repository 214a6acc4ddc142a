from __future__ import annotations

import re

import pytest

from aggregator.normalize.depth import cut_markup, flatten


def deepest(html: str) -> int:
    depth = most = 0
    for closing in re.findall(r"<(/?)div>", html):
        depth += -1 if closing else 1
        most = max(most, depth)
    return most


def test_ordinary_markup_is_left_alone():
    html = "<ul>" + "<li><p>x</p>" * 500 + "</ul>"
    assert flatten(html) == html


def test_markup_deeper_than_256_is_flattened_and_keeps_its_text():
    flat = flatten("<div>" * 1_000 + "text" + "</div>" * 1_000)
    assert deepest(flat) == 256
    assert flat.count("<div>") == flat.count("</div>")
    assert "text" in flat


def test_depth_that_was_closed_again_is_free_again():
    html = "<div>x</div>" * 1_000
    assert flatten(html) == html


def test_formatting_that_is_never_closed_is_bounded():
    assert flatten("<b>x" * 1_000).count("<b>") == 32


def test_elements_that_close_each_other_do_not_count():
    html = "<p>x" * 1_000 + "<li>" * 1_000 + "<br>" * 1_000
    assert flatten(html) == html


def test_a_tag_that_never_ends_ends_the_search():
    html = "<div>" * 300 + "<div title='"
    assert flatten(html).endswith("<div title='")


@pytest.mark.parametrize(
    ("html", "limit", "cut"),
    [
        ("short", 10, "short"),
        ("<p>text</p><p>more</p>", 13, "<p>text</p>"),
        ("one two three", 8, "one two "),
        ("<p>a &amp; b", 8, "<p>a "),
        ("<p>a &amp; b", 11, "<p>a &amp; "),
    ],
)
def test_a_cut_is_neither_in_a_tag_nor_in_a_reference(html, limit, cut):
    assert cut_markup(html, limit) == cut
