"""A query reads as it is documented; what cannot be read is refused at its column, with a hint."""

from __future__ import annotations

import pytest

from aggregator.errors import QueryError
from aggregator.topics.printing import printed
from aggregator.topics.query import parse_query
from aggregator.topics.wording import in_words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("( (a) b ) OR c", "a b OR c"),
        ("a AND (b OR NOT (c d))", "a (b OR -(c d))"),
        ("-(-a) b", "-(-a) b"),
        ('"AND" "or" title:or x', '"and" "or" title:or x'.replace('"and"', '"and"')),
        ("foo-bar* 東京都 x", '"foo bar*" "東京都" x'),
        ('category:"World  News" lang:en_GB url:"/a (b)/"', 'category:"world news" lang:en-gb url:"/a (b)/"'),
        ('"a foo-bar b*"~7', '"a foo-bar b*"~7'),
        ("like:(Floods OR storms) x", "(like:floods OR like:storms) x"),
        ("Words > 0100 age<48h story-age>=7d weight<0.50", "words>100 age<2d story-age>=7d weight<0.5"),
        ("age<90m age>45s after:24h", "age<90m age>45s after:1d"),
        (r"title:(/a\/b/i OR has:image)", None),
        (r"title:/a\/b/i OR has:image", r"title:/a\/b/i OR has:image"),
    ],
)
def test_a_query_is_printed_back_plainly(query: str, expected: str | None):
    if expected is None:
        with pytest.raises(QueryError):
            parse_query(query)
    else:
        assert printed(parse_query(query).root) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title:drone -category:sport", "the word “drone” in the title and not: a category is “sport”"),
        ('a OR "b c*" d', "the word “a”, or (the words “b c…” in a row and the word “d”)"),
        ('"drone strik*"~1', "“drone” and “strik…” with at most 1 other word among them"),
        ("東京都", "the word “東京都”"),
        ("title:/a|b/i", "what is written in the title fits /a|b/ in any case"),
        ("url:/a/ OR url:b", "the address fits /a/, or the address contains “b”"),
        ("outlets>=3", "at least 3 outlets tell the story"),
        ("outlets=1", "exactly 1 outlet tells the story"),
        ("items<2", "the story has fewer than 2 entries"),
        ("words>1", "the text has more than 1 word"),
        ("weight<0.5", "the weight of the source is less than 0.5"),
        ("age<2d", "the entry is less than 2 days old"),
        ("story-age>=90m", "the story is at least 90 minutes old"),
        ("after:1w has:audio", "the entry is less than 1 week old and the entry has audio attached"),
        (
            "-after:2026-11-01 tag:a*",
            "a tag of the source starts with “a” and not: the entry is from 2026-11-01 or later",
        ),
        ("like:floods a", "the entry is like the examples of the topic “floods” and the word “a”"),
        ("a -(b OR c)", "the word “a” and not: (the word “b”, or the word “c”)"),
    ],
)
def test_a_query_is_put_into_english(query: str, expected: str):
    assert in_words(parse_query(query)) == expected
