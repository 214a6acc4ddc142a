"""Plan, over a small house and over a stored month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedTopic, Proposed, Shared
from aggregator.model.shape import Rate, Shape
from aggregator.model.source import Source
from aggregator.model.topic import Retroactive, Topic, TopicMode
from aggregator.pipeline.curate import with_context
from aggregator.pipeline.plan import Question, plan
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import OUTLETS, SITE, House, settled
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.pipeline.changing import play

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
FERRY, STORM = "Ferry aground off Malta coast", "Storm closes harbour of Valletta"
BOTH = "Ferry crew sits out the storm"
SOURCES = tuple(make_source(outlet) for outlet in OUTLETS)
(SHIPS,) = with_context([make_topic("ships", match="ferry")], SOURCES)


@pytest.fixture
async def house() -> House:
    """Let three stories be told: two about ferries, which are announced, and one about a storm."""
    house = await settled(FakeStore(), SHIPS)
    await house.arrive("ap", FERRY)
    await house.arrive("bbc", STORM, hours=24)
    await house.arrive("cnn", BOTH, hours=48)
    await house.curate()
    await house.announce(SHIPS, hours=48)
    return house


async def planned(
    house: House, *topics: Topic, sources: Sequence[Source] = SOURCES, days: float = 30, asked: str = ""
) -> Planned:
    proposed = Proposed(sources=tuple(sources), topics=topics, site=SITE)
    question = Question(since=days * DAY, asked=frozenset(filter(None, [asked])))
    return await plan(house.store, proposed, FakeClock(NOON + 4 * DAY), question)


def moves(one: PlannedTopic) -> dict[str, tuple[Mark, Fate]]:
    return {entry.title: (entry.mark, entry.fate) for entry in one.entries}


async def test_what_enters_and_leaves_is_told_with_what_readers_notice_of_it(house: House):
    found = await planned(house, replace(SHIPS, match="storm"))
    (one,) = found.topics
    assert (one.change, one.before, one.after, found.unchanged) == (Change.CHANGED, 2, 2, 0)
    assert moves(one) == {
        FERRY: (Mark.LEAVES, Fate.KEPT),
        BOTH: (Mark.STAYS, Fate.ANNOUNCED),
        STORM: (Mark.ENTERS, Fate.SILENT),
    }
    assert [entry.title for entry in one.entries] == [BOTH, STORM, FERRY]
    assert (one.moved, one.announced) == (1.0, 0)


async def test_what_enters_has_its_reason_and_what_leaves_the_clause_that_stops_it(house: House):
    (one,) = (await planned(house, replace(SHIPS, match="storm NOT crew"))).topics
    why = {entry.title: entry.reason.evidence for entry in one.entries}
    assert why == {STORM: 'title: "Storm"', FERRY: "no storm", BOTH: 'NOT crew found title: "crew"'}


async def test_nothing_is_changed_by_a_plan(house: House):
    before = await house.store.members(["ships"], NOON), await house.store.topic_records()
    await planned(house, replace(SHIPS, match="storm"), make_topic("new"))
    assert (await house.store.members(["ships"], NOON), await house.store.topic_records()) == before


async def test_a_topic_that_stays_as_it_is_is_counted_and_told_of_when_asked(house: House):
    assert (await planned(house, SHIPS)).topics == ()
    assert (await planned(house, SHIPS)).unchanged == 1
    (one,) = (await planned(house, SHIPS, asked="ships")).topics
    assert (one.change, set(moves(one).values())) == (Change.UNCHANGED, {(Mark.STAYS, Fate.ANNOUNCED)})


async def test_a_new_topic_is_filled_and_has_nothing_to_change(house: House):
    found = await planned(house, SHIPS, make_topic("storms", match="storm"))
    (one,) = found.topics
    assert (one.slug, one.change, one.was, one.announced, one.moved) == ("storms", Change.NEW, None, 2, None)
    assert set(moves(one).values()) == {(Mark.ENTERS, Fate.ANNOUNCED)}
    assert found.beyond(0.01) == ()


async def test_a_topic_that_goes_changes_by_all_that_it_has_and_one_that_is_renamed_by_nothing(house: House):
    (gone,) = (await planned(house)).topics
    assert (gone.change, gone.was, gone.moved, gone.after) == (Change.REMOVED, "ships", 1.0, 0)
    assert set(moves(gone).values()) == {(Mark.LEAVES, Fate.GONE)}
    (renamed,) = (await planned(house, replace(SHIPS, slug="boats", aliases=("ships",)))).topics
    assert (renamed.slug, renamed.change, renamed.was, renamed.moved) == ("boats", Change.RENAMED, "ships", 0.0)
    assert renamed.announced == 0


async def test_a_topic_that_comes_back_has_readers_and_takes_what_it_missed_silently(house: House):
    house.topics = ()
    await house.store.stale_topics([])
    await house.arrive("dpa", "Prices of ferry tickets rise in Oslo", hours=49)
    await house.curate()
    (one,) = (await planned(house, SHIPS)).topics
    assert (one.change, one.announced) == (Change.NEW, 0)
    assert moves(one)["Prices of ferry tickets rise in Oslo"] == (Mark.ENTERS, Fate.SILENT)


async def test_another_mode_is_a_change_by_what_it_announces(house: House):
    for hours, outlet in enumerate(OUTLETS):
        await house.arrive(outlet, FERRY, hours=50 + hours)
    await house.curate()
    await house.announce(SHIPS, hours=60)
    (one,) = (await planned(house, replace(SHIPS, mode=TopicMode.ENTRIES))).topics
    assert one.change is Change.CHANGED
    assert one.moved == one.announced / one.before > 0


async def test_a_topic_that_wants_nothing_old_is_told_what_it_does_not_take(house: House):
    (one,) = (await planned(house, replace(SHIPS, match="ferry OR storm", retroactive=Retroactive.NONE))).topics
    assert moves(one)[STORM] == (Mark.ENTERS, Fate.NOT_TAKEN)
    assert (one.before, one.after, one.moved) == (2, 3, 0.5)


async def test_sources_that_are_tagged_anew_change_topics(house: House):
    tagged = replace(SHIPS, selectors=("tag:sea",))
    sources = [replace(one, tags=("sea",)) if one.id == "ap" else one for one in SOURCES]
    (one,) = (await planned(house, tagged, sources=sources)).topics
    assert moves(one) == {FERRY: (Mark.STAYS, Fate.ANNOUNCED), BOTH: (Mark.LEAVES, Fate.KEPT)}
    (entry,) = [entry for entry in one.entries if entry.mark is Mark.LEAVES]
    assert entry.reason.rule == "from"


async def test_volume_is_a_day_of_those_for_which_something_is_kept(house: House):
    (one,) = (await planned(house, replace(SHIPS, match="ferry OR storm"))).topics
    assert (one.per_day_before, one.per_day_after) == (2 / 4, 3 / 4)
    (one,) = (await planned(house, replace(SHIPS, match="ferry OR storm"), days=3)).topics
    assert (one.before, one.after) == (1, 2)
    assert (one.per_day_before, one.per_day_after) == (1 / 3, 2 / 3)


async def test_topics_that_have_entries_in_common_are_named_those_with_most_first(house: House):
    topics = make_topic("all"), make_topic("storms", match="storm"), replace(SHIPS, match="ferry OR storm")
    found = {one.slug: one.shared for one in (await planned(house, *topics)).topics}
    assert found["ships"] == (Shared(topic="all", entries=3, share=1.0), Shared(topic="storms", entries=2, share=2 / 3))


async def test_another_shape_is_a_change_also_where_nothing_comes_out_at_once(house: House):
    slower = replace(SHIPS, shape=Shape(budget=Rate(2, DAY)))
    (one,) = (await planned(house, slower)).topics
    assert (one.change, one.moved, one.announced) == (Change.CHANGED, 0, 0)
    assert (await planned(house, replace(SHIPS, title="Boats"))).topics == ()


async def test_a_change_is_beyond_a_bound_when_more_than_that_share_moves(house: House):
    found = await planned(house, replace(SHIPS, match="malta"))
    assert [one.moved for one in found.topics] == [0.5]
    assert found.beyond(0.5) == ()
    assert [one.slug for one in found.beyond(0.49)] == ["ships"]


async def test_what_is_planned_is_what_then_happens(tmp_path):
    tally = await play(tmp_path, seed=21, changes=8)
    assert tally.changes == 8
    assert tally.effective >= 4
