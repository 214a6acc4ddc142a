"""What SQLite keeps of stories and copies, as whoever queries the database sees it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aggregator.model.topic import TopicMode
from aggregator.store.sqlite import SqliteStore, announcements, near
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.house import AGROUND, BOTH, LIFTED, OUTLETS, TEXT, House
from tests.contract.steps import bring, new
from tests.store.living import live, rows

WORLD = make_topic("world")


def test_a_merge_is_kept_with_its_reason_and_the_ledger_of_both(tmp_path):
    async def story(house: House) -> None:
        for number, title in enumerate((AGROUND, LIFTED)):
            await house.arrive(OUTLETS[number], title, number)
        await house.curate()
        await house.announce(WORLD, 1)
        await house.arrive("cnn", BOTH, 2)
        await house.curate()
        await house.announce(WORLD, 2)

    live(tmp_path, story, WORLD)
    ((reason,),) = rows(tmp_path, "SELECT reason FROM story_aliases")
    assert '"rule":"bridge"' in reason
    assert rows(tmp_path, "SELECT count(*) FROM ledger") == [(2,)]


def test_copies_are_counted_and_make_a_story_no_wider(tmp_path):
    async def story(house: House) -> None:
        for number, outlet in enumerate(OUTLETS):
            await house.arrive(outlet, f"Headline number {number}", number / 10, content_html=f"<p>{TEXT}</p>")
        await house.curate()

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT entries, copies, outlets FROM v_stories") == [(4, 3, 1)]


def test_one_owner_is_one_outlet(tmp_path):
    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(o, owner="big" if o != "dpa" else None) for o in OUTLETS], NOON)
        for number, outlet in enumerate(OUTLETS):
            await house.arrive(outlet, f"{AGROUND} {number}{number}", number)
        await house.curate()

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT entries, outlets FROM v_stories") == [(4, 2)]


def test_what_is_too_old_to_be_compared_is_forgotten_and_the_entries_stay(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND, content_html=f"<p>{TEXT}</p>")
        await house.arrive("bbc", "Parliament votes on budget", 24 * 7, content_html="<p>" + "one two three " * 9)
        await house.curate()
        await house.store.prune(NOON + timedelta(days=8))
        assert len(await house.stories()) == 2

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT entry_id FROM recent") == [(2,)]
    assert rows(tmp_path, "SELECT DISTINCT entry_id FROM prints") == [(2,)]
    assert len(rows(tmp_path, "SELECT * FROM headlines")) == 2


def test_looking_around_walks_through_no_table(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()

    live(tmp_path, story)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        for sql, given in (
            (near._LINKED, ["[1]", 50]),
            (near._NEIGHBOURS, ['{"1":1}']),
            (near._USES, ["[1]"]),
            (near._PRINTS, {"wanted": "[1]"}),
        ):
            plan = [step[3] for step in db.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
            walked = [
                step for step in plan if step.startswith("SCAN") and "json_each" not in step and "VIRTUAL" not in step
            ]
            assert not walked, plan


def test_what_waits_beside_the_large_tables_is_found_as_if_it_stood_in_them(tmp_path, monkeypatch):
    async def story(house: House) -> None:
        for number in range(12):
            outlet = OUTLETS[number % len(OUTLETS)]
            words = " ".join(f"w{(number // 3) * 40 + n}" for n in range(40))
            await house.arrive(outlet, f"Headline {number // 2} {outlet}", number / 10, content_html=f"<p>{words}</p>")
            await house.curate()

    def kept(folder: Path) -> tuple[object, ...]:
        live(folder, story)
        stories = rows(folder, "SELECT guid, story_id, duplicate_of, story_reason, copy_reason FROM entries")
        store = SqliteStore.open_for_reading(folder / "a.db")
        try:
            recalled = asyncio.run(store.recall())
        finally:
            asyncio.run(store.close())
        terms = [(one.entries, one.terms) for one in recalled.counts]
        prints = rows(folder, "SELECT * FROM prints UNION ALL SELECT * FROM new_prints ORDER BY print, entry_id")
        return stories, recalled.recent, terms, prints

    folders = [tmp_path / "waiting", tmp_path / "put-away"]
    for folder in folders:
        folder.mkdir()
    waiting = kept(folders[0])
    monkeypatch.setattr(near, "MOST_NEW_PRINTS", 5)
    monkeypatch.setattr(near, "MOST_NEW_COUNTS", 2)
    assert kept(folders[1]) == waiting
    counted = "SELECT (SELECT count(*) FROM prints), (SELECT count(*) FROM new_prints), count(*) FROM new_counts"
    ((in_place, beside, counts),), ((put_away, _, left),) = (rows(folder, counted) for folder in folders)
    assert in_place == 0
    assert beside > 20
    assert put_away > 20
    assert left <= 2 < counts


def test_a_story_of_an_entry_is_written_without_its_other_indexes(tmp_path):
    async def story(house: House) -> None:
        await house.arrive("ap", AGROUND)
        await house.curate()

    live(tmp_path, story)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("PRAGMA foreign_keys=ON")
        steps = [step[1] for step in db.execute("EXPLAIN UPDATE entries SET story_id = 1 WHERE id = 1")]
        assert steps.count("IdxDelete") == 1
        referring = {row[3]: row[2] for row in db.execute("PRAGMA foreign_key_list(entries)")}
        assert referring == {"source_id": "sources"}
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_flood_is_announced_whole_and_the_newest_of_it_are_shown(tmp_path):
    flood = announcements.SLICE * 2 + 1
    topic = replace(WORLD, mode=TopicMode.ENTRIES)

    async def story(house: House) -> None:
        # The first of them in the document, and so the first that is announced, is the newest.
        entries = [
            make_entry(f"{n}", source="ap", title=f"{n}", published_at=NOON - timedelta(minutes=n), language="en")
            for n in range(flood)
        ]
        await bring(house.store, new(*entries), source_id="ap")
        await house.curate()
        edition = await house.announce(topic)
        assert [entry.title for entry in edition.entries] == [f"{n}" for n in range(topic.limit)]
        assert await house.announce(topic, 1) == edition

    live(tmp_path, story, topic)
    assert rows(tmp_path, "SELECT count(*) FROM announcements") == [(flood,)]
    assert rows(tmp_path, "SELECT count(*) FROM topic_entries WHERE pending = 1") == [(0,)]
