from __future__ import annotations

from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from aggregator.normalize.images import first_image
from aggregator.normalize.markup import MAX_CHARS, clean_markup, paragraphs

BASE = "https://a.example/dir/page"
REL = ' rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>one <b>two</b></p>", "<p>one <b>two</b></p>"),
        ("plain & simple", "plain &amp; simple"),
        ("1 < 2", "1 &lt; 2"),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
        ('<a href="x.html">x</a>', f'<a href="https://a.example/dir/x.html"{REL}>x</a>'),
        ('<a href="//b.example/x">x</a>', f'<a href="https://b.example/x"{REL}>x</a>'),
        ('<a href="\\\\b.example/x">x</a>', f'<a href="https://b.example/x"{REL}>x</a>'),
        ('<a href="/&#x2F;c.example">x</a>', f'<a href="https://c.example"{REL}>x</a>'),
        ('<a href="mailto:x@a.example" target="_blank" rel="me">x</a>', f'<a href="mailto:x@a.example"{REL}>x</a>'),
        ('<a href="tel:1">x</a>', f"<a{REL}>x</a>"),
        ('<img src="i.png" alt="a" title="t" width="3" height="4" srcset="j.png 2x" loading="lazy" onerror="x()">',
         '<img src="https://a.example/dir/i.png" alt="a" title="t" width="3" height="4">'),
        ('a<img src="t.gif" width="1" height="1">b', "ab"),
        ('a<img src="t.gif" height="0">b', "ab"),
        ('a<img src="t.gif" width="1px">b', "ab"),
        ('<img src="i.png" width="10">', '<img src="https://a.example/dir/i.png" width="10">'),
        ('a<img alt="x">b<img src="data:image/png;base64,x">c', "abc"),
        ('<video poster="p.jpg" src="//v.example/v.mp4" controls autoplay></video>',
         '<video poster="https://a.example/dir/p.jpg" src="https://v.example/v.mp4" controls=""></video>'),
        ("<noscript><p>shown</p></noscript>", "<p>shown</p>"),
        ("<custom-tag>kept</custom-tag><o:p>too</o:p>", "kepttoo"),
        ("one<br></br>two", "one<br>two"),
        ("<!-- hidden -->shown", "shown"),
        ("<title>t</title><h1>h</h1>", "<h1>h</h1>"),
        ("<iframe src=x>f</iframe><object>o</object><embed src=x>z", "z"),
        ("a&#8;b\x08c&#x202e;d\ud800", "abcd"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_comes_out_clean(html, clean):
    assert clean_markup(html, BASE) == clean


_VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='java\x08script:alert(1)'>x</a>",
    "<a href='java&#8;script:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<style>@import 'x'</style>",
    "<div style='background:url(javascript:x)'>x</div>",
    "<form action='javascript:x'><button formaction='javascript:x'>x</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<nos<noscript>cript><script>alert(1)</script>",
    "<scr\x08ipt>alert(1)</scr\x08ipt>",
    "<base href='https://evil.example/'><a href='x'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:x'>",
    "<link rel=stylesheet href=x>",
    "<template><script>x</script></template>",
    "<video><source onerror='x' src='javascript:x'></video>",
    "<xmp><script>x</script></xmp><plaintext><script>x</script>",
]
_ELEMENTS = set("script style svg math iframe form button input base meta link template object xmp noscript".split())  # noqa: SIM905 - a list of words
_ATTRIBUTES = {"style", "srcset", "formaction", "action", "background", "target"}


class Dangers(HTMLParser):
    """Collects what should not be there, as a browser would find it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in _ELEMENTS else []
        for name, value in attrs:
            if name in _ATTRIBUTES or name.startswith("on"):
                self.found.append(name)
            elif name in {"href", "src", "poster"} and not (value or "").startswith(("https:", "http:", "mailto:")):
                self.found.append(f"{name}={value}")


@pytest.mark.parametrize("vector", _VECTORS)
@pytest.mark.parametrize("base", [BASE, None, "not a base", "https://[", "javascript:alert(1)//"])
def test_no_script_gets_through(vector, base):
    assert Dangers(clean_markup(vector, base)).found == []


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*_VECTORS, "<p>", "</p>", "<b>", '"', "'", ">", "<", "<!--", "-->", "<noscript>", "x", "&lt;"])
    )
)
def test_pieces_in_any_order_come_out_clean_and_stay_clean(pieces):
    clean = clean_markup("".join(pieces), BASE)
    assert Dangers(clean).found == []
    assert Dangers(clean_markup(clean, BASE)).found == []


def test_without_a_base_relative_addresses_are_dropped():
    assert clean_markup('<a href="x">x</a><a href="https://b.example/">y</a>', None) == (
        f'<a{REL}>x</a><a href="https://b.example/"{REL}>y</a>'
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<b>" * 100_000,
        "".join(f"<b title={number}>" for number in range(250)) + "</p><p>x" * 10_000,
        "<!--" * 100_000,
        "<a href=//x>" * 30_000,
        "<li>" * 100_000,
        "<table><tr><td>" * 20_000,
        "<" * 400_000,
    ],
    ids=["div", "b", "reopened", "comments", "links", "li", "tables", "brackets"],
)
def test_hostile_markup_is_done_with_soon(hostile):
    started = perf_counter()
    assert len(clean_markup(hostile, BASE)) < 12_000_000
    assert perf_counter() - started < 3


def test_an_entry_of_megabytes_is_cut_at_a_safe_place():
    clean = clean_markup("<p>word</p>" * 500_000, BASE)
    assert clean.startswith("<p>word</p><p>")
    assert clean.endswith("</p>")
    assert len(clean) <= MAX_CHARS + len("</p>")


def test_plain_text_becomes_paragraphs():
    assert paragraphs("a\r\nb\r\n \r\n\r\nc <d>\n") == "<p>a<br>b</p><p>c &lt;d&gt;</p>"
    assert paragraphs(" \n\n ") == ""


def test_the_first_image_is_that_of_clean_markup():
    clean = clean_markup('<p>x</p><img alt="a" src="/i.png?a=1&amp;b=2"><img src="/j.png">', BASE)
    assert first_image(clean) == "https://a.example/i.png?a=1&b=2"
    assert first_image("<p>none</p>") is None
