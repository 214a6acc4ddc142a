"""What editors do with stories: kept, held against later curating, taken back exactly, and nobody is told twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from aggregator.errors import EditError
from aggregator.model.editing import ActKind
from aggregator.model.status import EntryFilter
from aggregator.pipeline.curate import Desk
from aggregator.store.sqlite.act_tables import add_act_tables
from tests.builders import NOON, make_source
from tests.contract.house import AGROUND, BOTH, LIFTED, OUTLETS, POLICY, TEXT, House
from tests.store.editors import BUDGET, RESCUE, WORLD, do, groups
from tests.store.living import live, rows


def test_stories_that_an_editor_merges_are_one_under_the_oldest_id_also_for_what_comes(tmp_path):
    async def story(house: House) -> None:
        ferry, budget = await house.arrive("ap", AGROUND), await house.arrive("bbc", BUDGET, 1)
        await house.curate()
        act = await do(house, ActKind.MERGE, budget, ferry)
        assert (act.number, act.story, act.others) == (1, ferry.key.short, (budget.key.short,))
        await house.arrive("cnn", f"{BUDGET} again", 2)
        await house.curate()
        assert await groups(house) == {"1": "1", "2": "1", "3": "1"}
        found = await house.store.entries(EntryFilter(story=budget.key.short), NOON)
        assert len(found) == 3, "the other id leads there"

    live(tmp_path, story)


def test_what_an_editor_split_no_machine_joins_again_not_even_after_a_restart(tmp_path):
    async def story(house: House) -> None:
        first, second = await house.arrive("ap", AGROUND), await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        await do(house, ActKind.MERGE, first, second)
        act = await do(house, ActKind.SPLIT, first, second)
        assert act.others == (second.key.short,)
        for hours in (2, 3):
            await house.arrive("cnn", f"{BOTH} {hours}", hours)
            await house.curate()
            house.desk = Desk(POLICY)
        found = await groups(house)
        assert (found["1"], found["2"]) == ("1", "2")
        assert {found["3"], found["4"]} <= {"1", "2"}

    live(tmp_path, story)


def test_what_was_split_stays_apart_when_one_side_becomes_part_of_another_story(tmp_path):
    async def story(house: House) -> None:
        older = await house.arrive("dpa", "Storm batters harbour town")
        ferry, rescue = await house.arrive("ap", AGROUND, 1), await house.arrive("bbc", LIFTED, 1)
        await house.curate()
        await do(house, ActKind.MERGE, ferry, rescue)
        await do(house, ActKind.SPLIT, ferry, rescue)
        # A machine makes the ferry a part of the storm, in the same process that then sees the bridge.
        await house.arrive("cnn", "Storm batters harbour town: ferry aground off Malta coast", 2)
        await house.curate()
        await house.arrive("cnn", f"{BOTH} again", 3)
        await house.curate()
        found = await groups(house)
        assert (found[older.key.guid], found["2"]) == ("1", "1")
        assert found["3"] == "3"

    live(tmp_path, story)


def test_undo_restores_every_entry_and_leaves_what_has_joined_since(tmp_path):
    async def story(house: House) -> None:
        ferry, budget = await house.arrive("ap", AGROUND), await house.arrive("bbc", BUDGET, 1)
        await house.arrive("cnn", f"{BUDGET} today", 1)
        await house.curate()
        before = await groups(house)
        await do(house, ActKind.MERGE, ferry, budget)
        await house.arrive("dpa", "Ferry aground off Malta coast now", 2)
        await house.curate()
        act = await do(house, ActKind.UNDO)
        assert act.undone_at == NOON
        assert await groups(house) == before | {"4": "1"}
        # The entries of both are again what machines may join.
        await house.arrive("dpa", "Parliament votes on budget at last", 3)
        await house.curate()
        assert (await groups(house))["5"] == "2"

    live(tmp_path, story)


def test_undo_of_a_split_joins_the_parts_again_with_all_that_came_to_them(tmp_path):
    async def story(house: House) -> None:
        ferry = await house.arrive("ap", AGROUND)
        copy = await house.arrive("bbc", "Other words", content_html=f"<p>{TEXT}</p>")
        await house.arrive("cnn", "Other headline", 1, content_html=f"<p>{TEXT}</p>")
        await house.curate()
        await do(house, ActKind.MERGE, ferry, copy)
        before = rows(tmp_path, "SELECT id, story_id, duplicate_of FROM entries ORDER BY id")
        third = (await house.store.entries(EntryFilter(source="cnn"), NOON))[0][0].entry
        await do(house, ActKind.SPLIT, ferry, third)
        assert rows(tmp_path, "SELECT id, story_id, duplicate_of FROM entries ORDER BY id") == [
            (1, 1, None),
            (2, 1, None),
            (3, 3, None),
        ], "a copy that leaves what it repeats is none"
        await do(house, ActKind.UNDO)
        assert rows(tmp_path, "SELECT id, story_id, duplicate_of FROM entries ORDER BY id") == before

    live(tmp_path, story)


def test_copies_go_with_what_they_repeat(tmp_path):
    async def story(house: House) -> None:
        ferry = await house.arrive("ap", AGROUND)
        root = await house.arrive("bbc", "Other words", content_html=f"<p>{TEXT}</p>")
        await house.arrive("cnn", "Other headline", 1, content_html=f"<p>{TEXT}</p>")
        await house.curate()
        await do(house, ActKind.MERGE, ferry, root)
        act = await do(house, ActKind.SPLIT, ferry, root)
        assert len(act.entries) == 2
        assert rows(tmp_path, "SELECT story_id, duplicate_of FROM entries WHERE id = 3") == [(2, 2)]

    live(tmp_path, story)


def test_the_part_that_began_the_story_keeps_its_id(tmp_path):
    async def story(house: House) -> None:
        first = await house.arrive("ap", AGROUND)
        for number, outlet in enumerate(OUTLETS[1:], 1):
            await house.arrive(outlet, f"{AGROUND} {number}{number}", number)
        await house.curate()
        act = await do(house, ActKind.SPLIT, first, first)
        assert (act.story, len(act.entries)) == (first.key.short, 3)
        assert await groups(house) == {"1": "1", "2": "2", "3": "2", "4": "2"}

    live(tmp_path, story)


def test_an_entry_tells_what_editors_did_and_the_journal_lists_it(tmp_path):
    async def story(house: House) -> None:
        ferry, budget = await house.arrive("ap", AGROUND), await house.arrive("bbc", BUDGET, 1)
        await house.curate()
        await do(house, ActKind.MERGE, ferry, budget)
        await do(house, ActKind.UNDO)
        (view,) = await house.store.entry_views(budget.key.short)
        told = [reason for reason in view.reasons if reason.stage == "editor"]
        assert [(reason.rule, reason.verdict) for reason in told] == [("merge", f"merged into {ferry.key.short}")]
        assert told[0].evidence.startswith("ann, 2026-11-23 12:00: because; undone by ann")
        (act,) = await house.store.acts()
        assert (act.who, act.why, act.entries) == ("ann", "because", (budget.key.short,))

    live(tmp_path, story)


@pytest.mark.parametrize(
    ("kind", "named", "says"),
    [
        (ActKind.MERGE, ("0",), "is one story"),
        (ActKind.MERGE, ("0", "1"), "is one story"),
        (ActKind.MERGE, ("0", "nothing"), "nothing: is no entry and no story"),
        (ActKind.SPLIT, ("0",), "name the story, and the entries"),
        (ActKind.SPLIT, ("0", "2"), "is not in story"),
        (ActKind.SPLIT, ("0", "0", "1"), "leave at least one"),
        (ActKind.SPLIT, ("3", "3"), "waits for being curated"),
        (ActKind.UNDO, (), "nothing is left to be undone"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_hint_and_changes_nothing(tmp_path, kind, named, says):
    async def story(house: House) -> None:
        found = [await house.arrive("ap", AGROUND), await house.arrive("bbc", f"{AGROUND} today", 1)]
        found.append(await house.arrive("cnn", BUDGET, 1))
        await house.curate()
        found.append(await house.arrive("dpa", "Not curated yet", 2))
        before = await groups(house)
        with pytest.raises(EditError, match=says):
            await do(house, kind, *(found[int(one)] if one.isdigit() else one for one in named))
        assert await groups(house) == before
        assert await house.store.acts() == ()

    live(tmp_path, story)


def test_an_act_that_another_was_built_upon_is_undone_after_that(tmp_path):
    async def story(house: House) -> None:
        found = [await house.arrive(*one) for one in (("ap", AGROUND), ("bbc", BUDGET, 1), ("cnn", LIFTED, 2))]
        await house.curate()
        await do(house, ActKind.MERGE, found[1], found[2])
        await do(house, ActKind.MERGE, found[0], found[1])
        with pytest.raises(EditError, match="act 2 was built upon it"):
            await do(house, ActKind.UNDO, number=1)
        await do(house, ActKind.UNDO)
        await do(house, ActKind.UNDO)
        assert await groups(house) == {"1": "1", "2": "2", "3": "3"}
        with pytest.raises(EditError, match="act 1: is none, or undone already"):
            await do(house, ActKind.UNDO, number=1)

    live(tmp_path, story)


def test_a_split_announces_what_was_never_an_item_and_leaves_the_item_to_whom_readers_know_it_by(tmp_path):
    async def story(house: House) -> None:
        # The heaviest source speaks, though it was not the first.
        await house.store.sync_sources([make_source(o, weight=2.0 if o == "bbc" else 1.0) for o in OUTLETS], NOON)
        first, second = await house.arrive("ap", AGROUND), await house.arrive("bbc", f"{AGROUND} today", 1)
        await house.curate()
        (item,) = (await house.announce(WORLD, 1)).entries
        assert item.source.id == "bbc"
        await do(house, ActKind.SPLIT, first, second)
        after = {entry.source.id: entry for entry in (await house.announce(WORLD, 2)).entries}
        kept = after["bbc"]
        assert (kept.id, kept.url, kept.published_at) == (item.id, item.url, item.published_at)
        assert after["ap"].id != item.id
        assert after["ap"].url != item.url
        await do(house, ActKind.UNDO)
        assert len((await house.announce(WORLD, 3)).entries) == 1

    live(tmp_path, story, WORLD)


def test_the_table_of_the_ledger_is_made_anew_with_all_that_refers_to_it(tmp_path):
    async def story(house: House) -> None:
        for number, title in enumerate((AGROUND, LIFTED)):
            await house.arrive(OUTLETS[number], title, number)
        await house.curate()
        await house.announce(RESCUE, 1)
        await house.arrive("cnn", BOTH, 2)
        await house.curate()

    live(tmp_path, story, RESCUE)
    before = rows(tmp_path, "SELECT * FROM ledger"), rows(tmp_path, "SELECT * FROM announcements")
    assert [(topic, subject, told_as) for topic, subject, _, told_as, *_ in before[1]] == [("rescue", 1, 2)]
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as conn:
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("DROP TABLE act_entries")
        conn.execute("DROP TABLE acts")
        add_act_tables(Database(conn))
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
    assert (rows(tmp_path, "SELECT * FROM ledger"), rows(tmp_path, "SELECT * FROM announcements")) == before
