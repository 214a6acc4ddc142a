"""The text of an entry, written anew."""

from __future__ import annotations

import pytest

from aggregator.pages.prose import prose
from tests.pages.test_render import Page

LINK = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("<p>One <em>two</em></p>", "<p>One <em>two</em></p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<h1>Big</h1><h6>Small</h6>", "<h3>Big</h3><h6>Small</h6>"),
        ("<main><header>x</header></main>", "<div><div>x</div></div>"),
        ("<p>open <b>still", "<p>open <b>still</b></p>"),
        ("</p></div>x", "x"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<p onclick=x style=y class=z id=q>t", "<p>t</p>"),
        ("<a href='javascript:x()'>t</a>", "t"),
        ("<a href='mailto:a@b.example'>t</a>", '<a href="mailto:a@b.example">t</a>'),
        ("<a href='https://a.example/?x=1&y=\"'>t</a>", f'<a href="https://a.example/?x=1&amp;y=&quot;" {LINK}>t</a>'),
        ("<a href='https://a.example/'> <b></b></a>end", " <b></b>end"),
        (
            "<a href='https://a.example/'>x<a href='https://b.example/'>y</a></a>",
            f'<a href="https://a.example/" {LINK}>xy</a>',
        ),
        ("<li>alone</li>", " alone"),
        ("<ul><p>x</p>bare<li>y</li></ul>", "<ul><li>xbare</li><li>y</li></ul>"),
        ("<td>cell</td>", " cell"),
        ("<table><tr><td headers=x colspan=2>c</td></tr></table>", '<table><tr><td colspan="2">c</td></tr></table>'),
        ("<p lang='english (UK)' dir=up>t", "<p>t</p>"),
        ("<p lang=pt-BR dir=rtl>t", '<p dir="rtl" lang="pt-BR">t</p>'),
        (
            "<details open><summary>s</summary>t</details><summary>x</summary>",
            "<details><summary>s</summary>t</details> x",
        ),
        ("<ol reversed start=3><li>x</ol>", '<ol reversed="" start="3"><li>x</li></ol>'),
        ("x<!-- y --><?php z ?>", "x"),
    ],
)
def test_only_what_is_known_is_written_and_closed_where_it_was_opened(html: str, written: str):
    assert prose(html) == written


@pytest.mark.parametrize(
    ("html", "without", "with_pictures"),
    [
        (
            "<img src='https://a.example/1.png' alt='A \"cat\"' width=40 height=x>",
            f'<a class="medium" href="https://a.example/1.png" {LINK}>picture: A "cat"</a>',
            (
                '<img src="https://a.example/1.png" alt="A &quot;cat&quot;" width="40" loading="lazy" decoding="async" '
                'referrerpolicy="no-referrer">'
            ),
        ),
        (
            "<img src='http://a.example/1.png'>",
            f'<a class="medium" href="http://a.example/1.png" {LINK}>picture</a>',
            f'<a class="medium" href="http://a.example/1.png" {LINK}>picture</a>',
        ),
        (
            "<a href='https://a.example/'><img src='https://a.example/1.png'></a>",
            f'<a href="https://a.example/" {LINK}><span class="medium">picture</span></a>',
            (
                f'<a href="https://a.example/" {LINK}><img src="https://a.example/1.png" alt="picture" loading="lazy" '
                'decoding="async" referrerpolicy="no-referrer"></a>'
            ),
        ),
        ("<img src='data:x' alt='words'>", "words", "words"),
        (
            "<video src='https://a.example/v.mp4' poster=x>fallback</video>",
            f'<a class="medium" href="https://a.example/v.mp4" {LINK}>film</a>fallback',
            f'<a class="medium" href="https://a.example/v.mp4" {LINK}>film</a>fallback',
        ),
    ],
)
def test_pictures_sound_and_film_are_links_and_pictures_come_when_they_are_asked_for(
    html: str, without: str, with_pictures: str
):
    assert prose(html) == without
    assert prose(html, pictures=True) == with_pictures


@pytest.mark.parametrize("depth", [50, 5_000])
def test_what_is_nested_ever_deeper_ends_somewhere(depth: int):
    written = prose("<div>" * depth + "x" + "</div>" * depth)
    assert written.count("<div>") == written.count("</div>") == min(depth, 100)


def test_what_is_hostile_is_written_as_markup_that_holds_nothing_of_it():
    html = "".join(text for text in HOSTILE)
    page = Page(prose(html, pictures=True))
    for tag, attributes in page.elements:
        assert tag not in {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "link"}
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}]
        for name in ("href", "src"):
            assert attributes.get(name, "https://").startswith(("https://", "http://", "mailto:"))


HOSTILE = (
    "<svg><script>alert(1)</script></svg>",
    "<img src=x onerror=alert(1)>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='https://a.example/\" onmouseover=\"alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<p lang='\"><script>alert(1)</script>'>",
    "<title><img src=x onerror=alert(1)></title>",
)
