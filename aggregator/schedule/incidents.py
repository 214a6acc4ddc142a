"""From symptoms to incidents: opened once confirmed, closed once calm, one for each trouble and none for a blip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.model.incident import Incident, IncidentKind, Symptom

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long a symptom has to last before it is told, and its absence before it is over.

    Attributes:
        began: Whether what counts is when it began, and not when it was seen first.
    """

    confirm: timedelta
    calm: timedelta
    began: bool = False


_PATIENCE: Final = {
    IncidentKind.SOURCE_DOWN: _Patience(_DAY, 12 * _HOUR, began=True),
    IncidentKind.SOURCE_MOVED: _Patience(timedelta(), timedelta()),
    IncidentKind.SOURCE_FLOOD: _Patience(_HOUR, _HOUR),
    IncidentKind.SOURCE_SILENT: _Patience(_DAY, timedelta()),
    IncidentKind.TOPIC_SILENT: _Patience(6 * _HOUR, timedelta()),
    IncidentKind.TOPIC_FLOOD: _Patience(_HOUR, 6 * _HOUR),
    IncidentKind.RULE_IDLE: _Patience(_DAY, timedelta()),
    IncidentKind.TARGET_DOWN: _Patience(timedelta(), _HOUR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What becomes of incidents.

    Attributes:
        kept: New and changed ones.
        blips: Those that are forgotten.
    """

    kept: tuple[Incident, ...] = ()
    blips: tuple[Incident, ...] = ()


def watch(going: Sequence[Incident], seen: Sequence[Symptom], now: datetime) -> Watched:
    """Say what becomes of the incidents that go on, in the light of what is seen now.

    An incident is told twice at most: when it is opened, with what was seen then, and when it is over. What comes
    and goes within its patience stays one incident.

    Args:
        going: Those that are not closed, at most one for each kind and subject.
        seen: Every symptom at this moment.
        now: The moment.
    """
    symptoms = {(one.kind, one.subject): one for one in seen}
    kept: list[Incident] = []
    blips: list[Incident] = []
    for incident in going:
        symptom = symptoms.pop((incident.kind, incident.subject), None)
        after = _goes_on(incident, symptom, now) if symptom else _calms(incident, now)
        if after is None:
            blips.append(incident)
        elif after != incident:
            kept.append(after)
    kept += [_begin(symptom, now) for symptom in symptoms.values()]
    return Watched(kept=tuple(kept), blips=tuple(blips))


def _begin(symptom: Symptom, now: datetime) -> Incident:
    incident = Incident(kind=symptom.kind, subject=symptom.subject, noticed_at=min(symptom.since, now), seen_at=now)
    return _goes_on(incident, symptom, now)


def _goes_on(incident: Incident, symptom: Symptom, now: datetime) -> Incident:
    incident = replace(incident, calm_at=None)
    patience = _PATIENCE[incident.kind]
    since = min(symptom.since, incident.seen_at) if patience.began else incident.seen_at
    if incident.opened_at is None and now - since >= patience.confirm:
        return replace(incident, opened_at=now, facts=symptom.facts)
    return incident


def _calms(incident: Incident, now: datetime) -> Incident | None:
    """Let an incident of which nothing is seen end; one that was never opened leaves no trace."""
    if incident.opened_at is None:
        return None
    calm_at = incident.calm_at or now
    if now - calm_at >= _PATIENCE[incident.kind].calm:
        return replace(incident, calm_at=calm_at, closed_at=calm_at)
    return replace(incident, calm_at=calm_at)
