"""How far a refusal or an outage reaches, by what the neighbours met: the route, the host, or the whole domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise, takewhile

from aggregator.model.fetching import Failure
from aggregator.model.pace import Pace, Scope, Service, Sighting
from aggregator.model.source import Source
from aggregator.model.verdict import PollRecord
from aggregator.schedule.durations import spell

EVIDENCE_FOR = timedelta(days=1)
"""So old a poll may be to say something of the host."""

_SERVED = frozenset({"new", "revised", "unchanged", "not_modified"})
# Our own decision, or about one document only: it says nothing of the host.
_NOT_OF_THE_HOST = frozenset({Failure.BLOCKED, Failure.GONE, Failure.TOO_LARGE, Failure.PARSE_KILLED})
_NOT_FOR_US = frozenset({401, 402, 403, 407, 451})
_SAME_GAP = 1.05
"""Two gaps that differ by less are taken for equal."""
_AT_ONCE = timedelta(minutes=1)
_SOON = timedelta(hours=1)
_ENOUGH = 2
_MANY = 5
_CLEAR_SKY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that is over.

    Attributes:
        host: The pace key that it would be asked under by itself.
        family: The registrable domain, or the host group.
        poll: The record of it.
        retry_after: How long the server asked to be left alone, with 429 or 503.
        headers: Of the answer, lower-case names; empty without one.
    """

    source: Source
    host: str
    family: str
    poll: PollRecord
    retry_after: timedelta | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def at(self) -> datetime:
        """When the answer was complete."""
        return self.poll.at

    @property
    def outcome(self) -> str:
        """What came of it, as the ring of polls calls it."""
        return self.poll.outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far something reaches, and what shows it."""

    scope: Scope
    evidence: str


def service_of(asked: Asked, neighbours: Sequence[Sighting]) -> Service:
    """Say what the host did with a request.

    429 refuses, and so does 503 that says when to come again. 403 does when a neighbour met it too and nobody
    was served since: some hosts mean 429 by it.
    """
    if asked.outcome in _SERVED:
        return Service.SERVED
    if asked.outcome == Failure.RATE_LIMITED:
        return Service.REFUSED
    if asked.poll.status == HTTPStatus.SERVICE_UNAVAILABLE and asked.retry_after is not None:
        return Service.REFUSED
    if asked.poll.status == HTTPStatus.FORBIDDEN:
        unserved = takewhile(lambda one: not served(one), neighbours)
        alike = any(one.status == HTTPStatus.FORBIDDEN and one.source_id != asked.source.id for one in unserved)
        return Service.REFUSED if alike else Service.FAILED
    return Service.FAILED


def refused(sighting: Sighting) -> bool:
    """Say whether a poll of the past was turned away for being too many."""
    return sighting.outcome == Failure.RATE_LIMITED or sighting.status == HTTPStatus.FORBIDDEN


def served(sighting: Sighting) -> bool:
    """Say whether a poll of the past brought a document, or the word that there is no new one."""
    return sighting.outcome in _SERVED


def reach_of_refusal(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Verdict:
    """Find out what a refusal is about.

    The route, when its neighbours were served since it was last refused, at gaps no longer than the one before
    this request. The domain, when another host of it was refused within the hour and this one had rested while
    they were asked. The host, when neither is shown.

    Args:
        asked: The request that was refused.
        pace: Of the key in force.
        sightings: Of the registrable domain or host group, newest first, without this one.
    """
    route = _of_the_route(asked, pace, sightings)
    if route is not None:
        return route
    evidence = f"{asked.source.id} was refused, and no neighbour shows that it alone would be"
    if pace.merged:
        return Verdict(Scope.DOMAIN, evidence)
    return _of_the_domain(asked, sightings) or Verdict(Scope.HOST, evidence)


def _of_the_route(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Verdict | None:
    name = asked.source.id
    mine = next((one for one in sightings if one.source_id == name), None)
    under = [one for one in sightings if one.pace_key == pace.key]
    if _still_alone(name, pace, under):
        return Verdict(Scope.ROUTE, "refused as before, and nobody else")
    blamed = next((one for one in pace.findings if one.source_id == name and one.rule == "refused"), None)
    before = mine or blamed  # a long wait may have outlived the polls that are looked at
    if before is None or (mine is not None and served(mine)) or not under:
        return None
    alike = _served_as_soon(asked, under, before.at)
    if alike < _ENOUGH:
        return None
    gap = spell(asked.at - under[0].at)
    return Verdict(Scope.ROUTE, f"refused again {gap} after the request before; {alike} others were served as soon")


def _served_as_soon(asked: Asked, under: Sequence[Sighting], since: datetime) -> int:
    """Count the neighbours that were served at gaps no longer than the one before this request."""
    gap = (asked.at - under[0].at) * _SAME_GAP
    return sum(
        served(later) and later.source_id != asked.source.id and later.at - earlier.at <= gap
        for later, earlier in pairwise(under)
        if later.at > since
    )


def met_alone(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> bool:
    """Say whether a refusal comes out of a clear sky: its neighbours were served at this pace all day."""
    under = [one for one in sightings if one.pace_key == pace.key]
    if pace.refusals or not under:
        return False
    return _served_as_soon(asked, under, asked.at - EVIDENCE_FOR) >= _CLEAR_SKY


def _still_alone(name: str, pace: Pace, under: Sequence[Sighting]) -> bool:
    """Say whether a source was found to be refused alone before, and nothing has spoken against it since."""
    found = next((one for one in pace.findings if one.source_id == name and one.rule in {"alone", "refused"}), None)
    if found is None or found.rule != "alone":
        return False
    since = [one for one in under if one.at > found.at]
    return not any(served(one) if one.source_id == name else refused(one) for one in since)


def _of_the_domain(asked: Asked, sightings: Sequence[Sighting]) -> Verdict | None:
    host = asked.host
    own = next((one for one in sightings if one.host == host), None)
    other = next((one for one in sightings if one.host != host), None)
    turned_away = {one.host for one in sightings if one.host != host and refused(one) and asked.at - one.at <= _SOON}
    if other is None or not turned_away:
        return None
    rested = asked.at - own.at if own is not None else None
    since_other = asked.at - other.at
    if rested is not None and rested < max(_AT_ONCE, 4 * since_other):
        return None
    quiet = f"had rested for {spell(rested)}" if rested is not None else "had not been asked before"
    evidence = (
        f"{host} {quiet} and was refused {spell(since_other)} after {other.host}; "
        f"{len(turned_away)} more of {asked.family} refused within the hour"
    )
    return Verdict(Scope.DOMAIN, evidence)


def reach_of_failure(asked: Asked, key: str, sightings: Sequence[Sighting]) -> tuple[Scope, datetime]:
    """Find out what a failure is about, and since when.

    The host (or whatever bears the key), when nobody was served since it began and at least two sources that were
    well before have met it, or five of which nothing was known: lists of feeds hold dead ones. A source that is alone
    under its key stands for it. The route otherwise.
    """
    if asked.outcome in _NOT_OF_THE_HOST or asked.poll.status in _NOT_FOR_US:
        return Scope.ROUTE, asked.at
    under = [one for one in sightings if one.pace_key == key]
    run = list(takewhile(lambda one: not served(one), under))
    since = run[-1].at if run else asked.at
    if all(one.source_id == asked.source.id for one in under):
        return Scope.HOST, since
    before = under[len(run) :]
    struck = {one.source_id for one in run} | {asked.source.id}
    last = {one.source_id: one for one in reversed(before)}
    well = sum(name in last and served(last[name]) for name in struck)
    strangers = sum(name not in last for name in struck)
    return (Scope.HOST if well >= _ENOUGH or well + strangers >= _MANY else Scope.ROUTE), since


def served_at(sightings: Sequence[Sighting], belongs: Callable[[Sighting], bool]) -> Iterator[datetime]:
    """Give the moments at which requests were served, newest first."""
    return (one.at for one in sightings if served(one) and belongs(one))
