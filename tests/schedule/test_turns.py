from __future__ import annotations

from datetime import timedelta

from aggregator.model.pace import Turn
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import Claim, SourceState
from aggregator.schedule import sort_out
from tests.builders import NOON, make_source

TURN = Turn(key="a.example", spacing=timedelta(seconds=1), family="a.example", host="a.example", due_at=NOON)


def claim(name: str, turn: Turn | None = TURN, **hints: tuple[int | str, ...]) -> Claim:
    return Claim(make_source(name), SourceState(source_id=name, hints=ScheduleHints(**hints)), turn)


def test_a_turn_that_comes_in_a_skipped_hour_is_put_off_to_the_first_that_is_not():
    timely, put_off = sort_out([claim("a"), claim("b", skip_hours=(12, 13)), claim("c", skip_hours=(11,))], NOON)
    assert [one.source.id for one in timely] == ["a", "c"]
    (later,) = put_off
    assert (later.source.id, later.turn.due_at.hour) == ("b", 14)
    assert "came late: skipHours" in later.turn.due_why


def test_days_are_skipped_too_and_a_document_that_skips_all_skips_nothing():
    _, (later,) = sort_out([claim("a", skip_days=("Monday",))], NOON)
    assert later.turn.due_at.date() == NOON.date() + timedelta(days=1)
    assert sort_out([claim("a", skip_hours=tuple(range(24)))], NOON)[1] == ()


def test_without_a_turn_there_is_nothing_to_put_off():
    assert sort_out([claim("a", None, skip_hours=(12,))], NOON)[1] == ()
