"""A topic as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.publish import compose, render_markdown
from tests.builders import NOON
from tests.publish.editions import story
from tests.publish.views import SITE, make_candidate, make_member, make_view


def written(**changes: object) -> str:
    view = make_view(make_candidate(make_member("1", **changes)))
    return render_markdown(compose(view, NOON, SITE).edition, SITE).body.decode()


def test_a_topic_is_headings_links_and_who_else_tells_it():
    document = render_markdown(compose(story(), NOON, SITE).edition, SITE)
    text = document.body.decode()
    assert document.name.endswith(".md")
    assert document.media_type == "text/markdown; charset=utf-8"
    assert text.startswith("# ")
    assert "## [The ferry \\& the “Tuesday” fog](https://gazette.example/2026/ferry?ref=feed)" in text
    assert "- Nordpost: [Fähre im Nebel](" in text


def test_equal_editions_give_equal_bytes():
    edition = compose(story(), NOON, SITE).edition
    assert render_markdown(edition, SITE) == render_markdown(replace(edition), SITE)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("![i](https://t.example/p.gif)", "\\!\\[i\\](https://t.example/p.gif)"),
        ("a\n# b", "a \\# b"),
        ("`rm` \\ *x* _y_", "\\`rm\\` \\\\ \\*x\\* \\_y\\_"),
        ("half \ud800 bell \a", "half bell"),
    ],
)
def test_no_title_is_markup(title, expected):
    assert f"[{expected}](https://lwn.example/1)" in written(title=title, url="https://lwn.example/1")


@pytest.mark.parametrize("url", [None, "javascript:alert(1)"])
def test_what_leads_nowhere_is_no_link(url):
    assert "## Entry 1\n" in written(url=url)


def test_an_address_with_brackets_is_one_link():
    assert "](https://lwn.example/a_%28b%29)" in written(url="https://lwn.example/a_(b)")
