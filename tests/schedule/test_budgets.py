from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.pace import Pace, Scope
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import SourceCondition, SourceState
from aggregator.schedule import Conclusion, retimed, weigh
from aggregator.schedule.findings import KEPT_FINDINGS
from aggregator.schedule.spacing import ENOUGH_SERVED, LONGEST_PATIENCE, LONGEST_SPACING
from tests.builders import NOON
from tests.schedule.paces import HOST, ago, asked, limited, seen

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_host_that_serves_and_tells_nothing_leaves_nothing_to_remember():
    assert weigh(asked(), Pace(key=HOST), ()).pace is None


def test_a_refusal_that_says_how_long_teaches_the_spacing_and_holds_the_host():
    found = weigh(asked("s1", "rate_limited", retry_after=59), Pace(key=HOST), [seen(1, "s2")])
    assert found.pace.spacing == MINUTE
    assert found.pace.hold_until == NOON + timedelta(seconds=59)
    assert (found.scope, found.halted) == (Scope.HOST, HOST)
    assert found.pace.findings[0].rule == "refused"


def test_of_all_limits_that_a_refusal_can_mean_the_loosest_is_believed():
    hundred = [seen(second, f"s{second}") for second in range(1, 101)]
    found = weigh(asked("s0", "rate_limited", retry_after=3500), Pace(key=HOST), hundred)
    assert found.pace.spacing == timedelta(seconds=36)


def test_a_refusal_that_says_nothing_is_taken_for_a_limit_a_minute_then_for_three_times_the_gap():
    first = weigh(asked("s1", "rate_limited"), Pace(key=HOST), [seen(1, "s2")]).pace
    assert first.spacing == MINUTE
    assert first.hold_until == NOON + 5 * MINUTE
    second = weigh(asked("s3", "rate_limited"), first, [seen(60, "s2")]).pace
    assert (second.spacing, second.too_short) == (3 * MINUTE, MINUTE)
    assert second.hold_until == NOON + 20 * MINUTE


def test_a_longer_hold_of_before_stays_unless_only_a_wrong_clock_can_have_set_it():
    longer = Pace(key=HOST, hold_until=NOON + HOUR)
    assert weigh(asked("s1", "rate_limited", retry_after=60), longer, ()).pace.hold_until == NOON + HOUR
    absurd = Pace(key=HOST, hold_until=NOON + 1000 * DAY)
    assert weigh(asked("s1", "rate_limited", retry_after=60), absurd, ()).pace.hold_until == NOON + MINUTE


def test_spacings_grow_step_by_step_to_six_hours_and_are_never_shorter_than_configured():
    pace, spacings = Pace(key=HOST), []
    for _ in range(6):
        pace = weigh(asked("s1", "rate_limited", retry_after=86_400), pace, [seen(3600, "s2")]).pace
        spacings.append(pace.spacing)
    assert spacings == [10 * MINUTE, 30 * MINUTE, 90 * MINUTE, 270 * MINUTE, LONGEST_SPACING, LONGEST_SPACING]
    quick = weigh(asked("s1", "rate_limited", retry_after=1), Pace(key=HOST), [seen(0, f"s{i}") for i in range(50)])
    assert quick.pace.spacing == timedelta(seconds=1)


def test_what_is_served_at_a_pace_of_its_own_is_counted_and_the_next_turn_told():
    after = weigh(asked(), limited(served=3), ()).pace
    assert (after.served, after.next_at, after.spacing) == (4, NOON + MINUTE, MINUTE)


def ready_to_relax(**changes: Any) -> Pace:
    return limited(**({"served": ENOUGH_SERVED, "set_at": NOON - DAY} | changes))


def test_a_pace_that_stood_for_a_day_is_halved_on_trial():
    after = weigh(asked(), ready_to_relax(), ()).pace
    assert (after.spacing, after.sure, after.served) == (MINUTE / 2, MINUTE, 0)
    assert after.findings[0].rule == "relaxed"


@pytest.mark.parametrize("short", [{"served": 3}, {"set_at": NOON - HOUR}], ids=["few", "young"])
def test_it_has_to_have_stood_and_served(short):
    assert weigh(asked(), ready_to_relax(**short), ()).pace.spacing == MINUTE


def test_a_trial_that_is_refused_goes_back_to_what_was_sure_and_the_next_one_waits_twice_as_long():
    trial = limited(30, sure=MINUTE, served=1)
    for wait in (None, 30):
        past = [seen(30, "s2"), seen(90, "s3")]
        after = weigh(asked("s1", "rate_limited", retry_after=wait), trial, past).pace
        assert (after.spacing, after.sure, after.too_short) == (MINUTE, None, MINUTE / 2)
        assert after.patience == 2 * DAY


def test_the_next_trial_lies_between_what_failed_and_what_is_sure():
    after = weigh(asked(), ready_to_relax(too_short=MINUTE / 2), ()).pace
    assert after.spacing == timedelta(seconds=45)


def test_near_enough_is_near_enough_and_only_the_whole_limit_is_doubted_later():
    after = weigh(asked(), ready_to_relax(too_short=timedelta(seconds=55)), ()).pace
    assert (after.spacing, after.too_short, after.patience) == (MINUTE, None, 2 * DAY)
    old = weigh(
        asked(), ready_to_relax(too_short=timedelta(seconds=55), patience=LONGEST_PATIENCE, set_at=ago(4e6)), ()
    )
    assert old.pace.patience == LONGEST_PATIENCE


def test_a_limit_that_is_no_more_is_forgotten_and_joined_hosts_part():
    joined = ready_to_relax(spacing=timedelta(seconds=1.5), merged=True, key="many.example")
    after = weigh(asked(), joined, ()).pace
    assert (after.spacing, after.merged, after.paced) == (None, False, False)
    assert after.findings[0].rule == "lifted"


def test_two_refused_hosts_of_a_domain_are_joined_under_its_name():
    one = asked("s1", "rate_limited", host="a.many.example", retry_after=59)
    past = [
        seen(0, "s2", "rate_limited", host="b.many.example"),
        seen(1, "s3", host="c.many.example"),
    ]
    found = weigh(one, Pace(key="a.many.example"), past)
    assert (found.pace.key, found.pace.merged, found.pace.spacing) == ("many.example", True, MINUTE)
    assert (found.scope, found.halted, found.pace.findings[0].rule) == (Scope.DOMAIN, "many.example", "shared")


def test_a_route_refused_alone_takes_back_what_it_brought_upon_its_neighbours():
    first = weigh(asked("s1", "rate_limited", retry_after=3600), Pace(key=HOST), [seen(1, "s2")]).pace
    assert first.paced
    past = [seen(3600, "s2"), seen(7199, "s3"), seen(10800, "s4"), seen(90_000, "s1", "rate_limited")]
    found = weigh(asked("s1", "rate_limited", retry_after=3600), first, past)
    assert (found.scope, found.halted) == (Scope.ROUTE, "")
    assert (found.pace.paced, found.pace.hold_until) == (False, None)
    again = weigh(asked("s1", "rate_limited", retry_after=3600), found.pace, [seen(1, "s2")])
    assert (again.scope, again.pace) == (Scope.ROUTE, None)


CLEAR_SKY = [seen(second, f"n{second}") for second in range(1, 30)]


def test_a_long_wait_out_of_a_clear_sky_is_believed_of_the_neighbours_for_twelve_hours_only():
    one = asked("s1", "rate_limited", retry_after=86_400)
    after = weigh(one, Pace(key=HOST), CLEAR_SKY).pace
    assert (after.hold_until, after.refused_until) == (NOON + 12 * HOUR, NOON + DAY)
    cloudy = weigh(one, Pace(key=HOST), CLEAR_SKY[:5]).pace
    assert (cloudy.hold_until, cloudy.refused_until) == (NOON + DAY, None)


def test_a_neighbour_served_meanwhile_clears_the_host_and_one_refused_too_condemns_it():
    held = weigh(asked("s1", "rate_limited", retry_after=86_400), Pace(key=HOST), CLEAR_SKY).pace
    later = NOON + 13 * HOUR
    cleared = weigh(asked("n1", at=later), held, ()).pace
    assert (cleared.paced, cleared.refused_until, cleared.findings[0].rule) == (False, None, "alone")
    assert cleared.findings[0].source_id == "s1"
    condemned = weigh(asked("n1", "rate_limited", retry_after=60_000, at=later), held, CLEAR_SKY).pace
    assert condemned.hold_until == later + timedelta(seconds=60_000)


def test_after_the_wait_is_over_nothing_is_shown_by_being_served():
    held = weigh(asked("s1", "rate_limited", retry_after=86_400), Pace(key=HOST), CLEAR_SKY).pace
    after = weigh(asked("n1", at=NOON + 2 * DAY), held, ()).pace
    assert (after.paced, after.refused_until) == (True, None)


def test_it_takes_nothing_back_that_others_were_refused_for():
    both = limited()
    for name in ("s1", "s2"):
        both = weigh(asked(name, "rate_limited", retry_after=60), both, [seen(60, "s3")]).pace
    past = [seen(300, "s2"), seen(600, "s3"), seen(900, "s4"), seen(90_000, "s1", "rate_limited")]
    assert weigh(asked("s1", "rate_limited"), both, past).pace.spacing == both.spacing


TOLD = (("x-ratelimit-remaining", "59"), ("x-ratelimit-reset", "3540"))


def test_a_limit_that_is_told_is_kept_before_anybody_is_refused():
    after = weigh(asked(headers=TOLD), Pace(key=HOST), ()).pace
    assert (after.spacing, after.told, after.next_at) == (MINUTE, True, NOON + MINUTE)
    assert "59 left for 59 min" in after.findings[0].evidence


def test_a_limit_that_is_told_no_more_has_to_stand_before_it_is_relaxed():
    told = weigh(asked(headers=TOLD), Pace(key=HOST), ()).pace
    after = weigh(asked(), replace(told, served=100), ()).pace
    assert (after.spacing, after.told, after.served) == (MINUTE, False, 0)


def test_a_told_limit_wider_than_the_configured_pause_is_of_no_interest():
    wide = (("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "3600"))
    assert weigh(asked(headers=wide), Pace(key=HOST), ()).pace is None


WELL = [seen(700, "s2"), seen(800, "s1"), seen(900, "s3")]


def test_an_outage_leaves_one_probe_for_all():
    past = [seen(1, "s2", "http_4xx"), *WELL]
    found = weigh(asked("s1", "http_4xx"), Pace(key=HOST), past)
    assert (found.pace.trouble, found.pace.trouble_since) == ("http_4xx", ago(1))
    assert found.pace.next_at == NOON + timedelta(minutes=15)
    assert found.halted == HOST
    assert found.retry_after == HOUR  # the source's own floor


def test_probes_grow_rarer_in_proportion_to_the_outage():
    down = Pace(key=HOST, trouble="http_4xx", trouble_since=NOON - 16 * HOUR)
    found = weigh(asked("s1", "http_4xx"), down, [seen(7200, "s2", "http_4xx")])
    assert found.pace.next_at == NOON + 2 * HOUR
    weeks = replace(down, trouble_since=NOON - 30 * DAY)
    assert weigh(asked("s1", "timeout"), weeks, ()).pace.next_at == NOON + DAY


def test_the_first_answer_ends_an_outage():
    down = Pace(key=HOST, trouble="http_4xx", trouble_since=NOON - 8 * HOUR, next_at=NOON)
    after = weigh(asked("s1", "new"), down, ()).pace
    assert (after.paced, after.next_at, after.findings[0].rule) == (False, None, "recovered")
    assert "8 h of failures" in after.findings[0].evidence


def test_a_bad_route_leaves_no_trace_on_its_host():
    found = weigh(asked("s1", "http_4xx"), Pace(key=HOST), [seen(1, "s2"), *WELL])
    assert (found.pace, found.scope, found.retry_after, found.halted) == (None, Scope.ROUTE, None, "")


def test_a_lone_source_is_probed_in_proportion_to_its_outage_without_a_row_for_its_host():
    past = [seen(hours * 3600, "s1", "timeout") for hours in range(1, 17)]
    found = weigh(asked("s1", "timeout"), Pace(key=HOST), past)
    assert (found.pace, found.retry_after, found.halted) == (None, 2 * HOUR, "")


def failing(**changes: Any) -> Conclusion:
    state = SourceState(
        source_id="s1", condition=SourceCondition.FAILING, next_poll_at=NOON + 8 * HOUR, next_poll_why="errors"
    )
    one = asked("s1", "http_4xx")
    return Conclusion(state=replace(state, **changes), poll=one.poll)


def test_who_fails_with_all_neighbours_comes_back_with_them_but_never_later_than_by_itself():
    one = asked("s1", "http_4xx")
    found = weigh(one, Pace(key=HOST), [seen(1, "s2", "http_4xx"), *WELL])
    after = retimed(failing(), one, found)
    assert NOON + HOUR <= after.state.next_poll_at <= NOON + 1.1 * HOUR
    assert after.poll.next_poll_at == after.state.next_poll_at
    assert "answers nobody" in after.state.next_poll_why
    soon = failing(next_poll_at=NOON + HOUR / 2)
    assert retimed(soon, one, found) == soon


def test_who_drew_the_refusal_of_a_pace_that_was_too_quick_is_not_held_for_it():
    one = asked("s1", "rate_limited")
    found = weigh(one, limited(30, sure=MINUTE), [seen(30, "s2"), seen(90, "s3")])
    after = retimed(failing(hold_until=NOON + 8 * HOUR), one, found)
    assert (after.state.hold_until, found.freed) == (None, True)
    assert NOON + HOUR <= after.state.next_poll_at <= NOON + 1.1 * HOUR
    assert "too soon" in after.state.next_poll_why


@pytest.mark.parametrize(
    ("pace", "past", "wait"),
    [
        (Pace(key=HOST), [seen(30, "s2")], None),
        (limited(), [seen(14_400, "s1", "rate_limited")], None),
        (limited(), [seen(30, "s2")], 3600),
    ],
    ids=["no pace of its own", "alone", "the server said how long"],
)
def test_else_its_own_refusals_count(pace, past, wait):
    one = asked("s1", "rate_limited", retry_after=wait)
    before = failing(hold_until=NOON + 8 * HOUR)
    assert retimed(before, one, weigh(one, pace, past)) == before


@pytest.mark.parametrize(
    ("changes", "hours"),
    [({}, 1), ({"errors": 3}, 1), ({"errors": 4}, 2), ({"interval": 5 * HOUR}, 5)],
    ids=["floor", "three errors", "four errors", "its rhythm"],
)
def test_it_comes_no_sooner_than_its_rhythm_and_after_several_errors_not_within_two_hours(changes, hours):
    one = asked("s1", "http_4xx")
    found = weigh(one, Pace(key=HOST), [seen(1, "s2", "http_4xx"), *WELL])
    after = retimed(failing(**changes), one, found)
    assert hours * HOUR <= after.state.next_poll_at - NOON <= 1.1 * hours * HOUR


def test_it_does_not_come_in_an_hour_that_its_publisher_skips():
    one = asked("s1", "http_4xx")
    found = weigh(one, Pace(key=HOST), [seen(1, "s2", "http_4xx"), *WELL])
    after = retimed(failing(hints=ScheduleHints(skip_hours=(13, 14))), one, found)
    assert after.state.next_poll_at.hour == 15
    assert "skipHours" in after.state.next_poll_why


@pytest.mark.parametrize(
    "changes", [{"hold_until": NOON + DAY}, {"condition": SourceCondition.DEAD}, {"condition": SourceCondition.GONE}]
)
def test_a_hold_and_a_long_silence_are_left_alone(changes):
    one = asked("s1", "http_4xx")
    found = weigh(one, Pace(key=HOST), [seen(1, "s2", "http_4xx"), *WELL])
    before = failing(**changes)
    assert retimed(before, one, found) == before


def test_findings_are_few_and_one_of_a_kind():
    pace = limited()
    for number in range(40):
        pace = weigh(asked(f"s{number % 20}", "rate_limited", retry_after=60), pace, [seen(60, "s99")]).pace
    assert len(pace.findings) == KEPT_FINDINGS
    assert len({one.source_id for one in pace.findings}) == KEPT_FINDINGS
