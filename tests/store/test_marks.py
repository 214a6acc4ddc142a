"""What editors pin, hide and note, in a store and in its fake, seen by subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.errors import EditError
from aggregator.model.editing import Act, ActKind, DoneAct, Scope
from aggregator.model.entry import Entry
from aggregator.model.status import EntryFilter
from aggregator.model.topic import TopicMode
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import AGROUND, LIFTED, OUTLETS, TEXT, House
from tests.store.editors import BUDGET, EACH, RESCUE, WORLD, do, ids
from tests.store.living import live

HOUR = timedelta(hours=1)


async def mark(house: House, kind: ActKind, named: Entry | str, hours: float = 0.0, **said: Any) -> DoneAct:
    short = named if isinstance(named, str) else named.key.short
    act = Act(kind=kind, named=(short,), who="ann", **said)
    return (await house.store.edit(act, NOON + hours * HOUR)).act


async def titles(house: House, topic: Any, hours: float = 0.0) -> list[str]:
    return [entry.title for entry in (await house.announce(topic, hours)).entries]


@pytest.fixture(params=[False, True], ids=["sqlite", "fake"])
def play(tmp_path, request):
    """Let a story happen on a store of its own."""
    return lambda story, *topics: live(tmp_path, story, *topics, fake=request.param)


def test_what_is_pinned_enters_although_the_rule_says_no_and_stands_on_top(play):
    async def story(house: House) -> None:
        budget = await house.arrive("ap", BUDGET)
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        await house.announce(RESCUE, 1)
        act = await mark(house, ActKind.PIN, budget, topic="rescue", why="same crew")
        assert (act.scope, act.target, act.topic) == (Scope.STORY, budget.key.short, "rescue")
        edition = await house.announce(RESCUE, 2)
        assert [entry.title for entry in edition.entries] == [BUDGET, LIFTED]
        assert [reason.rule for reason in edition.entries[0].reasons] == ["pin"]
        assert "same crew" in edition.entries[0].reasons[0].evidence
        await house.arrive("cnn", f"{LIFTED} again tomorrow at noon", 30)
        await house.curate()
        assert (await titles(house, RESCUE, 30))[0] == BUDGET
        found = await house.store.entries(EntryFilter(topic="rescue"), NOON)
        assert len(found) == 3, "it is a member of the topic"

    play(story, RESCUE)


def test_a_pin_outlives_that_its_entry_is_judged_anew(play):
    async def story(house: House) -> None:
        budget = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, budget, topic="rescue")
        await house.rematch_anew()
        assert await titles(house, RESCUE, 1) == [BUDGET]

    play(story, RESCUE)


def test_what_is_pinned_stays_however_much_comes_and_returns_to_its_place_afterwards(play):
    small = replace(WORLD, limit=1)

    async def story(house: House) -> None:
        budget = await house.arrive("ap", BUDGET)
        await house.curate()
        (item,) = ids(await house.announce(small))
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        assert await titles(house, small, 1) == [LIFTED]
        await mark(house, ActKind.PIN, budget, 1, until=NOON + 3 * HOUR)
        assert ids(await house.announce(small, 2)) == [item]
        assert await titles(house, small, 3) == [LIFTED]

    play(story, WORLD)


def test_old_stock_that_is_pinned_is_announced(play):
    async def story(house: House) -> None:
        old = await house.arrive("ap", BUDGET, backfilled=True)
        await house.curate()
        assert await titles(house, WORLD) == []
        await mark(house, ActKind.PIN, old)
        assert await titles(house, WORLD, 1) == [BUDGET]

    play(story, WORLD)


def test_a_pin_without_a_topic_lets_nothing_into_topics_that_do_not_match(play):
    async def story(house: House) -> None:
        await house.announce(RESCUE)
        budget = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, budget)
        assert await titles(house, RESCUE, 1) == []

    play(story, RESCUE)


def test_a_pin_that_is_taken_back_before_anybody_saw_it_leaves_nothing(play):
    async def story(house: House) -> None:
        budget = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, budget, topic="rescue")
        await do(house, ActKind.UNDO)
        assert await titles(house, RESCUE, 1) == []
        assert await house.store.entries(EntryFilter(topic="rescue"), NOON) == ()

    play(story, RESCUE)


def test_what_was_announced_stays_when_its_pin_is_taken_back_or_over(play):
    async def story(house: House) -> None:
        budget = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, budget, topic="rescue")
        before = ids(await house.announce(RESCUE, 1))
        await do(house, ActKind.UNDO)
        await house.rematch_anew()
        assert ids(await house.announce(RESCUE, 2)) == before

    play(story, RESCUE)


def test_a_source_that_is_pinned_brings_what_it_publishes_from_now_on(play):
    async def story(house: House) -> None:
        await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, "ap", 1, topic="rescue", scope=Scope.SOURCE)
        await house.arrive("ap", "Storm closes the harbour of Valletta", 2)
        assert "rescue" in await house.curate()
        assert await titles(house, RESCUE, 2) == ["Storm closes the harbour of Valletta"]

    play(story, RESCUE)


@pytest.mark.parametrize("topic", [WORLD, EACH], ids=["stories", "entries"])
@pytest.mark.parametrize("scope", Scope)
def test_what_is_hidden_leaves_and_returns_as_what_it_was(play, topic, scope):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        before = await house.announce(topic, 1)
        await mark(house, ActKind.HIDE, "ap" if scope is Scope.SOURCE else entry, topic=topic.slug, scope=scope)
        assert await titles(house, topic, 2) == [LIFTED]
        await do(house, ActKind.UNDO)
        assert (await house.announce(topic, 3)).entries == before.entries

    play(story, topic)


def test_what_is_hidden_never_enters_and_enters_when_that_is_over(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.HIDE, entry, until=NOON + 5 * HOUR)
        assert await titles(house, WORLD, 1) == []
        assert await titles(house, WORLD, 5) == [BUDGET]

    play(story, WORLD)


def test_hiding_one_entry_of_a_story_lets_another_speak_unless_readers_know_the_story_by_it(play):
    async def story(house: House) -> None:
        first = await house.arrive("ap", AGROUND)
        await house.arrive("bbc", f"{AGROUND} today", 1)
        await house.curate()
        await mark(house, ActKind.HIDE, first, topic="world", scope=Scope.ENTRY)
        (item,) = (await house.announce(WORLD, 1)).entries
        assert (item.source.id, item.also) == ("bbc", ())
        await do(house, ActKind.UNDO)
        (again,) = (await house.announce(WORLD, 2)).entries
        assert (again.id, [one.source_id for one in again.also]) == (item.id, ["ap"])
        await mark(house, ActKind.HIDE, item.source.id, topic="world", scope=Scope.SOURCE)
        assert await titles(house, WORLD, 3) == [], "its link is that of the hidden entry"

    play(story, WORLD)


def test_a_hidden_story_stays_hidden_under_any_name_that_merging_gives_it(play):
    async def story(house: House) -> None:
        older, younger = await house.arrive("ap", BUDGET), await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        await mark(house, ActKind.HIDE, younger)
        assert await titles(house, WORLD, 1) == [BUDGET]
        await do(house, ActKind.MERGE, older, younger)
        assert await titles(house, WORLD, 2) == [], "what it became a part of is the same story"
        await do(house, ActKind.UNDO)
        assert await titles(house, WORLD, 3) == [BUDGET]

    play(story, WORLD)


def test_the_narrowest_mark_decides_then_the_one_for_the_topic_then_the_latest(play):
    async def story(house: House) -> None:
        kept, gone = await house.arrive("ap", BUDGET), await house.arrive("ap", LIFTED, 1)
        await house.curate()
        await mark(house, ActKind.HIDE, "ap", scope=Scope.SOURCE)
        await mark(house, ActKind.PIN, kept, topic="world")
        assert await titles(house, WORLD, 1) == [BUDGET]
        await mark(house, ActKind.HIDE, gone)
        await mark(house, ActKind.PIN, gone)
        assert await titles(house, WORLD, 2) == [LIFTED, BUDGET]
        await mark(house, ActKind.HIDE, gone, topic="world")
        await mark(house, ActKind.PIN, gone)
        assert await titles(house, WORLD, 3) == [BUDGET]

    play(story, WORLD)


def test_no_pin_brings_what_is_private_into_a_feed(play):
    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(one, private=one == "ap") for one in OUTLETS], NOON)
        secret = await house.arrive("ap", BUDGET)
        await house.curate()
        await mark(house, ActKind.PIN, secret, topic="world")
        assert await titles(house, WORLD, 1) == []

    play(story, WORLD)


def test_a_topic_that_takes_another_slug_keeps_its_marks(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        await house.curate()
        await house.announce(WORLD)
        await mark(house, ActKind.HIDE, entry, topic="world")
        globe = make_topic("globe", aliases=("world",))
        house.topics = [globe]
        await house.rematch_anew()
        assert await titles(house, globe, 1) == []

    play(story, WORLD)


def test_marks_are_told_where_the_entry_is_explained_and_in_the_journal(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        await house.arrive("bbc", f"{BUDGET} today", 1)
        await house.curate()
        await mark(house, ActKind.PIN, entry, topic="world", until=NOON + 24 * HOUR, why="lead")
        await mark(house, ActKind.HIDE, "bbc", scope=Scope.SOURCE)
        await mark(house, ActKind.NOTE, entry, why="ask ann", scope=Scope.ENTRY)
        await do(house, ActKind.UNDO, number=1)
        (view,) = await house.store.entry_views(entry.key.short)
        told = [(reason.verdict, reason.rule) for reason in view.reasons if reason.stage == "editor"]
        assert told == [("pinned in world", "pin"), ("noted", "note")]
        first = next(reason for reason in view.reasons if reason.stage == "editor")
        assert "until 2026-11-24 12:00; undone 2026-11-23 12:00" in first.evidence
        acts = await house.store.acts()
        assert [(act.kind, act.scope, act.target, act.why) for act in acts] == [
            (ActKind.PIN, Scope.STORY, entry.key.short, "lead"),
            (ActKind.HIDE, Scope.SOURCE, "bbc", ""),
            (ActKind.NOTE, Scope.ENTRY, entry.key.short, "ask ann"),
        ]
        assert [act.holds(NOON) for act in acts] == [False, True, True]

    play(story, WORLD)


def test_an_address_names_the_story_behind_it(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET, content_html=f"<p>{TEXT}</p>")
        await house.arrive("bbc", "Other words", 1, url=entry.url, link_key=entry.link_key)
        await house.curate()
        act = await mark(house, ActKind.HIDE, entry.url or "")
        assert act.target == entry.key.short
        with pytest.raises(EditError, match="is more than one entry"):
            await mark(house, ActKind.HIDE, entry.url or "", scope=Scope.ENTRY)

    play(story)


@pytest.mark.parametrize(
    ("named", "scope", "says"),
    [
        ("nothing", Scope.STORY, "is no entry, no story"),
        ("https://a.example/none", Scope.ENTRY, "is no entry, no story"),
        ("nothing", Scope.SOURCE, "is no source"),
        ("waiting", Scope.STORY, "waits for being curated"),
    ],
)
def test_what_cannot_be_marked_is_refused(play, named, scope, says):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        with pytest.raises(EditError, match=says):
            await mark(house, ActKind.PIN, entry if named == "waiting" else named, scope=scope)
        assert await house.store.acts() == ()

    play(story)


def test_topics_that_a_mark_touches_are_named(play):
    async def story(house: House) -> None:
        entry = await house.arrive("ap", BUDGET)
        await house.curate()
        for topic in (WORLD, EACH):
            await house.announce(topic)
        for kind, topic, touched in (
            (ActKind.HIDE, "world", {"world"}),
            (ActKind.PIN, None, {"world", "each"}),
            (ActKind.NOTE, "world", set()),
        ):
            edited = await house.store.edit(Act(kind=kind, named=(entry.key.short,), topic=topic), NOON)
            assert edited.topics == touched

    play(story, WORLD, EACH)


def test_a_pinned_entry_is_not_pruned(play):
    async def story(house: House) -> None:
        sources = [make_source(one, keep=timedelta(days=1)) for one in OUTLETS]
        await house.store.sync_sources(sources, NOON)
        entry = await house.arrive("ap", BUDGET)
        await house.arrive("bbc", LIFTED)
        await house.curate()
        await mark(house, ActKind.PIN, entry, until=NOON + 90 * 24 * HOUR)
        await house.store.prune(NOON + 30 * 24 * HOUR, vanished_for=HOUR)
        found = await house.store.entries(EntryFilter(), NOON)
        assert [stored.entry.title for stored, _ in found] == [BUDGET]
        await house.store.prune(NOON + 91 * 24 * HOUR, vanished_for=HOUR)
        assert await house.store.entries(EntryFilter(), NOON) == ()

    play(story)


def test_topics_of_entries_pin_and_hide_single_entries(play):
    each = replace(EACH, mode=TopicMode.ENTRIES)

    async def story(house: House) -> None:
        first, second = await house.arrive("ap", AGROUND), await house.arrive("bbc", f"{AGROUND} today", 1)
        await house.curate()
        await mark(house, ActKind.HIDE, first, topic="each", scope=Scope.ENTRY)
        assert await titles(house, each, 1) == [second.title]
        await mark(house, ActKind.PIN, first, topic="each", scope=Scope.ENTRY)
        assert await titles(house, each, 2) == [first.title, second.title]

    play(story, each)
