from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.model.parsed import RawText
from aggregator.text.characters import clean_text, decode_references
from aggregator.text.visible import _pieces, beginning_of, plain, summary_of, visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one</p><p>two</p>", "one two"),
        ("one<br>two<br/>three", "one two three"),
        ("in<b>ter</b>na<i>tion</i>al", "international"),
        ("a<script>if (1 < 2) alert('x')</script>b", "ab"),
        ("a<STYLE type=x>p > b {}</Style >b", "ab"),
        ("a<iframe src=x>no frames</iframe>b", "a b"),
        ("a<svg><title>Logo</title></svg>b", "a b"),
        ("a<script src=x />b", "ab"),
        ("a<!-- <p>hidden --><!-->b", "ab"),
        ("<?xml version='1.0'?><!DOCTYPE html>a", "a"),
        ('<img alt="a > b" src=x>after', "after"),
        ("<p title='it''s'>a", "a"),
        ("it's <p class=\"a>b", "it's b"),
        ("1 < 2 and 3<4, I <3 you", "1 < 2 and 3<4, I <3 you"),
        ("cut off <a href='https://exa", "cut off"),
        ("a</>b</ x>c", "abc"),
        ("x &lt;b&gt; &amp;amp; y", "x <b> &amp; y"),
        ("  a\n\t b&nbsp;&#160;c ", "a b c"),
        ("a&#8;b&#x202e;c", "abc"),
        ("<ul><li>one<li>two</ul>", "one two"),
        ("<math><mi>x</mi></math>", "x"),
        ("\ud800<p>a", "a"),
        ("", ""),
    ],
)
def test_the_visible_text_is_what_a_reader_sees(html, text):
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<!--",
        "<a ",
        '<a ="',
        "<svg>",
        "<script>",
        "<",
        "</",
        "&",
        "&#",
        "<p ='x\">",
        "<![CDATA[",
        "<a<",
        "<p =",
        "<b>x</b> ",
    ],
)
def test_hostile_markup_takes_linear_time(piece):
    def seconds(times: int) -> float:
        hostile = piece * times
        started = perf_counter()
        visible_text(hostile)
        return perf_counter() - started

    # 100,000 pieces are 100 to 900 KB; what is quadratic takes minutes for them.
    assert seconds(100_000) < 2


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_visible_text_is_one_line_whatever_comes_in(html):
    text = visible_text(html)
    assert text == " ".join(text.split())


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<!--", "-->", "<script>", "</script>", "'", '"', "=", ">", "<", "&lt;", "x "])
    )
)
def test_pieces_of_markup_in_any_order_never_raise(pieces):
    assert isinstance(visible_text("".join(pieces)), str)


def test_a_text_is_made_plain_by_its_type():
    assert plain(RawText("AT&amp;T <b>x</b>", "text/html")) == "AT&T x"
    assert plain(RawText("AT&amp;T <b>x</b>", "application/xhtml+xml")) == "AT&T x"
    assert plain(RawText("AT&amp;T <b>x</b>\n")) == "AT&amp;T <b>x</b>"


def test_a_summary_ends_at_a_word():
    text = "word " * 100
    summary = summary_of(text.strip(), 300)
    assert len(summary) <= 300
    assert summary.endswith("word…")


def test_a_short_summary_is_left_alone():
    assert summary_of("exactly", 7) == "exactly"


def test_a_summary_without_spaces_is_cut_where_it_stands():
    assert summary_of("東" * 400, 300) == "東" * 299 + "…"


def test_a_summary_does_not_end_in_a_comma_before_the_ellipsis():
    assert summary_of("one, two, three", 10) == "one, two…"


@settings(deadline=None)
@given(st.text(), st.integers(10, 400))
def test_a_summary_is_never_longer_than_its_limit(text, limit):
    assert len(summary_of(" ".join(text.split()), limit)) <= limit


def test_the_beginning_of_a_long_text_is_read_without_the_rest():
    long = RawText("<p>" + "word " * 100_000, "text/html")
    beginning = beginning_of(long, 300)
    assert 300 < len(beginning) < 10_000
    assert plain(long).startswith(beginning[:300])


def test_a_long_text_that_begins_with_a_script_is_read_to_where_it_speaks():
    assert beginning_of(RawText(f"<script>{'x' * 50_000}</script>said", "text/html"), 300) == "said"


_TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br/>",
        '<a href="x>y">',
        "</a>",
        "<img src='a' alt=b>",
        "<td nowrap>",
        "<B\n>",
        "<h1 a = 'b' c>",
    ]
)


@given(st.lists(st.one_of(_TAGS, st.text("ab &<>\"'=/", max_size=6)), max_size=20).map("".join))
def test_tidy_markup_reads_as_it_does_piece_by_piece(html):
    by_pieces = " ".join(clean_text(decode_references("".join(_pieces(html)))).split())
    assert visible_text(html) == by_pieces
