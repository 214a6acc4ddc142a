from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.fetching import Failure, FetchFailed
from aggregator.model.pace import Errand, HostSeen, Pace, Sighting
from aggregator.schedule import ask_leave, weigh_errand
from tests.builders import NOON
from tests.fakes.fetcher import fetched

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ERRAND = Errand(host="a.example", family="a.example", at=NOON)


def seen(*, polls_wait: bool = False, **changes: object) -> HostSeen:
    return HostSeen(pace=Pace(key="a.example", **changes), polls_wait=polls_wait)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "wait"),
    [
        (seen(), None),
        (seen(polls_wait=True), None),
        (seen(hold_until=NOON + HOUR), HOUR),
        (seen(hold_until=NOON - HOUR), None),
        (seen(hold_until=NOON + timedelta(days=400)), None),
        (seen(spacing=5 * MINUTE, next_at=NOON + 3 * MINUTE), 3 * MINUTE),
        (seen(spacing=5 * MINUTE, next_at=NOON), None),
        (seen(spacing=5 * MINUTE, next_at=NOON + timedelta(days=3)), None),
        (seen(spacing=5 * MINUTE, polls_wait=True), 5 * MINUTE),
        (seen(trouble="timeout", trouble_since=NOON - HOUR), timedelta(minutes=15)),
    ],
)
def test_an_errand_waits_for_holds_pauses_outages_and_polls(known, wait):
    leave = ask_leave(ERRAND, known, SECOND)
    assert leave.wait == wait
    assert bool(leave.why) == (wait is not None)


def test_whoever_goes_takes_the_turn_of_a_host_with_a_pace_of_its_own():
    leave = ask_leave(ERRAND, seen(spacing=5 * MINUTE), SECOND)
    assert leave.pace is not None
    assert leave.pace.next_at == NOON + 5 * MINUTE
    assert ask_leave(ERRAND, seen(), SECOND).pace is None


def refused(**changes: object) -> FetchFailed:
    return FetchFailed(kind=Failure.RATE_LIMITED, detail="429", status=429, **changes)  # type: ignore[arg-type]


def test_a_refused_errand_teaches_what_a_refused_poll_does():
    pace = weigh_errand(ERRAND, refused(retry_after=HOUR), seen(), SECOND)
    assert pace is not None
    assert pace.hold_until == NOON + HOUR
    assert pace.spacing is not None
    assert pace.findings[0].source_id == "pages of a.example"


def test_one_that_is_served_counts_at_a_pace_of_its_own_only():
    assert weigh_errand(ERRAND, fetched("https://a.example/", b""), seen(), SECOND) is None
    pace = weigh_errand(ERRAND, fetched("https://a.example/", b""), seen(spacing=MINUTE, set_at=NOON), SECOND)
    assert pace is not None
    assert (pace.served, pace.next_at) == (1, NOON + MINUTE)


def test_pages_that_are_refused_again_while_feeds_are_served_are_refused_alone():
    first = weigh_errand(ERRAND, refused(), seen(), SECOND)
    assert first is not None
    later = Errand(host="a.example", family="a.example", at=NOON + HOUR)
    polls = tuple(
        Sighting(NOON + HOUR - (1 + n) * MINUTE, f"s{n}", "a.example", "a.example", "not_modified", 304)
        for n in range(10)
    )
    after = weigh_errand(later, refused(), HostSeen(pace=first, sightings=polls), SECOND)
    assert after is not None
    assert after.findings[0].rule == "alone"
    assert after.hold_until is None or after.hold_until <= later.at


def test_a_page_that_is_missing_leaves_no_trace():
    missing = FetchFailed(kind=Failure.HTTP_4XX, detail="404", status=404)
    assert weigh_errand(ERRAND, missing, seen(), SECOND) is None
