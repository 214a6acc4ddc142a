"""Databases of older versions are brought up to date, and lose nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.entry import EntryKey
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import CLAIM_RESERVE, Rate, Source, Validators
from aggregator.store.sqlite import SqliteStore
from aggregator.store.sqlite.rows import moment
from aggregator.store.sqlite.schema import MIGRATIONS
from aggregator.store.sqlite.source_rows import settings_text
from tests.builders import NOON, make_source

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def on_host(host: str, name: str) -> Source:
    return make_source(name, url=f"https://{host}/f.xml", pace_key=host)


async def test_a_database_of_the_version_before_is_brought_up_to_date_and_loses_nothing(tmp_path: Path):
    path = tmp_path / "aggregator.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0002-scheduling")
    old.execute(
        "INSERT INTO sources (source, id_given, url, pace_key, active, position, longest_s, keep_s, settings, version,"
        " etag, body_digest, interval_s, next_poll_at, next_poll_why, errors, condition, redirect_count, documents,"
        " profile) VALUES ('lwn', 1, 'https://lwn.example/feed.xml', 'lwn.example', 1, 0, 86400, 1, '{}', 4, '\"1\"',"
        " 'd', 3600, '2026-11-23T13:00:00.000000+00:00', 'so', 0, 'ok', 0, 2, '{}')"
    )
    old.execute(
        "INSERT INTO polls (source_id, slot, number, at, outcome, new, revised, duplicates, bytes, took_s, detail,"
        " sent, next_poll_why) VALUES (1, 0, 0, '2026-11-23T12:00:00.000000+00:00', 'new', 1, 0, 0, 5, 0.1, '', '', '')"
    )
    old.conn.commit()
    old.close()

    store = SqliteStore.open(path, site_authority="example.org")
    await store.sync_sources([make_source()], NOON)
    state = (await store.status((), NOON)).sources[0].state
    await store.close()
    assert state.validators == Validators(etag='"1"')
    assert (state.version, state.documents, state.next_poll_at) == (4, 2, NOON + HOUR)
    assert (state.rate, state.hints, state.moves, state.read_by) == (Rate(), ScheduleHints(), (), 1)
    assert path.with_name("aggregator.db.before-0002-scheduling").exists()


async def test_a_database_from_before_keeps_its_holds_and_learns_who_belongs_together(tmp_path):
    path = tmp_path / "old.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0003-paces")
    held = (NOON + HOUR).isoformat(timespec="microseconds")
    old.execute("INSERT INTO hosts (pace_key, hold_until) VALUES ('h1.many.example', ?)", [held])
    old.execute("INSERT INTO meta (key, value) VALUES ('authority', 'example.org,2026')")
    old.conn.commit()
    old.close()
    store = SqliteStore.open(path, site_authority="example.org")
    try:
        await store.sync_sources(
            [
                make_source(f"s{i}", url=f"https://h{i}.many.example/f.xml", pace_key=f"h{i}.many.example")
                for i in range(2)
            ],
            NOON,
        )
        assert [(one.source.id, one.family) for one in await store.claim_due(NOON, 10)] == [("s0", "many.example")]
        later = NOON + HOUR + CLAIM_RESERVE
        assert {one.source.id for one in await store.claim_due(later, 10)} == {"s0", "s1"}
    finally:
        await store.close()


async def test_a_database_from_before_hubs_is_brought_up_with_all_that_it_holds(tmp_path):
    path = tmp_path / "old.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0004-websub")
    assert "subscriptions" not in old.table_names()
    old.execute("INSERT INTO meta VALUES ('authority', 't.example,2026')")
    old.execute(
        "INSERT INTO sources (source, id_given, url, pace_key, active, position, longest_s, keep_s, settings, version, "
        "body_digest, interval_s, next_poll_why, errors, condition, redirect_count, documents, profile) "
        "VALUES ('p', 1, 'https://p.example/feed.xml', 'p.example', 1, 0, 86400, 7776000, ?, 4, '', 3600, '', 0, 'ok', "
        "0, 2, '{}')",
        [settings_text(make_source("p"))],
    )
    old.execute(
        "INSERT INTO polls (source_id, slot, number, at, outcome, new, revised, duplicates, bytes, took_s, detail, "
        "sent, next_poll_why) VALUES (1, 0, 0, ?, 'new', 1, 0, 0, 9, 0.1, '', '', '')",
        [moment(NOON)],
    )
    old.execute("UPDATE sources SET polls = 1")
    old.conn.commit()
    old.close()
    store = SqliteStore.open(path, site_authority="t.example")
    (seen,) = (await store.status((), NOON)).sources
    assert (seen.state.version, seen.state.push, seen.polls[0].via) == (4, None, "poll")
    assert await store.followed() == ()
    await store.close()


async def test_a_journal_from_before_marks_keeps_its_acts_and_can_be_undone(tmp_path):
    path = tmp_path / "old.db"
    old = Database(path)
    old.execute("PRAGMA foreign_keys = ON")
    MIGRATIONS.apply(old, stop_before="0017-marks")
    old.execute("INSERT INTO meta (key, value) VALUES ('authority', 'example.org,2026')")
    old.execute(
        "INSERT INTO sources (source, id_given, url, pace_key, active, position, longest_s, keep_s, settings, version,"
        " body_digest, interval_s, next_poll_why, errors, condition, redirect_count, documents, profile)"
        " VALUES ('lwn', 1, 'https://lwn.example', 'lwn.example', 1, 0, 1, 1, '{}', 1, '', 1, '', 0, 'ok', 0, 1, '{}')"
    )
    for guid in ("a", "b"):
        old.execute(
            "INSERT INTO entries (source_id, guid, short, first_seen_at, backfilled, identity_reason, story_id, keys,"
            " title, authors, summary, content_html, categories, enclosures, fingerprint)"
            " VALUES (1, ?, ?, ?, 0, '{}', 1, '[]', 'T', '[]', '', '', '[]', '[]', '')",
            [guid, EntryKey("lwn", guid).short, moment(NOON)],
        )
    old.execute(
        "INSERT INTO acts (kind, at, who, why, story_id) VALUES ('merge', ?, 'ann', 'one day', 1)", [moment(NOON)]
    )
    moves = [(1, 1, 1, 1), (1, 2, 2, 1)]
    old.conn.executemany("INSERT INTO act_entries (number, entry_id, was_story, is_story) VALUES (?, ?, ?, ?)", moves)
    old.conn.commit()
    old.close()
    store = SqliteStore.open(path, site_authority="example.org")
    try:
        (act,) = await store.acts()
        assert (act.number, act.kind, act.why, act.scope) == (1, ActKind.MERGE, "one day", None)
        undone = await store.edit(Act(kind=ActKind.UNDO), NOON)
        assert undone.act.undone_at == NOON
        pinned = await store.edit(Act(kind=ActKind.PIN, named=("lwn",), scope=Scope.SOURCE), NOON)
        assert (pinned.act.number, pinned.act.target) == (2, "lwn")
    finally:
        await store.close()
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_vectors_of_a_database_from_before_are_as_long_as_those_of_today(tmp_path):
    path = tmp_path / "old.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0032-short-vectors")
    old.execute("INSERT INTO meta VALUES ('authority', 't.example,2026')")
    old.execute(
        "INSERT INTO sources (source, id_given, url, pace_key, active, position, longest_s, keep_s, settings, version,"
        " body_digest, interval_s, next_poll_why, errors, condition, redirect_count, documents, profile)"
        " VALUES ('lwn', 1, 'https://lwn.example', 'lwn.example', 1, 0, 1, 1, '{}', 1, '', 1, '', 0, 'ok', 0, 1, '{}')"
    )
    for number, terms in ((1, '{"ferry":800,"malta":600,"a":1}'), (2, "")):
        old.execute(
            "INSERT INTO entries (source_id, guid, short, first_seen_at, backfilled, identity_reason, story_id, keys,"
            " title, authors, summary, content_html, categories, enclosures, fingerprint)"
            " VALUES (1, ?, ?, ?, 0, '{}', 1, '[]', 'T', '[]', '', '', '[]', '[]', '')",
            [f"{number}", f"s{number}", moment(NOON)],
        )
        old.execute("INSERT INTO recent VALUES (?, ?, 'en', ?, x'')", [number, moment(NOON), terms])
    old.conn.commit()
    old.close()
    store = SqliteStore.open(path, site_authority="t.example")
    (recent,) = (await store.recall()).recent
    await store.close()
    assert recent.terms == (("ferry", 205), ("malta", 154))
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT terms FROM recent ORDER BY entry_id").fetchall()[1] == ("",)


async def test_topics_of_a_database_from_before_changed_rules_were_run_in_parts_are_matched_whole(tmp_path):
    path = tmp_path / "old.db"
    old = Database(path)
    MIGRATIONS.apply(old, stop_before="0016-retroactive")
    old.execute("INSERT INTO meta VALUES ('authority', 't.example,2026')")
    old.execute("INSERT INTO topics (topic, feed_id, rule_digest, mode) VALUES ('world', 'tag:t', 'd', 'stories')")
    old.conn.commit()
    old.close()
    store = SqliteStore.open(path, site_authority="t.example")
    (record,) = await store.topic_records()
    await store.close()
    assert (record.rule_digest, record.matched, record.filling) == ("d", 1.0, False)
