"""The public tests of HTTP caches, as far as they concern one who polls: freshness, and what is sent back."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from aggregator.model.fetching import Fetched, NotModified
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Reading
from aggregator.model.source import FeedProfile, SourceState, Validators
from aggregator.schedule import conclude, plan_request
from aggregator.schedule.freshness import lifetime
from tests.builders import NOON, make_source
from tests.e2e.corpora import FOLDER

FILE = FOLDER / "suites" / "http" / "http-cache-tests.json"
PAUSE = timedelta(seconds=3)
"""Between two requests of a test."""

needs_suite = pytest.mark.skipif(
    not FILE.is_file(), reason="AGGREGATOR_CORPORA names no folder with the tests of HTTP caches; they are not replayed"
)

FRESHNESS = ("cc-freshness", "cc-parse", "age-parse", "expires", "expires-parse", "cc-response")
"""Suites whose first answer says for how long the second request can wait."""

NOT_OURS = {
    "status": "a cache keeps refusals, too; what a poller makes of each status is in its own table",
    "cdn-cache-control": "speaks to content networks only",
    "conditional-inm": "asks how a cache answers conditional requests; what we send back is tested for each tag",
    "conditional-lm": "the same for dates",
    "headers": "asks which headers a cache hands on; a poller hands on none",
    "heuristic": "a poller guesses from what a source published, not from Last-Modified",
    "vary": "a poller sends one variant of a request",
    "vary-parse": "the same",
    "invalidation": "a poller sends GET only",
    "stale": "asks what a cache answers while its origin fails; a poller answers nobody",
    "other": "asks how a cache rewrites Age, Date and Expires for its clients",
    "partial": "a poller asks for no ranges",
    "cc-request": "a poller is not asked by clients",
    "pragma": "asks how a cache treats its clients' Pragma, and heuristics",
    "updateHEAD": "a poller sends no HEAD",
    "auth": "for shared caches",
    "interim": "about passing 1xx on",
    "method": "a poller sends no POST",
}

_SHARED = "s-maxage is for shared caches, and a reader is none"
_NO_CACHE = "it tells caches not to keep or reuse; that is no wish to be asked at once, so max-age still makes us wait"
_JUNK = "a check without a right answer; a number that is none says nothing"

EXCEPTIONS = {
    "freshness-s-maxage-shared": _SHARED,
    "freshness-max-age-s-maxage-shared-longer-reversed": _SHARED,
    "freshness-max-age-s-maxage-shared-longer-multiple": _SHARED,
    "freshness-max-age-s-maxage-shared-shorter-expires": _SHARED,
    "freshness-max-age-two-stale-fresh-sameline": "a check without a right answer; the first of two counts",
    "freshness-max-age-two-stale-fresh-sepline": "a check without a right answer; the first of two counts",
    "freshness-max-age-space-after-equals": "a check without a right answer; to wait is the more polite mistake",
    "freshness-max-age-decimal-five": _JUNK,
    "freshness-max-age-a100": _JUNK,
    "freshness-max-age-100a": _JUNK,
    "freshness-expires-invalid-utc": "UTC can mean nothing but GMT; to wait is the more polite mistake",
    "cc-resp-private-shared": "for shared caches; a reader may keep what is private",
    "cc-resp-no-store-fresh": _NO_CACHE,
    "cc-resp-no-cache-revalidate-fresh": _NO_CACHE,
    "cc-resp-must-revalidate-stale": "its second request comes at once, and a poller asks no second time so soon",
}
"""Tests whose answer we give otherwise, and why."""


def load() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []


TESTS = load()


def headers_of(request: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give the headers of an answer as the fetcher does: lower case, repeated ones joined; numbers are dates."""
    joined: dict[str, str] = {}
    for name, value, *_ in request.get("response_headers", ()):
        text = value
        if not isinstance(value, str):
            text = format_datetime(NOON + timedelta(seconds=value), usegmt=True)
        key = name.lower()
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return tuple(joined.items())


def fetched(headers: tuple[tuple[str, str], ...]) -> Fetched:
    given = dict(headers)
    return Fetched(
        url="https://lwn.example/feed.xml",
        status=200,
        headers=headers,
        body=b"",
        wire_bytes=1,
        digest="d",
        validators=Validators(etag=given.get("etag"), last_modified=given.get("last-modified")),
    )


READING = Reading(profile=FeedProfile(), hints=ScheduleHints(), entries=())


def after(*answers: Fetched | NotModified) -> SourceState:
    state = SourceState(source_id="lwn")
    for answer in answers:
        reading = READING if isinstance(answer, Fetched) else None
        state = conclude(make_source(), state, answer, NOON, reading=reading).state
    return state


@needs_suite
@pytest.mark.corpora
@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in TESTS if one["suite"] in FRESHNESS])
def test_a_fresh_answer_is_not_asked_for_again_and_a_stale_one_may_be(case):
    first, second = case["requests"][:2]
    wish = lifetime(headers_of(first), NOON)
    waits = wish is not None and wish.length > PAUSE
    expected = second["expected_type"] == "cached"
    assert (waits == expected) != (case["id"] in EXCEPTIONS)


@needs_suite
@pytest.mark.corpora
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(one, id=one["id"])
        for one in TESTS
        if {"etag", "last-modified"} & dict(headers_of(one["requests"][0])).keys()
    ],
)
def test_validators_go_back_as_they_came(case):
    given = dict(headers_of(case["requests"][0]))
    sent = dict(plan_request(make_source(), after(fetched(tuple(given.items()))), user_agent="a").headers)
    assert sent.get("If-None-Match") == given.get("etag")
    assert sent.get("If-Modified-Since") == given.get("last-modified")


@needs_suite
@pytest.mark.corpora
@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in TESTS if one["suite"] == "update304"])
def test_a_304_brings_validators_and_freshness_up_to_date(case):
    first, second = (headers_of(request) for request in case["requests"][:2])
    given = dict(second)
    validators = Validators(etag=given.get("etag"), last_modified=given.get("last-modified"))
    state = after(
        fetched(first), NotModified(url="https://lwn.example/feed.xml", headers=second, validators=validators)
    )
    assert state.validators == fetched(first).validators
    told = given if {"cache-control", "expires"} & given.keys() else dict(first)
    directive = told["cache-control"].removeprefix("max-age=")
    assert state.max_age_s == int(directive)


@needs_suite
@pytest.mark.corpora
def test_every_suite_is_replayed_or_named_with_its_reason():
    suites = {one["suite"] for one in TESTS}
    assert suites == {*FRESHNESS, "update304", *NOT_OURS}
    assert EXCEPTIONS.keys() <= {one["id"] for one in TESTS if one["suite"] in FRESHNESS}
