"""What is sent, and what never is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model.fetching import Failure
from aggregator.model.source import READING_VERSION, SourceState, Validators
from aggregator.schedule import plan_request
from aggregator.schedule.requests import MOST_DELTAS
from tests.builders import make_source
from tests.schedule.polls import HOUR, URL, Polls, body, failed, reading, same

BOTH = Validators(etag='W/"odd tag"', last_modified="Tue, 32 Foo 2026")
READ = SourceState(source_id="lwn", documents=1, read_by=READING_VERSION, validators=BOTH, validators_url=URL)


def headers(state: SourceState, **source: Any) -> dict[str, str]:
    return dict(plan_request(make_source(**source), state, user_agent="aggregator/1 (+mailto:a@b.example)").headers)


def test_the_first_request_has_no_condition_and_nothing_else_that_is_useless():
    assert set(headers(SourceState(source_id="lwn"))) == {"User-Agent", "Accept"}


def test_validators_are_sent_to_the_byte_with_an_offer_to_take_a_delta():
    sent = headers(READ)
    assert sent["If-None-Match"] == 'W/"odd tag"'
    assert sent["If-Modified-Since"] == "Tue, 32 Foo 2026"
    assert sent["A-IM"] == "feed"
    assert set(sent) == {"User-Agent", "Accept", "If-None-Match", "If-Modified-Since", "A-IM"}


@pytest.mark.parametrize(
    "changes",
    [
        {"documents": 0},
        {"full_fetch": True},
        {"read_by": READING_VERSION - 1},
        {"validators": Validators()},
    ],
)
def test_without_a_document_to_compare_with_there_is_no_condition(changes):
    assert set(headers(replace(READ, **changes))) == {"User-Agent", "Accept"}


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"validators": Validators(last_modified="Mon, 23 Nov 2026 12:00:00 GMT")}, {}),
        ({"deltas_refused": True}, {}),
        ({"partial_bodies": MOST_DELTAS}, {}),
        ({}, {"deltas": False}),
    ],
)
def test_no_delta_is_asked_for(changes, source):
    sent = headers(replace(READ, **changes), **source)
    assert "A-IM" not in sent
    assert "If-Modified-Since" in sent


def test_conditions_are_for_the_host_that_gave_them():
    assert plan_request(make_source(), READ, user_agent="a").validators_host == "lwn.example"
    assert plan_request(make_source(), SourceState(source_id="lwn"), user_agent="a").validators_host is None


def test_validators_come_from_one_answer_together():
    polls = Polls()
    polls(body(etag='"1"', validators=Validators(etag='"1"', last_modified="then")), reading("a"), new=1)
    polls.later(HOUR)(body("d2", validators=Validators(etag='"2"')), reading("b"), new=1)
    assert polls.state.validators == Validators(etag='"2"')


def test_a_304_replaces_what_it_carries_and_leaves_the_rest():
    polls = Polls()
    polls(body(validators=Validators(etag='"1"', last_modified="then")), reading("a"), new=1)
    polls.later(HOUR)(same(validators=Validators(etag='W/"1"')))
    assert polls.state.validators == Validators(etag='W/"1"', last_modified="then")


def test_a_document_that_was_not_read_gives_no_validators():
    polls = Polls()
    polls(body(), reading("a"), new=1)
    polls.later(HOUR)(failed(Failure.NOT_A_FEED, 200))
    assert polls.state.validators == Validators(etag='"1"')


# Deltas


def delta(digest: str, etag: str):
    return body(digest, etag=etag, status=226, headers=(("im", "feed"),))


def test_a_delta_gives_the_tag_of_the_whole_and_is_not_taken_for_it():
    polls = Polls()
    polls(body("whole"), reading("a", "b"), new=2)
    polls.later(HOUR)(delta("part", '"2"'), reading("c"), new=1)
    assert polls.state.validators.etag == '"2"'
    assert (polls.state.body_digest, polls.state.partial_bodies) == ("whole", 1)
    assert polls.last.poll.status == 226
    assert polls.last.poll.detail == "a delta: only what is new"
    polls.later(HOUR)(body("next"), reading("c", "d"), new=1, known=1)
    assert polls.state.partial_bodies == 0


def test_after_fifty_deltas_the_whole_document_is_asked_for_still_under_conditions():
    polls = Polls()
    polls(body("whole"), reading("a"), new=1)
    for number in range(MOST_DELTAS):
        assert polls.sent()["A-IM"] == "feed"
        polls.later(HOUR)(delta(f"p{number}", f'"{number}"'), reading(f"n{number}"), new=1)
    assert "A-IM" not in polls.sent()
    assert polls.sent()["If-None-Match"] == f'"{MOST_DELTAS - 1}"'


def test_a_server_that_does_not_know_how_is_not_asked_again():
    polls = Polls()
    polls(body("whole"), reading("a"), new=1)
    polls.later(HOUR)(failed(Failure.BAD_BODY, 226))
    assert polls.state.deltas_refused
    assert "A-IM" not in polls.sent()
    assert polls.sent()["If-None-Match"] == '"1"'


# What the record says


def test_the_record_tells_what_was_sent_and_what_came():
    polls = Polls()
    polls(
        body(headers=(("etag", '"1"'), ("cache-control", "max-age=300"), ("server", "x"), ("set-cookie", "secret"))),
        reading("a"),
        new=1,
    )
    assert polls.last.poll.sent == "no condition: no document was read before"
    assert polls.last.poll.came == '200; etag: "1"; cache-control: max-age=300'
    polls.later(HOUR)(same())
    assert polls.last.poll.sent == 'If-None-Match: "1"; A-IM: feed'
    assert polls.last.poll.came == "304"
    polls.later(HOUR)(failed(Failure.HTTP_5XX, 503, headers=(("retry-after", "soon"),)))
    assert polls.last.poll.came == "503; retry-after: soon"
    polls.later(HOUR)(failed(Failure.TIMEOUT, None))
    assert polls.last.poll.came == ""


def test_an_endless_header_does_not_fill_the_record():
    polls = Polls()
    polls(body(headers=(("etag", "x" * 10_000),)), reading("a"), new=1)
    assert len(polls.last.poll.came) < 200
