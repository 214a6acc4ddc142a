"""Queries in the configuration are read with it, and each complaint stands where the query goes wrong."""

from __future__ import annotations

import pytest

from aggregator.topics import parse_query
from tests.settings.configs import load, problems, told

SOURCE = "sources: [{url: 'https://a.example/', drop: '%s'}]\n"
TOPIC = "topics: {a: {match: '%s'}}\nsources: [https://a.example/]\n"
LIKING = """sources: [https://a.example/]
topics:
  a: {match: "%s"}
  b: {like: {entries: [a b, c d, e f, g h, i j]}, %s}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOURCE % "x outlets>=3", "1:48: sources.0.drop: the story of an entry is not known here yet"),
        (TOPIC % "title:/a(b/", "1:30: topics.a.match: a parenthesis is never closed"),
        (TOPIC % "a age<2", "1:28: topics.a.match: '2' needs a unit"),
        (
            "policies: {mute: [ok, 'title:/a|/']}\n" + TOPIC % "x",
            "1:32: policies.mute.1: this regular expression",
        ),
        ("policies: {mute: 'a OR'}\n" + TOPIC % "x", "1:21: policies.mute: OR with nothing after it"),
        (SOURCE % "x like:b", "1:48: sources.0.drop: what topics learned is not asked here"),
        (TOPIC % "x like:b", "1:24: topics.a.match: no topic is named 'b'"),
        (TOPIC % "x OR like:a", "1:27: topics.a.match: the topic 'a' names no examples"),
        ("policies: {mute: 'x like:b'}\n" + TOPIC % "x", "1:21: policies.mute: no topic is named 'b'"),
        (LIKING % ("like:b", "access: token"), "3:15: topics.a.match: the topic 'b' is private, and this is public"),
        (TOPIC % 'a "b c"~', "1:29: topics.a.match: '~' without a number"),
    ],
)
def test_a_complaint_about_a_query_points_into_it(tmp_path, text: str, expected: str):
    (said,) = told(problems(tmp_path, text, check_query=parse_query), tmp_path)
    assert expected in said


@pytest.mark.parametrize("query", ["like:b", "x OR like:B -like:b"])
def test_a_query_may_ask_what_another_topic_learned(tmp_path, query: str):
    assert problems(tmp_path, LIKING % (query, "access: public"), check_query=parse_query) == ()
    both = LIKING.replace('"%s"}', '"%s", access: token}') % (query, "access: token")
    assert problems(tmp_path, both, check_query=parse_query) == ()


@pytest.mark.parametrize("text", [SOURCE % "age>30d OR title:/^ad/i", TOPIC % "outlets>=3 age<2d"])
def test_what_can_be_asked_is_accepted(tmp_path, text: str):
    assert problems(tmp_path, text, check_query=parse_query) == ()


def test_what_is_muted_is_muted_in_every_topic(tmp_path):
    text = "policies: {mute: ['title:/^Ad/', ' horoscope ']}\n" + TOPIC % "x"
    (topic,) = load(tmp_path, text, check_query=parse_query).topics
    assert topic.mutes == ("title:/^Ad/", "horoscope")
    (topic,) = load(tmp_path, "policies: {mute: horoscope}\n" + TOPIC % "x", check_query=parse_query).topics
    assert topic.mutes == ("horoscope",)
