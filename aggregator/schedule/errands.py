"""Requests that are no polls: they obey what hosts allow, count in it, and give way to polls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from aggregator.model.fetching import Failure, FetchFailed, FetchOutcome, NotModified
from aggregator.model.pace import Errand, HostSeen, Pace
from aggregator.model.source import Source
from aggregator.model.verdict import PollRecord
from aggregator.schedule.budgets import SHORTEST_PROBE, weigh
from aggregator.schedule.durations import spell
from aggregator.schedule.evidence import Asked
from aggregator.schedule.wishes import LONGEST_WISH

LEAST_RESERVE = timedelta(minutes=1)
"""So long a host with a pace of its own is taken, at least, should the answer be lost."""

_LONGEST_HOLD = 5 * LONGEST_WISH
"""A hold beyond this was written by a clock that was wrong."""
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether an errand may be run now.

    Attributes:
        pace: To be remembered, so that nobody else takes the same turn; None when there is nothing to remember.
        wait: So long it has to wait; None when it may be run.
        why: The reason for waiting.
    """

    pace: Pace | None = None
    wait: timedelta | None = None
    why: str = ""


def ask_leave(errand: Errand, seen: HostSeen, spacing: timedelta) -> Leave:
    """Say whether a host may be asked for something else than a feed now, and take its turn if so.

    Never while the host is held, has its pause or answers nobody; nor when sources under a pace of its own are due,
    since what it allows is for feeds first.
    """
    pace, now = seen.pace, errand.at
    held = _until(pace.hold_until, now, _LONGEST_HOLD)
    if held:
        return Leave(wait=held, why=f"{pace.key} asked to be left alone for another {spell(held)}")
    if not pace.paced:
        return Leave()
    spacing = max(pace.spacing or timedelta(), spacing, LEAST_RESERVE)
    pause = _until(pace.next_at, now, _LONGEST_PAUSE)
    if pace.trouble:
        return Leave(wait=max(pause, SHORTEST_PROBE), why=f"{pace.key} answers nobody at the moment")
    if pause:
        return Leave(wait=pause, why=f"{pace.key} allows the next request in {spell(pause)}")
    if seen.polls_wait:
        return Leave(wait=spacing, why=f"{pace.key} allows few requests, and feeds come first")
    return Leave(pace=replace(pace, next_at=now + spacing))


def weigh_errand(errand: Errand, outcome: FetchOutcome, seen: HostSeen, spacing: timedelta) -> Pace | None:
    """Learn from an errand what its host allows, as from a poll; None when there is nothing to remember."""
    refused = isinstance(outcome, FetchFailed) and (
        outcome.kind is Failure.RATE_LIMITED or outcome.status == HTTPStatus.SERVICE_UNAVAILABLE
    )
    asked = Asked(
        source=Source(id=f"pages of {errand.host}", id_given=False, url="", pace_key=errand.host, spacing=spacing),
        host=errand.host,
        family=errand.family,
        poll=PollRecord(at=errand.at, outcome=_outcome(outcome), status=_status(outcome)),
        retry_after=outcome.retry_after if isinstance(outcome, FetchFailed) and refused else None,
        headers=outcome.headers,
    )
    return weigh(asked, seen.pace, seen.sightings).pace


def _outcome(outcome: FetchOutcome) -> str:
    return outcome.kind.value if isinstance(outcome, FetchFailed) else "unchanged"


def _status(outcome: FetchOutcome) -> int | None:
    return HTTPStatus.NOT_MODIFIED.value if isinstance(outcome, NotModified) else outcome.status


def _until(moment: datetime | None, now: datetime, most: timedelta) -> timedelta:
    """Say how long it is until a moment; nothing when it is over, or only a wrong clock can have meant it."""
    left = moment - now if moment is not None else timedelta()
    return left if timedelta() < left <= most else timedelta()
