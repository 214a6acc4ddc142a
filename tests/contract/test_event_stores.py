"""What every store does for watching over the aggregator itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.model.incident import Incident, IncidentKind, Pulse, SourceSight, TopicSight
from aggregator.model.source import Move, SourceCondition
from aggregator.model.verdict import Ask, ChangeSet, Known, PollRecord
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import bring, deciding, new
from tests.contract.test_announce_stores import SITE

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
WORLD, RULED = make_topic("world"), make_topic("ruled", match="nothing")
MOVE = Move(at=NOON, from_url="https://a.example/", to_url="https://b.example/", why="308")


def incident(number: int = 1, **changes: object) -> Incident:
    values = {"kind": IncidentKind.SOURCE_DOWN, "subject": f"s{number}", "noticed_at": NOON - DAY, "seen_at": NOON}
    return Incident(**(values | changes))  # type: ignore[arg-type]


async def change(store: Store, source_id: str, outcome: str, at: datetime = NOON, **state: object) -> None:
    def decide(known: Known) -> ChangeSet:
        return ChangeSet(state=replace(known.state, **state), poll=PollRecord(at=at, outcome=outcome))  # type: ignore[arg-type]

    await store.transact(Ask(source_id=source_id, version=None), decide)


async def test_of_sources_only_those_are_seen_that_may_be_amiss(store: Store):
    await store.sync_sources([make_source("well"), make_source("down"), make_source("moved")], NOON)
    failing = {"errors": 4, "condition": SourceCondition.FAILING, "first_error_at": NOON - DAY}
    await change(store, "down", "http_5xx", **failing)
    await change(store, "moved", "new", moves=(MOVE,), last_ok_at=NOON)
    seen = (await store.sights([], NOON)).sources
    assert seen == (
        SourceSight(
            id="down",
            condition=SourceCondition.FAILING,
            errors=4,
            first_error_at=NOON - DAY,
            outcome="http_5xx",
        ),
        SourceSight(id="moved", condition=SourceCondition.OK, last_ok_at=NOON, moves=(MOVE,), outcome="new"),
    )


async def test_a_source_that_brought_much_and_then_nothing_is_seen_with_its_rhythm(store: Store):
    await store.sync_sources([make_source()], NOON)
    for day in range(10):
        await bring(store, new(make_entry(str(day))), at=NOON + day * DAY)
    assert (await store.sights([], NOON + 10 * DAY)).sources == ()
    (seen,) = (await store.sights([], NOON + 11 * DAY)).sources
    assert seen.news == Pulse(count=10, first_at=NOON, last_at=NOON + 9 * DAY)


async def test_topics_are_seen_with_what_belongs_to_them_and_what_they_announced_of_late(store: Store):
    await store.sync_sources([make_source()], NOON)
    for day in (0, 30, 40):
        at = NOON + day * DAY
        await bring(store, new(make_entry(str(day))), at=at)
        await store.curate(99, deciding("world"))
        await store.announce(WORLD, at, lambda view, at=at: compose(view, at, SITE))  # type: ignore[misc]
    sights = await store.sights([WORLD, RULED], NOON + 40 * DAY)
    late = Pulse(count=2, lately=1, first_at=NOON + 30 * DAY, last_at=NOON + 40 * DAY)
    assert sights.topics == (
        TopicSight(slug="world", ruled=False, matches=3, news=late),
        TopicSight(slug="ruled", ruled=True),
    )
    assert sights.kept == Pulse(count=3, first_at=NOON, last_at=NOON + 40 * DAY)


async def test_incidents_are_kept_changed_and_forgotten(store: Store):
    first, second = incident(1, facts=(("errors", 9), ("outcome", "dns"))), incident(2)
    await store.keep_incidents([first, second], [])
    assert set(await store.incidents_going()) == {first, second}
    assert (await store.events(9)).incidents == ()
    opened = replace(first, opened_at=NOON + DAY)
    await store.keep_incidents([opened], [second])
    assert await store.incidents_going() == (opened,)
    events = await store.events(9)
    assert events.incidents == (opened,)
    assert events.authority.startswith("t.example,")
    over = replace(opened, calm_at=NOON + 2 * DAY, closed_at=NOON + 2 * DAY)
    await store.keep_incidents([over], [])
    assert await store.incidents_going() == ()
    assert (await store.events(9)).incidents == (over,)


async def test_events_are_listed_by_when_they_were_opened(store: Store):
    opened = [incident(number, opened_at=NOON + number * DAY) for number in (2, 3, 1)]
    await store.keep_incidents(opened, [])
    assert [one.subject for one in (await store.events(2)).incidents] == ["s3", "s2"]


async def test_one_subject_may_have_the_same_trouble_again(store: Store):
    over = incident(opened_at=NOON, closed_at=NOON + DAY)
    await store.keep_incidents([over], [])
    again = incident(seen_at=NOON + 2 * DAY)
    await store.keep_incidents([again], [])
    assert await store.incidents_going() == (again,)


async def test_incidents_are_forgotten_a_year_after_their_end(store: Store):
    over, going = incident(1, opened_at=NOON, closed_at=NOON), incident(2, opened_at=NOON)
    await store.keep_incidents([over, going], [])
    await store.prune(NOON + 364 * DAY)
    assert len((await store.events(9)).incidents) == 2
    await store.prune(NOON + 366 * DAY)
    assert (await store.events(9)).incidents == (going,)
