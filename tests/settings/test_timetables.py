"""What is read as a timetable, and what is said of all else."""

from __future__ import annotations

from datetime import time

import pytest

from aggregator.model.timetable import EVERY_DAY, Timetable
from aggregator.settings.timetables import format_timetable, parse_timetable
from aggregator.settings.units import Unfit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("daily at 07:00 Europe/London", Timetable(at=time(7), zone="Europe/London")),
        ("daily at 7:05", Timetable(at=time(7, 5))),
        ("  Weekdays  at 18:30 UTC", Timetable(at=time(18, 30), days=frozenset(range(5)))),
        ("mondays, Thursday at 00:00", Timetable(at=time(0), days=frozenset({0, 3}))),
    ],
)
def test_what_people_write_is_read_and_written_back(text, expected):
    read = parse_timetable(text)
    assert read == expected
    assert parse_timetable(format_timetable(read)) == expected
    assert read.days <= EVERY_DAY


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("at seven", "expected a time", "daily"),
        ("daily at 24:00", "24:00 is no time of day", "23:59"),
        ("daily at 07:00 Europe/Londn", "no time zone", "Europe/London"),
        ("daily at 07:00 ../../etc/passwd", "no time zone", ""),
        ("modays at 07:00", "'modays' is no day", "monday"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_was_meant(text, what, hint):
    with pytest.raises(Unfit, match=what) as caught:
        parse_timetable(text)
    assert hint in caught.value.hint
