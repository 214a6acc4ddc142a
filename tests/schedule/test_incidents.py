"""From symptoms to incidents: lives of sources, hour by hour, and what of them was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aggregator.model.incident import Incident, IncidentKind, Symptom
from aggregator.schedule.incidents import watch
from tests.builders import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def live(hours: int, is_seen: Callable[[int], bool], kind: IncidentKind, *, since: bool = True) -> list[Incident]:
    """Look every hour; give all incidents that were opened, as they are in the end."""
    going: dict[str, Incident] = {}
    over: list[Incident] = []
    began = NOON
    for hour in range(hours):
        now = NOON + hour * HOUR
        if not is_seen(hour - 1):
            began = now
        seen = [Symptom(kind=kind, subject="wire", since=began if since else now)] if is_seen(hour) else []
        watched = watch(list(going.values()), seen, now)
        for blip in watched.blips:
            del going[blip.id]
        going |= {one.id: one for one in watched.kept}
        over += [one for one in watched.kept if one.closed_at]
        going = {name: one for name, one in going.items() if not one.closed_at}
    return over + [one for one in going.values() if one.opened_at]


@pytest.mark.parametrize(
    ("kind", "first", "last", "opened", "closed"),
    [
        # A source that fails for 23 hours had a bad day.
        (IncidentKind.SOURCE_DOWN, 5, 28, None, None),
        (IncidentKind.SOURCE_DOWN, 5, 30, 29, 30),
        (IncidentKind.SOURCE_DOWN, 5, 300, 29, 300),
        (IncidentKind.SOURCE_MOVED, 5, 100, 5, 100),
        (IncidentKind.SOURCE_FLOOD, 5, 6, None, None),
        (IncidentKind.SOURCE_FLOOD, 5, 30, 6, 30),
        (IncidentKind.SOURCE_SILENT, 5, 28, None, None),
        (IncidentKind.SOURCE_SILENT, 5, 100, 29, 100),
        (IncidentKind.TOPIC_SILENT, 5, 100, 11, 100),
        (IncidentKind.TOPIC_FLOOD, 5, 6, None, None),
        (IncidentKind.TOPIC_FLOOD, 5, 30, 6, 30),
        (IncidentKind.RULE_IDLE, 5, 28, None, None),
        (IncidentKind.RULE_IDLE, 5, 100, 29, 100),
        (IncidentKind.TARGET_DOWN, 5, 100, 5, 100),
    ],
)
def test_a_trouble_is_one_incident_and_a_blip_is_none(kind, first, last, opened, closed):
    found = live(400, lambda hour: first <= hour < last, kind)
    told = [(one.opened_at, one.closed_at) for one in found]
    expected = [] if opened is None else [(NOON + opened * HOUR, NOON + closed * HOUR)]
    assert told == expected


def test_a_source_that_answers_now_and_then_is_one_incident():
    # Down for 40 hours, well for 6, over and over for two weeks; then well.
    found = live(500, lambda hour: hour < 336 and hour % 46 < 40, IncidentKind.SOURCE_DOWN)
    assert len(found) == 1
    assert found[0].closed_at is not None


def test_a_source_that_comes_back_for_a_day_and_fails_again_is_two():
    found = live(500, lambda hour: hour < 60 or 100 <= hour < 160, IncidentKind.SOURCE_DOWN)
    assert len(found) == 2


def test_two_blips_are_not_added_up():
    assert live(400, lambda hour: hour % 25 < 20, IncidentKind.SOURCE_DOWN, since=True) == []


def test_what_went_on_before_anybody_looked_counts_for_sources_that_are_down():
    symptom = Symptom(kind=IncidentKind.SOURCE_DOWN, subject="wire", since=NOON - 2 * DAY, facts=(("errors", 9),))
    (incident,) = watch([], [symptom], NOON).kept
    assert (incident.noticed_at, incident.opened_at, incident.facts) == (NOON - 2 * DAY, NOON, (("errors", 9),))


def test_what_goes_on_changes_nothing_that_was_told():
    symptom = Symptom(kind=IncidentKind.SOURCE_DOWN, subject="wire", since=NOON - 2 * DAY, facts=(("errors", 9),))
    (incident,) = watch([], [symptom], NOON).kept
    worse = Symptom(kind=IncidentKind.SOURCE_DOWN, subject="wire", since=NOON - 2 * DAY, facts=(("errors", 99),))
    assert watch([incident], [worse], NOON + DAY).kept == ()


def test_incidents_of_one_subject_are_told_apart():
    moments: list[datetime] = [NOON, NOON + DAY]
    ids = {
        Incident(kind=kind, subject=subject, noticed_at=NOON, seen_at=at).id
        for kind in IncidentKind
        for subject in ("a", "b")
        for at in moments
    }
    assert len(ids) == 4 * len(IncidentKind)
