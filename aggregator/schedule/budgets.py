"""What a host allows: learned from refusals, relaxed with care, and never more than was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model.pace import Finding, Pace, Scope, Service, Sighting
from aggregator.model.source import DAY, SourceCondition
from aggregator.schedule.conclude import Conclusion
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
from aggregator.schedule.told_limits import ToldLimit, told_limit
from aggregator.schedule.wishes import LONGEST_WISH
from aggregator.text.digests import digest64

FIRST_GUESS = timedelta(minutes=1)
"""Publishers count by the minute, by the hour, by the day: the first guess at a limit that nobody tells."""
FIRST_MOST = timedelta(minutes=10)
"""One refusal alone makes no spacing longer than this."""
LONGEST_SPACING = timedelta(hours=6)
FIRST_HOLD = timedelta(minutes=5)
LONGEST_HOLD = DAY
HEARD_AFTER = timedelta(hours=4)
"""When one source is told to wait for longer although all was well, its neighbours are heard after so long."""
ENOUGH_SERVED = 20
"""Requests that a spacing has to serve before a shorter one is tried."""
LONGEST_PATIENCE = timedelta(days=30)
SHORTEST_PROBE = timedelta(minutes=15)
LONGEST_PROBE = DAY
KEPT_FINDINGS = 12
_JITTER = 0.1
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What one request taught of its host.

    Attributes:
        pace: From now on; None when there is nothing to remember.
        scope: How far its refusal or failure reaches; None when it was served.
        retry_after: How long the source waits although its own failures would say otherwise; None: as they say.
        why: The reason for that.
        halted: The pace key or the domain under which nothing that was claimed may be asked now; empty: none.
    """

    pace: Pace | None = None
    scope: Scope | None = None
    retry_after: timedelta | None = None
    why: str = ""
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
        after = _found(after, asked, _scope_of(pace), "recovered", evidence)
    after = _as_told(after, asked, told) if told or pace.told else _relaxed(after, asked)
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
    return _with(replace(cleared, refused_until=None, refusals=0), finding)


def _told(asked: Asked) -> ToldLimit | None:
    told = told_limit(asked.headers, asked.at)
    return told if told is not None and told.spacing > max(asked.source.spacing, _SECOND) else None


def _as_told(pace: Pace, asked: Asked, told: ToldLimit | None) -> Pace:
    """Take a limit as the server states it; when it states none any more, it has to be unlearned with care."""
    if told is None:
        return replace(pace, told=False, served=0, set_at=asked.at)
    spacing = min(told.spacing, LONGEST_SPACING)
    after = replace(pace, spacing=spacing, told=True, sure=None, too_short=None, served=0, set_at=asked.at)
    if pace.told:
        return after
    return _found(after, asked, _scope_of(pace), "told", f"{told.why}: one request every {spell(spacing)}")


def _relaxed(pace: Pace, asked: Asked) -> Pace:
    """Try a shorter spacing once the one in force has stood for long enough: half of it, or nearer to what failed."""
    if pace.spacing is None or pace.set_at is None or pace.served < ENOUGH_SERVED:
        return pace
    if asked.at - pace.set_at < pace.patience:
        return pace
    below = pace.too_short or timedelta()
    shorter = max(pace.spacing / 2, (pace.spacing + below) / 2)
    if shorter > 0.9 * pace.spacing:
        # As near as it is worth; only whether the limit has been lifted is asked again, ever more rarely.
        return replace(pace, sure=None, too_short=None, served=0, set_at=asked.at, patience=_doubled(pace.patience))
    if shorter <= max(asked.source.spacing, _SECOND):
        after = replace(Pace(key=pace.key), findings=pace.findings)
        evidence = f"nobody was refused for {spell(pace.patience)}: asked as configured again"
        return _found(after, asked, _scope_of(pace), "lifted", evidence)
    after = replace(pace, spacing=shorter, sure=pace.spacing, served=0, set_at=asked.at)
    evidence = f"{pace.served} served at {spell(pace.spacing)}: {spell(shorter)} is tried"
    return _found(after, asked, _scope_of(pace), "relaxed", evidence)


def _after_refusal(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Weighed:
    verdict = reach_of_refusal(asked, pace, sightings)
    if verdict.scope is Scope.ROUTE:
        return Weighed(pace=_acquitted(pace, asked, verdict), scope=Scope.ROUTE)
    shared = verdict.scope is Scope.DOMAIN and not pace.merged
    key = asked.family if shared else pace.key
    times = list(served_at(sightings, lambda one: shared or one.pace_key == key))
    last = next((one.at for one in sightings if shared or one.pace_key == key), None)
    tightened = _tightened(pace, asked, times, asked.at - last if last is not None else None)
    hold, refused_until = _hold(asked, tightened), None
    if hold > HEARD_AFTER and not shared and met_alone(asked, pace, sightings):
        hold, refused_until = HEARD_AFTER, asked.at + hold
    after = replace(
        tightened,
        key=key,
        merged=shared or pace.merged,
        hold_until=max(_believable(pace.hold_until, asked.at), asked.at + hold),
        next_at=asked.at + (tightened.spacing or timedelta()),
        refusals=pace.refusals + 1,
        refused_until=refused_until,
        trouble="",
        trouble_since=None,
    )
    evidence = f"{verdict.evidence}: held {spell(hold)}, then one request every {spell(after.spacing or hold)}"
    after = _found(after, asked, verdict.scope, "shared" if shared else "refused", evidence)
    return Weighed(pace=after, scope=verdict.scope, halted=asked.family)


def _tightened(pace: Pace, asked: Asked, times: Iterable[datetime], gap: timedelta | None) -> Pace:
    """Find the spacing that the refusal asks for; one that was on trial gives way to the one that was sure."""
    before = pace.spacing
    if pace.sure is not None and asked.retry_after is None:
        learned = pace.sure
    else:
        least = pace.sure or (before * 1.25 if before is not None else timedelta())
        learned = max(_spacing_shown(asked, times, gap), least)
    # A long wait may be a penalty: how slow it has to be is found out step by step.
    most = min(max(FIRST_MOST, 3 * before) if before is not None else FIRST_MOST, LONGEST_SPACING)
    spacing = max(min(learned, most), asked.source.spacing, _SECOND)
    patience = _doubled(pace.patience) if pace.sure is not None else pace.patience
    too_short = before if pace.sure is not None else pace.too_short
    return replace(
        pace,
        spacing=spacing,
        told=False,
        sure=None,
        too_short=too_short if too_short is not None and too_short < spacing else None,
        served=0,
        set_at=asked.at,
        patience=patience,
    )


def _spacing_shown(asked: Asked, times: Iterable[datetime], gap: timedelta | None) -> timedelta:
    """Say which spacing would have avoided a refusal.

    With the time at which it ends (Retry-After), the last n requests that were served show a limit of n in the time
    from the first of them until then, for every n; the loosest of these is believed. Without it the guess is a
    minute, or three times the gap that was too short.
    """
    wait = asked.retry_after
    if wait is None:
        return max(FIRST_GUESS, 3 * gap if gap is not None and gap < LONGEST_SPACING / 3 else FIRST_GUESS)
    free_at = asked.at + wait
    return min(((free_at - at) / count for count, at in enumerate(times, start=1)), default=FIRST_GUESS)


def _hold(asked: Asked, pace: Pace) -> timedelta:
    wait = asked.retry_after
    if wait is not None:
        return min(wait, LONGEST_WISH)
    times = 1 << 2 * min(pace.refusals, 10)
    return min(max(pace.spacing or FIRST_HOLD, FIRST_HOLD) * times, LONGEST_HOLD)


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
    return _found(after, asked, Scope.ROUTE, "alone", f"{verdict.evidence}: it waits alone")


def _after_failure(asked: Asked, pace: Pace, sightings: Sequence[Sighting]) -> Weighed:
    scope, since = reach_of_failure(asked, pace.key, sightings)
    next_at = asked.at + pace.spacing if pace.spacing else None
    if scope is Scope.ROUTE and not pace.trouble:
        return Weighed(pace=replace(pace, next_at=next_at) if next_at else None, scope=scope)
    since = pace.trouble_since or since
    probe = min(max((asked.at - since) / 8, SHORTEST_PROBE), LONGEST_PROBE)
    scope = _scope_of(pace)
    wait = max(probe, asked.source.every.shortest)
    why = f"{pace.key} answers nobody ({asked.outcome}) since {since:%Y-%m-%d %H:%M}: one probe every {spell(probe)}"
    if not pace.trouble and all(one.source_id == asked.source.id for one in sightings if one.pace_key == pace.key):
        return Weighed(pace=replace(pace, next_at=next_at) if next_at else None, scope=scope, retry_after=wait, why=why)
    after = replace(pace, trouble=asked.outcome, trouble_since=since, next_at=asked.at + probe)
    if not pace.trouble:
        evidence = (
            f"{asked.source.id} and others fail ({asked.outcome}), nobody is served: one at a time is asked as a probe"
        )
        after = _found(after, asked, scope, "outage", evidence)
    return Weighed(pace=after, scope=scope, retry_after=wait, why=why, halted=pace.key)


def retimed(conclusion: Conclusion, asked: Asked, weighed: Weighed) -> Conclusion:
    """Let a source that failed with all its neighbours come back when its host may, not when its own errors say."""
    state = conclusion.state
    held = state.hold_until is not None and state.hold_until > asked.at
    if weighed.retry_after is None or held or state.condition is not SourceCondition.FAILING:
        return conclusion
    fraction = (digest64("probe", asked.source.id, asked.at.isoformat()) & 0xFFFF_FFFF) / 2**32
    at = asked.at + weighed.retry_after * (1 + _JITTER * fraction)
    if state.next_poll_at is None or state.next_poll_at <= at:
        return conclusion
    return replace(
        conclusion,
        state=replace(state, next_poll_at=at, next_poll_why=weighed.why),
        poll=replace(conclusion.poll, next_poll_at=at, next_poll_why=weighed.why),
    )


def _found(pace: Pace, asked: Asked, scope: Scope, rule: str, evidence: str) -> Pace:
    """Remember what this request showed, in the place of the last finding of its kind."""
    return _with(pace, Finding(asked.at, asked.source.id, scope, rule, evidence))


def _with(pace: Pace, finding: Finding) -> Pace:
    others = (one for one in pace.findings if _kind(one) != _kind(finding))
    return replace(pace, findings=(finding, *others)[:KEPT_FINDINGS])


def _kind(finding: Finding) -> tuple[str, str]:
    """Tell findings apart that are kept beside each other: refusals are told for each source."""
    of_one = finding.rule in {"refused", "shared", "alone"}
    return finding.rule, finding.source_id if of_one else ""


def _scope_of(pace: Pace) -> Scope:
    return Scope.DOMAIN if pace.merged else Scope.HOST


def _doubled(patience: timedelta) -> timedelta:
    return min(2 * patience, LONGEST_PATIENCE)
