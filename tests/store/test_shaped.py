"""What keeps stories waiting, in a store and in its fake: decisions are kept, nothing is lost, nothing told twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from aggregator.model.editing import Act, ActKind
from aggregator.model.shape import Fate, Quiet, Rate, Shape
from aggregator.model.status import EntryFilter
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Topic, TopicMode
from aggregator.pipeline.explain import explain_entry
from aggregator.publish.replay import fate_again, score_again
from aggregator.store.sqlite import announcements
from tests.builders import NOON, make_source
from tests.contract.house import AGROUND, LIFTED, OUTLETS, House
from tests.store.editors import BUDGET, WORLD, do, ids
from tests.store.living import live, rows
from tests.store.months import month

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORM, VOTE = "Storm closes the harbour of Valletta", "Referendum on water rights postponed"


@pytest.fixture(params=[False, True], ids=["sqlite", "fake"])
def play(tmp_path, request):
    """Let a story happen on a store of its own."""
    return lambda story, *topics: live(tmp_path, story, *topics, fake=request.param)


def shaped(topic: Topic = WORLD, **shape: Any) -> Topic:
    return replace(topic, shape=Shape(**shape))


async def titles(house: House, topic: Topic, hours: float = 0.0) -> list[str]:
    return [entry.title for entry in (await house.announce(topic, hours)).entries]


async def fate(house: House, guid: str, topic: str = "world") -> tuple[str, str]:
    found = await house.store.entries(EntryFilter(), NOON)
    (key,) = [stored.entry.key for stored, _ in found if stored.entry.key.guid == guid]
    (view,) = await house.store.entry_views(key.short)
    (reason,) = [reason for slug, reason, _ in view.fates if slug == topic]
    assert fate_again(reason) == (Fate(reason.verdict), reason.rule)
    assert score_again(reason) == dict(reason.facts).get("score")
    return reason.verdict, reason.rule


async def due(house: House, hours: float) -> tuple[str, ...]:
    return await house.store.due_topics(NOON + hours * HOUR)


def test_a_budget_lets_the_best_in_first_and_the_rest_when_there_is_room(play):
    topic = shaped(budget=Rate(2, DAY))

    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(o, weight=3.0 if o == "cnn" else 1.0) for o in OUTLETS], NOON)
        for outlet, title in (("ap", AGROUND), ("bbc", BUDGET), ("cnn", STORM)):
            await house.arrive(outlet, title)
        await house.curate()
        assert await titles(house, topic) == [STORM]
        assert await fate(house, "3") == ("announced", "budget")
        assert await fate(house, "1") == ("waits", "budget")
        assert await due(house, 11.9) == ()
        assert await due(house, 12) == ("world",)
        assert len(await titles(house, topic, 12)) == 2
        assert len(await titles(house, topic, 20)) == 2
        assert len(await titles(house, topic, 24)) == 3

    play(story, WORLD)


def test_what_was_left_out_returns_with_news_and_not_before(play):
    topic = shaped(min_outlets=2)

    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()
        assert await titles(house, topic) == []
        assert await fate(house, "1") == ("waits", "min-outlets")
        await house.announce(topic, 80)
        assert await fate(house, "1") == ("cut", "patience")
        other = await house.arrive("bbc", VOTE, 81)
        await house.curate()
        await do(house, ActKind.MERGE, await first(house), other)
        assert await titles(house, topic, 81) == [AGROUND]

    async def first(house: House) -> str:
        ((_, short),) = await house.store.entries(EntryFilter(source="ap"), NOON)
        return short

    play(story, WORLD)


def test_a_changed_shape_looks_at_everything_again(play):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND, content_html="")
        await house.curate()
        await house.announce(shaped(min_outlets=2), 80)
        assert await titles(house, WORLD, 80) == [AGROUND]

    play(story, WORLD)


def test_a_digest_is_one_item_and_what_it_told_is_never_told_again(play):
    topic = shaped(digest=Timetable(at=time(7)))

    async def story(house: House) -> None:
        await house.announce(topic)
        await house.arrive("ap", AGROUND)
        await house.arrive("bbc", BUDGET, 1)
        await house.curate()
        assert await titles(house, topic, 2) == []
        assert await fate(house, "1") == ("waits", "digest")
        assert await due(house, 18.9) == ()
        assert await due(house, 19) == ("world",)
        (item,) = (await house.announce(topic, 19)).entries
        assert item.title == "World, 24 November 2026"
        assert AGROUND in item.content_html
        assert BUDGET in item.content_html
        assert item.content_html.count("<li>") == 2
        assert item.url == "https://t.example/world#digest-2026-11-24T07:00"
        await house.arrive("cnn", STORM, 20)
        await house.curate()
        again = await house.announce(topic, 43)
        assert ids(again) == [again.entries[0].id, item.id]
        assert again.entries[1] == item
        # Without the digest what comes is told by itself, and nothing that was in one.
        await house.arrive("dpa", VOTE, 44)
        await house.curate()
        assert await titles(house, WORLD, 44) == [VOTE, "World, 25 November 2026", "World, 24 November 2026"]

    play(story, WORLD)


def test_a_digest_that_was_missed_is_made_late_and_one_without_stories_never(play):
    topic = shaped(digest=Timetable(at=time(7)))

    async def story(house: House) -> None:
        await house.announce(topic)
        assert await titles(house, topic, 24) == []
        await house.arrive("ap", AGROUND, 25)
        await house.curate()
        assert await titles(house, topic, 26) == []
        assert await titles(house, topic, 96) == ["World, 27 November 2026"]

    play(story, WORLD)


def test_what_another_topic_tells_stays_out_and_what_waits_there_waits(play):
    other = Topic(slug="second", title="Second", shape=Shape(unless_in=("world",)))

    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()
        night = shaped(quiet=Quiet(time(11), time(14)))
        assert await titles(house, night) == []
        assert await titles(house, other) == []
        assert await fate(house, "1", "second") == ("waits", "unless-in")
        await house.announce(night, 2)
        assert await titles(house, other, 2) == []
        assert await fate(house, "1", "second") == ("cut", "unless-in")

    play(story, WORLD, other)


def test_what_the_first_topic_leaves_out_the_second_takes(play):
    other = Topic(slug="second", title="Second", shape=Shape(unless_in=("world",)))

    async def story(house: House) -> None:
        entry = await house.arrive("ap", AGROUND)
        await house.curate()
        await house.store.edit(Act(kind=ActKind.HIDE, named=(entry.key.short,), topic="world"), NOON)
        await house.announce(WORLD)
        assert await titles(house, other) == [AGROUND]

    play(story, WORLD, other)


def test_entries_are_kept_waiting_like_stories(play):
    each = Topic(slug="each", title="Each", mode=TopicMode.ENTRIES, shape=Shape(per_source=Rate(1, DAY)))

    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.arrive("ap", f"{AGROUND} today", 1)
        await house.curate()
        assert await titles(house, each, 2) == [f"{AGROUND} today"]
        assert await titles(house, each, 25) == [f"{AGROUND} today"]
        assert len(await titles(house, each, 26)) == 2

    play(story, each)


def test_a_hiding_that_ends_makes_its_topic_due(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", AGROUND)
        await house.curate()
        await house.store.edit(Act(kind=ActKind.HIDE, named=(entry.key.short,), until=NOON + 5 * HOUR), NOON)
        assert await titles(house, WORLD, 1) == []
        assert await fate(house, "1") == ("cut", "hide")
        assert (await due(house, 4.9), await due(house, 5)) == ((), ("world",))
        assert await titles(house, WORLD, 5) == [AGROUND]

    play(story, WORLD)


def test_a_clock_that_was_set_makes_every_topic_due_that_keeps_its_time(play):
    topic = shaped(digest=Timetable(at=time(7)))

    async def story(house: House) -> None:
        await house.announce(topic)
        assert await due(house, 0) == ()
        await house.store.shift(-9 * HOUR)
        assert await due(house, -9) == ("world",)

    play(story, topic)


def test_a_flood_that_a_budget_holds_is_looked_at_in_slices_and_the_best_of_all_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(announcements, "SLICE", 3)
    topic = shaped(replace(WORLD, mode=TopicMode.ENTRIES), budget=Rate(8, DAY))

    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(o, weight=3.0 if o == "dpa" else 1.0) for o in OUTLETS], NOON)
        for number in range(7):
            await house.arrive("ap", f"Harbour {'abcdefg'[number]}{number} closes for repairs of its quay")
        await house.arrive("dpa", STORM)
        for number in range(3):
            await house.arrive("bbc", f"Old {'xyz'[number]}{number} vote on water rights", -90)
        await house.curate()
        shown = await titles(house, topic)
        assert STORM in shown
        assert len(shown) == 2

    live(tmp_path, story, WORLD)
    fates = rows(tmp_path, "SELECT fate, count(*) FROM shaped GROUP BY fate ORDER BY fate")
    assert dict(fates)["announced"] == 2
    assert dict(fates)["cut"] == 3


def test_what_is_decided_about_what_is_pruned_goes_with_it(play):
    topic = shaped(min_outlets=2)

    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(one, keep=DAY) for one in OUTLETS], NOON)
        await house.arrive("ap", AGROUND)
        await house.curate()
        await house.announce(topic, 1)
        await house.store.prune(NOON + 30 * DAY, vanished_for=HOUR)
        assert await titles(house, topic, 30 * 24) == []
        assert await house.store.entries(EntryFilter(), NOON) == ()

    play(story, topic)


def test_a_story_settles_before_it_is_told(play):
    async def story(house: House) -> None:
        await house.arrive("ap", LIFTED)
        await house.curate()
        assert await titles(house, shaped(settle=HOUR), 0.5) == []
        assert await titles(house, shaped(settle=HOUR), 1) == [LIFTED]

    play(story, WORLD)


def test_explaining_tells_the_place_of_the_rule_and_what_keeps_an_entry_waiting_until_when(play):
    topic = replace(shaped(budget=Rate(1, DAY)), place="aggregator.yaml:7")
    rescue = Topic(slug="rescue", title="Rescue", match="rescue", place="aggregator.yaml:9")

    async def story(house: House) -> None:
        for outlet, title in (("ap", AGROUND), ("bbc", VOTE)):
            await house.arrive(outlet, title)
        await house.curate()
        await house.announce(topic)
        found = await house.store.entries(EntryFilter(source="bbc"), NOON)
        short = found[0][0].entry.key.short
        (told,) = await explain_entry(house.store, [topic, rescue], short, "world", NOON)
        assert [one.verdict for one in told.records[-2:]] == [
            "entered world",
            "waits in world until 2026-11-24T12:00:00Z",
        ]
        assert told.records[-2].evidence.endswith("(aggregator.yaml:7)")
        assert told.records[-1].evidence.startswith(
            "budget: 1 of 1 told within 24 h; score 1 = weight 1 * (1 + log2 1)"
        )
        (absent,) = await explain_entry(house.store, [topic, rescue], short, "rescue", NOON)
        assert absent.records[-1].verdict == "not entered rescue"
        assert absent.records[-1].evidence.endswith("(aggregator.yaml:9)")
        act = Act(kind=ActKind.PIN, named=(short,), topic="rescue", who="ann")
        await house.store.edit(act, NOON)
        await house.announce(rescue, 1)
        (pinned,) = await explain_entry(house.store, [topic, rescue], short, "rescue", NOON)
        assert [one.rule for one in pinned.records[-3:]] == ["match", "pin", "pin"]
        assert pinned.records[-1].verdict == "announced in rescue"

    play(story, WORLD, rescue)


def test_what_is_stored_of_a_few_days_is_decided_again_as_it_was(tmp_path):
    told = month(tmp_path, days=2, seed=7)
    assert told.wrong == []
    assert min(told.decisions, told.scores, told.matches) > 50
