"""Servers that answer 304 for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.source import READING_VERSION, Rate, SourceState, Validators
from tests.builders import NOON, make_source
from tests.schedule.polls import DAY, HOUR, Polls, body, failed, reading, same

SHORT = (("cache-control", "max-age=600"),)


def lively(per_day: float = 5.0, **changes: Any) -> Polls:
    """Give a source that brought so many entries a day up to its last body, at noon."""
    memory = 14 / 0.6931
    state = SourceState(
        source_id="lwn",
        documents=9,
        read_by=READING_VERSION,
        validators=Validators(etag='"1"'),
        body_digest="d1",
        body_at=NOON,
        rate=Rate(per_day * memory, memory, NOON),
        **changes,
    )
    return Polls(make_source(), state)


def silent(polls: Polls, times: int, *, every: timedelta = 2 * HOUR, headers=SHORT) -> int:
    """Answer 304 so often; give after how many of them an unconditional request is due, 0 for never."""
    for number in range(1, times + 1):
        polls.later(every)(same(headers=headers))
        if polls.state.full_fetch:
            return number
    return 0


def test_a_lively_source_that_says_it_changes_and_never_does_is_tested_after_a_week_and_100_polls():
    polls = lively()
    assert silent(polls, 200) == 100
    assert "If-None-Match" not in polls.sent()
    assert "without a condition, to test it: 100 times 304 in 8 d 8 h" in polls.state.next_poll_why


@pytest.mark.parametrize(("every", "asked"), [(HOUR, 168), (3 * HOUR, 100)])
def test_whichever_is_later_counts(every, asked):
    assert silent(lively(), 400, every=every) == asked


@pytest.mark.parametrize(
    "polls",
    [lively(0.02), lively(0.1)],
    ids=["one in fifty days", "one in ten days"],
)
def test_a_quiet_source_is_believed(polls):
    assert silent(polls, 400) == 0


@pytest.mark.parametrize("headers", [(), (("cache-control", "max-age=604800"),), (("cache-control", "max-age=0"),)])
def test_so_is_one_that_states_nothing_or_that_it_changes_rarely(headers):
    assert silent(lively(), 400, headers=headers) == 0


def test_the_same_document_clears_the_server_and_another_convicts_it():
    honest = lively()
    silent(honest, 200)
    honest.later(HOUR)(body("d1"))
    assert (honest.state.full_fetch, honest.state.untrusted, honest.state.not_modified) == (False, False, 0)
    assert silent(honest, 50) == 0
    liar = lively()
    silent(liar, 200)
    liar.later(HOUR)(body("d2"), reading("x"), new=1)
    assert liar.state.untrusted
    assert "tested daily from now on" in liar.last.poll.detail
    assert "If-None-Match" in liar.sent()
    assert silent(liar, 50) == 12
    liar.later(2 * HOUR)(body("d3"), reading("y"), new=1)
    assert liar.state.untrusted


def test_a_server_that_answers_a_condition_with_news_is_trusted_again():
    polls = lively(untrusted=True)
    polls.later(HOUR)(body("d2"), reading("x"), new=1)
    assert not polls.state.untrusted


def test_the_test_waits_for_a_server_that_fails():
    polls = lively()
    silent(polls, 200)
    polls.later(HOUR)(failed())
    assert polls.state.full_fetch


def test_nothing_is_counted_before_a_body_was_seen():
    polls = lively()
    polls.state = replace(polls.state, body_at=None)
    polls.later(DAY)(same(headers=SHORT))
    assert polls.state.body_at == polls.now
