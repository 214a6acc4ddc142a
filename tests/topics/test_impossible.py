from __future__ import annotations

import pytest

from aggregator.topics import parse_query


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a NOT a", 3),
        ("a (b -A)", 6),
        ("x OR (ferry NOT ferry)", 13),
        ('"prime minister" NOT title:x NOT "prime minister"', 30),
        ("source:ap source:bbc", 11),
        ("group:news storm group:blogs", 18),
    ],
)
def test_clauses_that_contradict_each_other_are_warned_of_at_the_second(text, column):
    (warning,) = parse_query(text).warnings
    assert warning.column == column
    assert warning.what.startswith("nothing gets past this: ")


@pytest.mark.parametrize(
    "text",
    [
        "a NOT b",
        "a OR NOT a b",
        "source:ap OR source:bbc",
        "tag:a tag:b",
        "title:a NOT a",
        "source:ap source:ap",
        "ap* NOT ap",
    ],
)
def test_what_can_be_true_is_not_warned_of(text):
    assert parse_query(text).warnings == ()


def test_the_names_in_a_query_are_told_with_their_columns():
    query = parse_query("Group:News OR (tag:sea NOT source:ap) source:a* lang:en")
    assert query.names == (("group", "news", 1), ("tag", "sea", 16), ("source", "ap", 28))
