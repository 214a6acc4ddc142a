"""Queries in the configuration are read with it, and each complaint stands where the query goes wrong."""

from __future__ import annotations

import pytest

from aggregator.topics import parse_query
from tests.settings.configs import load, problems, told

SOURCE = "sources: [{url: 'https://a.example/', drop: '%s'}]\n"
TOPIC = "topics: {a: {match: '%s'}}\nsources: [https://a.example/]\n"


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
        (TOPIC % 'a "b c"~', "1:29: topics.a.match: '~' without a number"),
    ],
)
def test_a_complaint_about_a_query_points_into_it(tmp_path, text: str, expected: str):
    (said,) = told(problems(tmp_path, text, check_query=parse_query), tmp_path)
    assert expected in said


@pytest.mark.parametrize("text", [SOURCE % "age>30d OR title:/^ad/i", TOPIC % "outlets>=3 age<2d"])
def test_what_can_be_asked_is_accepted(tmp_path, text: str):
    assert problems(tmp_path, text, check_query=parse_query) == ()


def test_what_is_muted_is_muted_in_every_topic(tmp_path):
    text = "policies: {mute: ['title:/^Ad/', ' horoscope ']}\n" + TOPIC % "x"
    (topic,) = load(tmp_path, text, check_query=parse_query).topics
    assert topic.mutes == ("title:/^Ad/", "horoscope")
    (topic,) = load(tmp_path, "policies: {mute: horoscope}\n" + TOPIC % "x", check_query=parse_query).topics
    assert topic.mutes == ("horoscope",)
