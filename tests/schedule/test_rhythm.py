"""The interval that follows the rate, failures and their end, and turns that are spread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from aggregator.model.fetching import Failure
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import AUTO, Every, Rate, SourceCondition, SourceState, Waiting
from aggregator.schedule import conclude, spread
from aggregator.schedule.rate import HALF_LIFE, estimated, expected, observed
from aggregator.schedule.spreading import AT_ONCE
from tests.builders import NOON, make_entry, make_source
from tests.schedule.polls import DAY, HOUR, Polls, body, failed, reading, same

# The rate


def test_what_was_seen_two_weeks_ago_counts_half():
    rate = observed(Rate(40, 10, NOON), NOON + HALF_LIFE, new=3)
    assert rate == Rate(23, 19, NOON + HALF_LIFE)


def test_the_dates_of_a_first_document_tell_its_rate():
    daily = estimated([NOON - n * DAY for n in range(30)], NOON)
    assert 0.8 < daily.per_day < 1.3
    assert estimated([NOON - n * HOUR for n in range(20)], NOON).per_day > 3
    assert estimated([], NOON) == Rate(1, 4, NOON)
    assert estimated([NOON + DAY], NOON).per_day < 1


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 500)), max_size=40),
    st.datetimes(NOON.replace(year=1971, tzinfo=None), NOON.replace(year=2090, tzinfo=None), timezones=st.just(UTC)),
)
def test_a_rate_stays_above_zero_and_below_what_was_seen(steps, start):
    rate, now = Rate(), start
    for seconds, new in steps:
        now += timedelta(seconds=seconds)
        rate = observed(rate, now, new)
        assert rate.days > 0
        assert rate.per_day >= 0


def test_a_clock_that_ran_backwards_adds_no_time():
    assert observed(Rate(4, 2, NOON), NOON - DAY, 0) == Rate(4, 2, NOON - DAY)


def test_silence_is_measured_by_the_rate_before_it():
    steady = Rate(2 * 20.2, 20.2, NOON)
    assert expected(observed(steady, NOON + 10 * DAY, 0), 10 * DAY) == pytest.approx(20, rel=0.01)


# The interval


def busy(per_day: float, every: Every = AUTO) -> Polls:
    state = SourceState(source_id="lwn", documents=1, rate=Rate(per_day * 1e9, 1e9, NOON))
    return Polls(make_source(every=every), state)


def test_the_interval_goes_with_the_square_root_of_the_rate():
    lengths = []
    for per_day in (1, 4, 16):
        polls = busy(per_day)
        polls(same())
        lengths.append(polls.state.interval)
    assert lengths == [6 * HOUR, 3 * HOUR, 1.5 * HOUR]


def test_the_reason_names_the_rule_that_won():
    polls = busy(100)
    polls(same())
    assert polls.state.next_poll_why == "100 entries a day: 36 min, raised to the floor of 1 h"
    polls(same(headers=(("cache-control", "max-age=900"),)))
    assert polls.state.next_poll_why == "100 entries a day: 36 min"
    ranged = busy(324, Every(shortest=timedelta(minutes=15)))
    ranged(same(headers=(("cache-control", "max-age=3600"),)))
    assert ranged.state.next_poll_why == "324 entries a day: 20 min; max-age 3600 raised 20 min to 1 h"


def test_a_first_document_with_a_lively_past_is_asked_again_soon_and_one_with_a_quiet_past_late():
    for gap, least, most in ((HOUR / 2, HOUR, 2 * HOUR), (30 * DAY, 20 * HOUR, DAY)):
        polls = Polls()
        entries = tuple(make_entry(str(n), published_at=NOON - n * gap) for n in range(20))
        polls(body(), replace(reading(), entries=entries), new=20)
        assert least <= polls.state.interval <= most
        assert polls.state.next_poll_why.startswith("first document: ")


@given(
    per_day=st.floats(1e-6, 1e6),
    max_age=st.integers(0, 400_000),
    ttl=st.integers(-1, 20_000),
    every=st.sampled_from([AUTO, Every(shortest=timedelta(minutes=5)), Every(shortest=6 * HOUR, longest=2 * DAY)]),
    silent=st.booleans(),
)
def test_the_next_poll_lies_between_the_floor_and_the_longest_that_is_granted(per_day, max_age, ttl, every, *, silent):
    hints = ScheduleHints(ttl_minutes=ttl if ttl >= 0 else None)
    state = SourceState(source_id="lwn", documents=1, hints=hints, rate=Rate(per_day, 1.0, NOON))
    headers = () if silent else (("cache-control", f"max-age={max_age}"),)
    left = conclude(make_source(every=every), state, same(headers=headers), NOON).state
    away = left.next_poll_at - NOON
    stated = [seconds for seconds in (0 if silent else max_age, 60 * max(ttl, 0)) if seconds]
    floor = every.shortest
    if every is AUTO and stated and max(stated) < 3600:
        floor = max(timedelta(minutes=15), timedelta(seconds=max(stated)))
    assert floor <= away
    assert timedelta(seconds=min(max(stated, default=0), 604_800)) <= away
    assert away <= max(7 * DAY, every.longest) * 1.1
    assert left.next_poll_why


def test_two_sources_of_one_interval_drift_apart_and_one_gets_the_same_answer_twice():
    state = SourceState(source_id="x", documents=1)
    at = {
        name: conclude(make_source(name), replace(state, source_id=name), same(), NOON).state.next_poll_at
        for name in ("a", "b", "c", "d")
    }
    assert len(set(at.values())) == 4
    assert conclude(make_source("a"), replace(state, source_id="a"), same(), NOON).state.next_poll_at == at["a"]


# Failures


def test_a_storm_of_404s_slows_a_source_down_and_never_ends_it():
    polls = busy(10)
    away = []
    for _ in range(400):
        polls(failed())
        away.append(polls.state.next_poll_at - polls.now)
        polls.now = polls.state.next_poll_at
    assert max(away) <= 7 * DAY * 1.1
    assert polls.state.condition is SourceCondition.DEAD
    assert polls.state.hold_until is None
    polls(body(), reading("a"), new=1)
    assert (polls.state.condition, polls.state.errors, polls.state.first_error_at) == (SourceCondition.OK, 0, None)


def test_a_dead_source_is_probed_daily_then_weekly():
    polls = busy(10)
    polls(failed(Failure.DNS, None))
    for silent, least, most in (
        (31 * DAY, DAY, 1.1 * DAY),
        (91 * DAY, 7 * DAY, 7.7 * DAY),
        (4000 * DAY, 7 * DAY, 7.7 * DAY),
    ):
        polls.now = NOON + silent
        polls(failed(Failure.DNS, None))
        assert least <= polls.state.next_poll_at - polls.now <= most


def test_410_gets_one_late_probe_and_then_nothing_until_somebody_asks():
    polls = busy(10)
    gone = failed(Failure.GONE, 410)
    polls(gone)
    assert polls.state.condition is SourceCondition.GONE
    assert polls.state.hold_until == NOON + 30 * DAY
    assert 30 * DAY <= polls.state.next_poll_at - NOON <= 33 * DAY
    polls.now = polls.state.next_poll_at
    polls(gone)
    assert polls.state.next_poll_at is None
    assert "so never" in polls.state.next_poll_why
    assert polls.last.poll.next_poll_at is None
    polls.later(60 * DAY)(body(), reading("a"), new=1)
    assert (polls.state.condition, polls.state.gone_at) == (SourceCondition.OK, None)
    assert polls.state.next_poll_at is not None


def test_a_probe_that_finds_nobody_at_home_is_repeated_weekly():
    polls = busy(10)
    polls(failed(Failure.GONE, 410))
    polls.later(31 * DAY)(failed(Failure.TIMEOUT, None))
    assert polls.state.condition is SourceCondition.GONE
    assert 7 * DAY <= polls.state.next_poll_at - polls.now <= 7.7 * DAY


def test_a_failure_keeps_everything_that_a_good_answer_taught():
    polls = Polls()
    polls(body(), reading("a", hints=ScheduleHints(ttl_minutes=5)), new=1)
    before = polls.state
    polls.later(HOUR)(failed())
    kept = ("validators", "validators_url", "body_digest", "documents", "hints", "rate", "profile", "body_at")
    assert [getattr(polls.state, name) for name in kept] == [getattr(before, name) for name in kept]


# Turns


def waiting(count: int, key: str = "big.example") -> list[Waiting]:
    return [Waiting(f"{key}-{n:03}", key, NOON - n * HOUR) for n in range(count)]


def test_a_long_list_of_one_host_is_spread_over_an_hour_those_due_longest_first():
    turns = spread(waiting(500), NOON)
    assert len(turns) == 500 - AT_ONCE
    at = sorted(turn.at for turn in turns.values())
    assert at[-1] == NOON + HOUR
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert min(gaps) > timedelta(seconds=7)
    assert turns["big.example-000"].at == NOON + HOUR
    assert "big.example-499" not in turns
    assert "500 sources of big.example were due at once" in turns["big.example-000"].why


def test_many_hosts_with_few_sources_each_are_left_alone():
    many = [one for host in range(60) for one in waiting(AT_ONCE, f"h{host}.example")]
    assert spread(many, NOON) == {}
    assert spread([], NOON) == {}
