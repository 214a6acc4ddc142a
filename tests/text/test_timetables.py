"""Moments of a timetable, also on the days on which clocks are set."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from aggregator.model.timetable import Timetable
from aggregator.text.timetables import last_moment, next_moment


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "clock", "now", "last", "following"),
    [
        ("UTC", "07:00", "2026-11-25T07:00", "2026-11-25T07:00", "2026-11-26T07:00"),
        ("UTC", "07:00", "2026-11-25T06:59", "2026-11-24T07:00", "2026-11-25T07:00"),
        ("Asia/Kolkata", "00:10", "2026-11-25T18:39", "2026-11-24T18:40", "2026-11-25T18:40"),
        # London sets its clocks forward on 29 March 2026, from 01:00 to 02:00, and back on 25 October.
        ("Europe/London", "07:00", "2026-03-28T23:00", "2026-03-28T07:00", "2026-03-29T06:00"),
        ("Europe/London", "01:30", "2026-03-29T00:00", "2026-03-28T01:30", "2026-03-29T01:30"),
        ("Europe/London", "01:30", "2026-10-25T01:00", "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_a_time_of_day_is_that_of_the_clocks_on_the_wall(zone, clock, now, last, following):
    timetable = Timetable(at=time.fromisoformat(clock), zone=zone)
    assert last_moment(timetable, at(now)) == at(last)
    assert next_moment(timetable, at(now)) == at(following)


def test_each_day_of_a_year_has_one_moment():
    timetable = Timetable(at=time(2, 30), zone="America/New_York")
    moment, days = at("2026-01-01T00:00"), []
    while len(days) < 365:
        moment = next_moment(timetable, moment)
        days.append(moment)
        assert last_moment(timetable, moment) == moment
        assert last_moment(timetable, moment + timedelta(seconds=1)) == moment
    assert len({day.date() for day in days}) == 365


def test_only_some_days_count():
    timetable = Timetable(at=time(9), days=frozenset({0, 3}))
    found, moment = [], at("2026-11-25T12:00")
    for _ in range(4):
        moment = next_moment(timetable, moment)
        found.append(moment.strftime("%a"))
    assert found == ["Thu", "Mon", "Thu", "Mon"]
