"""What is a symptom: a table of cases, each at a bound that it is on one side of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.incident import IncidentKind, Pulse, Sights, SourceSight, TopicSight
from aggregator.model.sending import TargetStatus, Way
from aggregator.model.source import Move, SourceCondition
from aggregator.schedule.symptoms import symptoms
from tests.builders import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLD = Pulse(count=500, first_at=NOON - 60 * DAY, last_at=NOON)


def source(**changes: object) -> SourceSight:
    values = {"id": "wire", "condition": SourceCondition.OK, "last_ok_at": NOON}
    return SourceSight(**(values | changes))  # type: ignore[arg-type]


def topic(**changes: object) -> TopicSight:
    return TopicSight(**({"slug": "world", "ruled": True, "matches": 9} | changes))  # type: ignore[arg-type]


def target(**changes: object) -> TargetStatus:
    return TargetStatus(**({"way": Way.HOOK, "topic": "world", "target": "chat"} | changes))  # type: ignore[arg-type]


def daily(per_day: int, silent: timedelta, *, days: int = 20) -> Pulse:
    last = NOON - silent
    return Pulse(count=per_day * days, first_at=last - days * DAY, last_at=last)


def move(age: timedelta) -> Move:
    return Move(at=NOON - age, from_url="https://a.example/?key=s3cr3t", to_url="https://b.example/", why="308")


def kinds(*sources: SourceSight, topics: tuple[TopicSight, ...] = (), **more: object) -> list[str]:
    found = symptoms(Sights(at=NOON, sources=sources, topics=topics, **more))  # type: ignore[arg-type]
    return [one.kind.value for one in found]


@pytest.mark.parametrize(
    ("sight", "expected"),
    [
        (source(errors=2, condition=SourceCondition.FAILING), []),
        (source(errors=3, condition=SourceCondition.FAILING), ["source-down"]),
        (source(errors=1, condition=SourceCondition.GONE), ["source-down"]),
        (source(errors=1, condition=SourceCondition.DEAD), ["source-down"]),
        (source(moves=(move(6 * DAY),)), ["source-moved"]),
        (source(moves=(move(8 * DAY),)), []),
        (source(moves=(move(HOUR), move(2 * HOUR))), ["source-moved", "source-moved"]),
        (source(held=1), ["source-flood"]),
        # Four a day: twelve are missed after three days.
        (source(news=daily(4, timedelta(hours=73))), ["source-silent"]),
        (source(news=daily(4, timedelta(hours=71))), []),
        # A hundred a day and a quiet weekend is none: less than three days are never told.
        (source(news=daily(100, 2 * DAY)), []),
        # One a day: after thirteen days.
        (source(news=daily(1, 11 * DAY)), []),
        (source(news=daily(1, 13 * DAY)), ["source-silent"]),
        (source(news=Pulse(count=9, first_at=NOON - 99 * DAY, last_at=NOON - 98 * DAY)), []),
        # A source that cannot be asked is not silent, and neither is one that was not asked since.
        (source(news=daily(4, 9 * DAY), errors=1), []),
        (source(news=daily(4, 9 * DAY), last_ok_at=NOON - 9 * DAY + HOUR), []),
    ],
)
def test_of_sources(sight, expected):
    assert kinds(sight) == expected


@pytest.mark.parametrize(
    ("sight", "expected"),
    [
        (topic(news=daily(4, timedelta(hours=73))), ["topic-silent"]),
        (topic(news=daily(4, timedelta(hours=71))), []),
        (topic(news=Pulse(count=160, lately=100, first_at=NOON - 21 * DAY, last_at=NOON)), ["topic-flood"]),
        (topic(news=Pulse(count=160, lately=19, first_at=NOON - 21 * DAY, last_at=NOON)), []),
        (topic(news=Pulse(count=600, lately=100, first_at=NOON - 21 * DAY, last_at=NOON)), []),
        # A topic of a week has no measure yet.
        (topic(news=Pulse(count=160, lately=100, first_at=NOON - 6 * DAY, last_at=NOON)), []),
        (topic(matches=0), ["rule-idle"]),
        (topic(matches=0, ruled=False), []),
    ],
)
def test_of_topics(sight, expected):
    assert kinds(topics=(sight,), kept=OLD) == expected


@pytest.mark.parametrize("kept", [Pulse(), Pulse(count=99, first_at=NOON - 60 * DAY), Pulse(count=999, first_at=NOON)])
def test_a_rule_is_not_idle_before_there_was_enough_to_match(kept):
    assert kinds(topics=(topic(matches=0),), kept=kept) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (target(waiting=1, oldest_at=NOON - 7 * HOUR, detail="h answered 503"), ["target-down"]),
        (target(waiting=1, oldest_at=NOON - 5 * HOUR, detail="h answered 503"), []),
        # What waits without a failure was not tried: nobody runs.
        (target(waiting=1, oldest_at=NOON - 7 * HOUR), []),
        (target(dead=1, dead_at=NOON), ["target-down"]),
        (target(dead=1, dead_at=NOON - HOUR, sent_at=NOON), []),
        (target(sent=9, sent_at=NOON), []),
    ],
)
def test_of_targets(status, expected):
    assert kinds(targets=(status,)) == expected


def test_symptoms_tell_no_address():
    found = symptoms(Sights(at=NOON, sources=(source(moves=(move(HOUR),), errors=5, outcome="http_4xx"),)))
    assert {one.kind for one in found} == {IncidentKind.SOURCE_DOWN, IncidentKind.SOURCE_MOVED}
    assert "example" not in repr(found)
    assert "s3cr3t" not in repr(found)
