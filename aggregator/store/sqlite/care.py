"""Housekeeping: what may go, goes, and what it is known by stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.store.sqlite.rows import encode, moment
from aggregator.store.sqlite.traces import pack_trace
from aggregator.text.traces import trace_of

SLICE: Final = 500
"""So many entries go in one transaction; polls pass between two of them."""

# A document holds an entry until another document does not, or until the source has not answered for long.
_OLD: Final = """
SELECT e.id, e.source_id FROM entries e JOIN sources s ON s.id = e.source_id
WHERE e.pruned_at IS NULL AND e.first_seen_at < :old_for_some
  AND julianday(e.first_seen_at) < julianday(:now) - s.keep_s / 86400.0
  AND ifnull(e.vanished_at, ifnull(s.last_ok_at, e.first_seen_at)) < :vanished
  AND (:row_ids IS NULL OR e.id IN (SELECT value FROM json_each(:row_ids)))
  AND e.id NOT IN (SELECT entry_id FROM arrivals)
  AND e.id NOT IN (SELECT value FROM json_each(:shown))
  AND ifnull(e.story_id, e.id) NOT IN (SELECT value FROM json_each(:shown))
  AND ifnull(e.duplicate_of, e.id) NOT IN (SELECT value FROM json_each(:shown))
"""
_SHOWN: Final = """
SELECT a.subject_id FROM announcements a JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
WHERE a.topic = :topic AND a.digest IS NULL ORDER BY a.announced_at DESC, l.published_at DESC, l.atom_id LIMIT :limit
"""
_PINNED: Final = """
SELECT e.id, ifnull(e.story_id, e.id) FROM acts a JOIN entries e ON e.id = a.entry_id
WHERE a.kind = 'pin' AND a.undone_at IS NULL AND (a.until IS NULL OR a.until > :now)
"""
_TEXTS: Final = "SELECT id, title, summary FROM entries WHERE id IN (SELECT value FROM json_each(?))"
_EMPTY: Final = """
UPDATE entries SET pruned_at = ?, trace = ?, title = '', url = NULL, link_key = NULL, updated_at = NULL,
  date_reason = NULL, authors = '[]', summary = '', content_html = '', categories = '[]', enclosures = '[]',
  image_url = NULL, comments_url = NULL, language = NULL, rights = NULL, extras = '{}'
WHERE id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an entry may go."""

    now: datetime
    vanished_for: timedelta


def find_old(db: Database, rule: Rule) -> list[int]:
    """Find the rows of entries that may go.

    What a topic shows, every member of it, stays as long as it is shown, so that pruning changes no feed; what waits
    for being curated stays until it was.
    """
    return [row_id for row_id, _ in db.execute(_OLD, _parameters(db, rule, None))]


def prune_entries(db: Database, rule: Rule, row_ids: Sequence[int]) -> int:
    """Empty those of the entries that may still go; their rows stay as tombstones. Say how many went.

    A tombstone keeps keys, dates and a trace of headline and text: what is published again under other names is known.
    """
    found = db.execute(_OLD, _parameters(db, rule, row_ids)).fetchall()
    rows = [(row_id,) for row_id, _ in found]
    conn = db.conn
    texts = db.execute(_TEXTS, [encode([row_id for row_id, _ in found])]).fetchall()
    emptied = [(moment(rule.now), pack_trace(trace_of(title, text)), row_id) for row_id, title, text in texts]
    conn.executemany(_EMPTY, emptied)
    conn.executemany("DELETE FROM entry_revisions WHERE entry_id = ?", rows)
    conn.executemany("DELETE FROM topic_entries WHERE entry_id = ?", rows)
    conn.executemany("DELETE FROM shaped WHERE subject_id = ?", rows)
    conn.executemany("UPDATE sources SET entries = entries - 1 WHERE id = ?", [(source_id,) for _, source_id in found])
    return len(found)


def prune_polls(db: Database, now: datetime) -> int:
    """Forget polls that are older than what their sources keep."""
    cursor = db.execute(
        "DELETE FROM polls WHERE julianday(at) < julianday(?) - "
        "(SELECT keep_s / 86400.0 FROM sources WHERE id = polls.source_id)",
        [moment(now)],
    )
    return cursor.rowcount


def tombstones(db: Database) -> int:
    """Count the entries that were emptied."""
    (count,) = db.execute("SELECT count(*) FROM entries WHERE pruned_at IS NOT NULL").fetchone()
    return int(count)


def _parameters(db: Database, rule: Rule, row_ids: Sequence[int] | None) -> dict[str, Any]:
    (shortest,) = db.execute("SELECT ifnull(min(keep_s), 0) FROM sources").fetchone()
    return {
        "now": moment(rule.now),
        "old_for_some": moment(rule.now - timedelta(seconds=shortest)),
        "vanished": moment(rule.now - rule.vanished_for),
        "row_ids": None if row_ids is None else encode(row_ids),
        "shown": encode(_shown(db, rule.now)),
    }


def _shown(db: Database, now: datetime) -> list[int]:
    subjects: set[int] = set()
    for topic, limit in db.execute("SELECT topic, item_limit FROM topics").fetchall():
        subjects.update(row[0] for row in db.execute(_SHOWN, {"topic": topic, "limit": limit}))
    subjects.update(*db.execute(_PINNED, {"now": moment(now)}).fetchall())
    return sorted(subjects)
