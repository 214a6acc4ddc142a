"""Which entries are in which topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.model.entry import EntryKey
from aggregator.model.topic import Match
from aggregator.store.sqlite.marks import pin_judged
from aggregator.store.sqlite.rows import encode, reason_text
from aggregator.store.sqlite.shaping import wake

# What was announced stays, and is marked: readers have it.
_DROP: Final = """
DELETE FROM topic_entries WHERE topic = ? AND entry_id = ? AND NOT EXISTS (
  SELECT 1 FROM announcements a JOIN entries e ON e.id = topic_entries.entry_id
  WHERE a.topic = topic_entries.topic AND a.subject_id IN (e.id, e.story_id, e.duplicate_of))
"""
_LAPSE: Final = "UPDATE topic_entries SET lapsed = 1, pending = 0 WHERE topic = ? AND entry_id = ?"
# Old stock never brings its subject into a feed.
_PUT: Final = """
INSERT INTO topic_entries (topic, entry_id, pending, reason)
SELECT :topic, id, :loud * (1 - backfilled), :reason FROM entries WHERE id = :entry AND pruned_at IS NULL
ON CONFLICT (topic, entry_id) DO UPDATE SET reason = excluded.reason, lapsed = 0
"""
_KEEP: Final = "UPDATE topic_entries SET reason = :reason, lapsed = 0 WHERE topic = :topic AND entry_id = :entry"


class Entering(StrEnum):
    """How what a rule lets in comes into its topic: to be announced, silently, or not at all."""

    LOUD = "loud"
    SILENT = "silent"
    NONE = "none"


def write_matches(
    db: Database,
    judged: Collection[int],
    matches: Iterable[Match],
    rows: Mapping[EntryKey, int],
    only: Mapping[str, Entering] | None = None,
) -> frozenset[str]:
    """Put matches in the place of those that the judged entries had; name the topics that were touched.

    Args:
        db: Inside a transaction.
        judged: Rows of the entries whose matches were found anew.
        matches: What was found.
        rows: Row numbers by keys, of all that is named.
        only: The topics that were judged, and how what is new in them enters; None for all, loud.
    """
    rejudged = encode(sorted(judged))
    named = {(match.topic, row_of(db, match.key, rows)): reason_text(match.reason) for match in matches}
    before = {
        (topic, row_id)
        for topic, row_id in db.execute(
            "SELECT topic, entry_id FROM topic_entries WHERE entry_id IN (SELECT value FROM json_each(?))",
            [rejudged],
        )
        if only is None or topic in only
    }
    dropped = before - named.keys()
    db.conn.executemany(_DROP, sorted(dropped))
    db.conn.executemany(_LAPSE, sorted(dropped))
    puts: list[dict[str, object]] = []
    keeps: list[dict[str, object]] = []
    for (topic, row_id), reason in named.items():
        entering = Entering.LOUD if only is None else only[topic]
        row = {"topic": topic, "entry": row_id, "reason": reason, "loud": int(entering is Entering.LOUD)}
        (keeps if entering is Entering.NONE else puts).append(row)
    db.conn.executemany(_PUT, puts)
    db.conn.executemany(_KEEP, keeps)
    wake(db, rejudged)
    return frozenset(topic for topic, _ in (*dropped, *named)) | pin_judged(db, rejudged)


def row_of(db: Database, key: EntryKey, rows: Mapping[EntryKey, int]) -> int:
    """Find the row of an entry by its key.

    Raises:
        StoreError: There is none.
    """
    found = rows.get(key)
    if found is not None:
        return found
    row = db.execute(
        "SELECT e.id FROM entries e JOIN sources s ON s.id = e.source_id WHERE s.source = ? AND e.guid = ?",
        [key.source, key.guid],
    ).fetchone()
    if row is None:
        raise StoreError(f"entry {key.short} of {key.source}: is not stored")
    row_id: int = row[0]
    return row_id
