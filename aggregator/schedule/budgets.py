"""What a host allows: learned from refusals, relaxed with care, and never more than was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model.pace import Finding, Pace, Scope, Service, Sighting
from aggregator.model.source import DAY, SourceCondition
from aggregator.schedule.conclude import Conclusion
from aggregator.schedule.due import due
from aggregator.schedule.durations import spell
from aggregator.schedule.evidence import (
    Asked,
    Verdict,
    met_alone,
    reach_of_failure,
    reach_of_refusal,
    served_at,
    service_of,
)
from aggregator.schedule.findings import found, noted, scope_of
from aggregator.schedule.interval import Interval, resting
from aggregator.schedule.spacing import LONGEST_SPACING, SECOND, hold_for, relaxed, tightened
from aggregator.schedule.told_limits import ToldLimit, told_limit
from aggregator.schedule.wishes import LONGEST_WISH

HEARD_AFTER = timedelta(hours=12)
"""When one source is told to wait for longer although all was well, its neighbours are heard after so long."""
SHORTEST_PROBE = timedelta(minutes=15)
LONGEST_PROBE = DAY
SEVERAL_ERRORS = 4
AFTER_SEVERAL = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What one request taught of its host.

    Attributes:
        pace: From now on; None when there is nothing to remember.
        scope: How far its refusal or failure reaches; None when it was served.
        retry_after: How long the source waits although its own failures would say otherwise; None: as they say.
        why: The reason for that.
        freed: The source is not held for its own refusal: the pace of its host was wrong, and drew this lot for it.
        halted: The pace key or the domain under which nothing that was claimed may be asked now; empty: none.
    """

    pace: Pace | None = None
    scope: Scope | None = None
    retry_after: timedelta | None = None
    why: str = ""
    freed: bool = False
    halted: str = ""


def weigh(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Weighed:
    """Learn from one request what its host allows.

    Args:
        asked: The request and its outcome.
        pace: What was known before, of the key in force.
        sightings: Of the registrable domain or host group in the last day, newest first; only failures need them.
    """
    neighbours = [one for one in sightings if one.pace_key == pace.key]
    match service_of(asked, neighbours):
        case Service.SERVED:
            return Weighed(pace=_after_service(asked, pace))
        case Service.REFUSED:
            return _after_refusal(asked, pace, sightings)
        case Service.FAILED:
            return _after_failure(asked, pace, sightings)


def _after_service(asked: Asked, pace: Pace) -> Pace | None:
    told = _told(asked)
    if pace.refused_until is not None:
        pace = _heard(pace, asked)
    elif not (pace.paced or pace.refusals or told):
        return None
    after = replace(pace, refusals=0, trouble="", trouble_since=None, served=pace.served + 1)
    if pace.trouble_since is not None:
        length = spell(asked.at - pace.trouble_since)
        evidence = f"{asked.source.id} was served after {length} of failures: all are asked again"
        after = found(after, asked, scope_of(pace), "recovered", evidence)
    after = _as_told(after, asked, told) if told or pace.told else relaxed(after, asked)
    return replace(after, next_at=asked.at + after.spacing if after.spacing else None)


def _heard(pace: Pace, asked: Asked) -> Pace:
    """Clear the host when a neighbour is served before the time until which one source was told to wait."""
    refused = next((one for one in pace.findings if one.rule == "refused"), None)
    until = pace.refused_until
    if refused is None or until is None or asked.at >= until or refused.source_id == asked.source.id:
        return replace(pace, refused_until=None)
    evidence = (
        f"{asked.source.id} was served before {until:%Y-%m-%d %H:%M}, when {refused.source_id} may be asked again"
    )
    cleared = pace
    if {one.source_id for one in pace.findings if one.rule in {"refused", "shared"}} == {refused.source_id}:
        cleared = replace(Pace(key=pace.key), findings=pace.findings)
    finding = Finding(asked.at, refused.source_id, Scope.ROUTE, "alone", f"{evidence}: it waits alone")
    return noted(replace(cleared, refused_until=None, refusals=0), finding)


def _told(asked: Asked) -> ToldLimit | None:
    told = told_limit(asked.headers, asked.at)
    return told if told is not None and told.spacing > max(asked.source.spacing, SECOND) else None


def _as_told(pace: Pace, asked: Asked, told: ToldLimit | None) -> Pace:
    """Take a limit as the server states it; when it states none any more, it has to be unlearned with care."""
    if told is None:
        return replace(pace, told=False, served=0, set_at=asked.at)
    spacing = min(told.spacing, LONGEST_SPACING)
    after = replace(pace, spacing=spacing, told=True, sure=None, too_short=None, served=0, set_at=asked.at)
    if pace.told:
        return after
    return found(after, asked, scope_of(pace), "told", f"{told.why}: one request every {spell(spacing)}")


def _after_refusal(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Weighed:
    verdict = reach_of_refusal(asked, pace, sightings)
    if verdict.scope is Scope.ROUTE:
        return Weighed(pace=_acquitted(pace, asked, verdict), scope=Scope.ROUTE)
    shared = verdict.scope is Scope.DOMAIN and not pace.merged
    key = asked.family if shared else pace.key
    times = list(served_at(sightings, lambda one: shared or one.pace_key == key))
    last = next((one.at for one in sightings if shared or one.pace_key == key), None)
    slower = tightened(pace, asked, times, asked.at - last if last is not None else None)
    hold, refused_until = hold_for(asked, slower), None
    if hold > HEARD_AFTER and not shared and met_alone(asked, pace, sightings):
        hold, refused_until = HEARD_AFTER, asked.at + hold
    after = replace(
        slower,
        key=key,
        merged=shared or pace.merged,
        hold_until=max(_believable(pace.hold_until, asked.at), asked.at + hold),
        next_at=asked.at + (slower.spacing or timedelta()),
        refusals=pace.refusals + 1,
        refused_until=refused_until,
        trouble="",
        trouble_since=None,
    )
    evidence = f"{verdict.evidence}: held {spell(hold)}, then one request every {spell(after.spacing or hold)}"
    after = found(after, asked, verdict.scope, "shared" if shared else "refused", evidence)
    weighed = Weighed(pace=after, scope=verdict.scope, halted=asked.family)
    if asked.retry_after is not None or pace.spacing is None or _is_alone(asked, pace, sightings):
        return weighed
    wait = max(hold, asked.source.every.shortest)
    return replace(weighed, retry_after=wait, freed=True, why=f"{key} was asked too soon: again with its neighbours")


def _is_alone(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> bool:
    return all(one.source_id == asked.source.id for one in sightings if one.pace_key == pace.key)


def _believable(hold_until: datetime | None, now: datetime) -> datetime:
    """Take an earlier hold, unless only a wrong clock can have written it."""
    return now if hold_until is None or hold_until > now + 2 * LONGEST_WISH else hold_until


def _acquitted(pace: Pace, asked: Asked, verdict: Verdict) -> Pace | None:
    """Take back what one route alone has brought upon its host."""
    last = pace.findings[0] if pace.findings else None
    if last is not None and last.rule == "alone" and last.source_id == asked.source.id:
        return replace(pace, next_at=asked.at + pace.spacing) if pace.spacing is not None else None
    blamed = {one.source_id for one in pace.findings if one.rule in {"refused", "shared"}}
    after = pace
    if pace.spacing is not None and not pace.told and blamed == {asked.source.id}:
        after = replace(Pace(key=pace.key), findings=pace.findings)
    elif pace.spacing is not None:
        after = replace(pace, next_at=asked.at + pace.spacing)
    return found(after, asked, Scope.ROUTE, "alone", f"{verdict.evidence}: it waits alone")


def _after_failure(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Weighed:
    scope, since = reach_of_failure(asked, pace.key, sightings)
    next_at = asked.at + pace.spacing if pace.spacing else None
    if scope is Scope.ROUTE and not pace.trouble:
        return Weighed(pace=replace(pace, next_at=next_at) if next_at else None, scope=scope)
    since = pace.trouble_since or since
    probe = min(max((asked.at - since) / 8, SHORTEST_PROBE), LONGEST_PROBE)
    scope = scope_of(pace)
    wait = max(probe, asked.source.every.shortest)
    why = f"{pace.key} answers nobody ({asked.outcome}) since {since:%Y-%m-%d %H:%M}: one probe every {spell(probe)}"
    if not pace.trouble and _is_alone(asked, pace, sightings):
        return Weighed(pace=replace(pace, next_at=next_at) if next_at else None, scope=scope, retry_after=wait, why=why)
    after = replace(pace, trouble=asked.outcome, trouble_since=since, next_at=asked.at + probe)
    if not pace.trouble:
        evidence = (
            f"{asked.source.id} and others fail ({asked.outcome}), nobody is served: one at a time is asked as a probe"
        )
        after = found(after, asked, scope, "outage", evidence)
    return Weighed(pace=after, scope=scope, retry_after=wait, why=why, halted=pace.key)


def retimed(conclusion: Conclusion, asked: Asked, weighed: Weighed) -> Conclusion:
    """Let a source that failed for its host come back when its host may, not when its own errors say.

    It comes no sooner than its rhythm and the hours that its publisher skips allow, and after several errors in a row
    no sooner than in two hours: whoever watches one address sees nothing of its neighbours.
    """
    state = replace(conclusion.state, hold_until=None) if weighed.freed else conclusion.state
    held = state.hold_until is not None and state.hold_until > asked.at
    if weighed.retry_after is None or held or state.condition is not SourceCondition.FAILING:
        return conclusion
    least = AFTER_SEVERAL if state.errors >= SEVERAL_ERRORS else timedelta()
    length = max(weighed.retry_after, resting(asked.source, state).length, least)
    following = due(asked.source, Interval(length, weighed.why), (), hints=state.hints, now=asked.at)
    if following.at is None or state.next_poll_at is None or state.next_poll_at <= following.at:
        return conclusion
    return replace(
        conclusion,
        state=replace(state, next_poll_at=following.at, next_poll_why=following.why),
        poll=replace(conclusion.poll, next_poll_at=following.at, next_poll_why=following.why),
    )
