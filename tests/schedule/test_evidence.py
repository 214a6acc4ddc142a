from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.pace import Finding, Pace, Scope, Service
from aggregator.schedule.evidence import reach_of_failure, reach_of_refusal, service_of
from tests.builders import NOON
from tests.schedule.paces import HOST, ago, asked, limited, seen


@pytest.mark.parametrize(
    ("one", "meant"),
    [
        (asked(outcome="new"), Service.SERVED),
        (asked(outcome="not_modified"), Service.SERVED),
        (asked(outcome="rate_limited"), Service.REFUSED),
        (asked(outcome="http_4xx"), Service.FAILED),
        (asked(outcome="http_5xx"), Service.FAILED),
        (asked(outcome="timeout"), Service.FAILED),
        (asked(outcome="forbidden"), Service.FAILED),
    ],
)
def test_what_a_host_did_with_a_request(one, meant):
    assert service_of(one, ()) is meant


def test_503_refuses_only_when_it_says_until_when():
    broken = asked(outcome="http_5xx", retry_after=60)
    assert service_of(broken, ()) is Service.FAILED
    busy = replace(broken, poll=replace(broken.poll, status=503))
    assert service_of(busy, ()) is Service.REFUSED
    assert service_of(replace(busy, retry_after=None), ()) is Service.FAILED


def test_403_refuses_when_a_neighbour_met_it_and_nobody_was_served_since():
    one = asked("s1", "forbidden")
    assert service_of(one, [seen(5, "s2", "forbidden")]) is Service.REFUSED
    assert service_of(one, [seen(5, "s1", "forbidden")]) is Service.FAILED
    assert service_of(one, [seen(1, "s3"), seen(5, "s2", "forbidden")]) is Service.FAILED


def test_the_first_refusal_is_laid_to_the_host():
    found = reach_of_refusal(asked("s1", "rate_limited"), Pace(key=HOST), [seen(1, "s2"), seen(2, "s3")])
    assert found.scope is Scope.HOST


def test_a_route_that_is_refused_again_while_others_were_served_as_soon_is_the_route():
    past = [seen(60, "s2"), seen(119, "s3"), seen(180, "s4"), seen(3600, "s1", "rate_limited")]
    assert reach_of_refusal(asked("s1", "rate_limited"), limited(), past).scope is Scope.ROUTE


def test_a_refusal_that_is_older_than_the_polls_is_known_from_what_was_found_then():
    pace = limited(findings=(Finding(ago(200_000), "s1", Scope.HOST, "refused", ""),))
    past = [seen(60, "s2"), seen(119, "s3"), seen(180, "s4")]
    assert reach_of_refusal(asked("s1", "rate_limited"), pace, past).scope is Scope.ROUTE
    served_since = [*past, seen(3600, "s1")]
    assert reach_of_refusal(asked("s1", "rate_limited"), pace, served_since).scope is Scope.HOST


def test_a_route_that_was_asked_sooner_than_any_that_was_served_shows_nothing_of_itself():
    past = [seen(30, "s2"), seen(90, "s3"), seen(150, "s4"), seen(3600, "s1", "rate_limited")]
    assert reach_of_refusal(asked("s1", "rate_limited"), limited(), past).scope is Scope.HOST


def test_one_neighbour_is_not_enough():
    past = [seen(60, "s2"), seen(120, "s2"), seen(3600, "s1", "rate_limited")]
    assert reach_of_refusal(asked("s1", "rate_limited"), limited(), past).scope is Scope.HOST


def convicted(seconds_ago: float) -> Pace:
    return Pace(key=HOST, findings=(Finding(ago(seconds_ago), "s1", Scope.ROUTE, "alone", ""),))


def test_a_route_that_was_found_to_be_refused_alone_stays_so_at_any_gap():
    past = [seen(1, "s2"), seen(3600, "s3")]
    assert reach_of_refusal(asked("s1", "rate_limited"), convicted(7200), past).scope is Scope.ROUTE


@pytest.mark.parametrize(
    "since", [seen(1, "s1"), seen(1, "s2", "rate_limited"), seen(1, "s2", "forbidden")], ids=["served", "429", "403"]
)
def test_it_does_no_longer_once_it_was_served_or_another_one_was_refused(since):
    assert reach_of_refusal(asked("s1", "rate_limited"), convicted(7200), [since]).scope is Scope.HOST


A, B, C = "a.many.example", "b.many.example", "c.many.example"


def test_two_rested_hosts_of_a_domain_refused_within_the_hour_share_a_limit():
    past = [seen(1, "s2", "rate_limited", host=B), seen(2, "s3", host=C)]
    found = reach_of_refusal(asked("s1", "rate_limited", host=A), Pace(key=A), past)
    assert found.scope is Scope.DOMAIN
    assert "a.many.example had not been asked before" in found.evidence
    assert "b.many.example" in found.evidence


def test_a_host_that_was_asked_just_before_may_have_a_limit_of_its_own():
    past = [seen(1, "s2", "rate_limited", host=B), seen(5, "s9", host=A)]
    assert reach_of_refusal(asked("s1", "rate_limited", host=A), Pace(key=A), past).scope is Scope.HOST


@pytest.mark.parametrize("sibling", [seen(1, "s2", host=B), seen(4000, "s2", "rate_limited", host=B)])
def test_siblings_that_were_served_or_refused_long_ago_do_not_show_a_shared_limit(sibling):
    assert reach_of_refusal(asked("s1", "rate_limited", host=A), Pace(key=A), [sibling]).scope is Scope.HOST


def test_what_is_asked_as_one_is_refused_as_one():
    past = [seen(60, "s2", host=B, key="many.example")]
    pace = Pace(key="many.example", merged=True)
    assert reach_of_refusal(asked("s1", "rate_limited", host=A), pace, past).scope is Scope.DOMAIN


def test_a_failure_of_one_while_others_are_served_is_of_the_route():
    past = [seen(10, "s2"), seen(3600, "s1")]
    assert reach_of_failure(asked("s1", "http_4xx"), HOST, past)[0] is Scope.ROUTE


def test_two_that_were_well_and_fail_one_after_another_stand_for_the_host():
    past = [seen(10, "s2", "http_4xx"), seen(600, "s1"), seen(700, "s2")]
    assert reach_of_failure(asked("s1", "http_4xx"), HOST, past) == (Scope.HOST, ago(10))


def test_one_that_never_worked_is_no_witness():
    past = [seen(10, "s2", "http_4xx"), seen(600, "s1"), seen(700, "s2", "http_4xx")]
    assert reach_of_failure(asked("s1", "http_4xx"), HOST, past)[0] is Scope.ROUTE


@pytest.mark.parametrize(("strangers", "scope"), [(3, Scope.ROUTE), (4, Scope.HOST)])
def test_of_feeds_that_were_never_seen_to_work_it_takes_five(strangers, scope):
    past = [*(seen(number + 1, f"n{number}", "http_4xx") for number in range(strangers)), seen(700, "s9")]
    assert reach_of_failure(asked("s1", "http_4xx"), HOST, past)[0] is scope


def test_a_source_alone_stands_for_its_host():
    past = [seen(3600, "s1", "timeout"), seen(7200, "s1", "timeout"), seen(10800, "s1")]
    assert reach_of_failure(asked("s1", "timeout"), HOST, past) == (Scope.HOST, ago(7200))


@pytest.mark.parametrize("outcome", ["gone", "blocked", "too_large", "parse_killed", "forbidden"])
def test_what_concerns_one_document_never_stands_for_the_host(outcome):
    assert reach_of_failure(asked("s1", outcome), HOST, [])[0] is Scope.ROUTE


def test_an_evidence_of_the_route_says_the_gap():
    past = [seen(60, "s2"), seen(119, "s3"), seen(180, "s4"), seen(3600, "s1", "rate_limited")]
    at = NOON + timedelta(seconds=5)
    assert "1 min 5 s" in reach_of_refusal(asked("s1", "rate_limited", at=at), limited(), past).evidence
