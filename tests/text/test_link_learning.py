"""What the links of one document tell."""

from __future__ import annotations

import pytest

from aggregator.text.link_learning import constant_parameters, contested_links


def test_a_parameter_that_is_the_same_everywhere_tracks():
    urls = [f"https://a.example/story-{n}?maca=en-rss-all&from=x" for n in range(5)]
    assert constant_parameters(urls) == (("from", "x"), ("maca", "en-rss-all"))


@pytest.mark.parametrize(
    "urls",
    [
        [f"https://a.example/story-{n}?maca=en" for n in range(4)],
        [f"https://a.example/index.php?module=news&id={n}" for n in range(6)],
        [f"https://a.example/story-{n}?v={n % 2}" for n in range(6)],
        [f"https://a.example/story-{n}?lang=en" for n in range(6)],
        ["https://a.example/story?x=1"] * 6 + ["https://a.example/story?x=1#post-2"],
    ],
    ids=["few", "named by the query", "changing", "language", "one page"],
)
def test_a_parameter_that_may_be_part_of_the_name_stays(urls):
    assert constant_parameters(urls) == ()


def test_links_under_several_titles_are_named():
    found = contested_links(
        [("https://a.example/live", "One"), ("http://www.a.example/live/", "Two"), ("https://a.example/b", "Three")]
    )
    assert found == {"https://a.example/live": ("One", "Two")}
