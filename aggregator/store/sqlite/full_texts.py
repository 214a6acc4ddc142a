"""Whole articles: which pages wait to be read, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.article import FullText, PageWanted
from aggregator.model.entry import EntryKey
from aggregator.store.sqlite.rows import encode, first_row, moment, moment_or_none

FRESH: Final = timedelta(days=2)
"""Pages of older entries are not asked for: switching full text on must not fetch an archive."""

SCHEMA: Final = """
CREATE TABLE full_texts (
  entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
  revision INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  asked_at TEXT NOT NULL,
  again_at TEXT,
  feed_html TEXT
) STRICT;
CREATE TRIGGER full_texts_pruned AFTER UPDATE OF pruned_at ON entries WHEN NEW.pruned_at IS NOT NULL
BEGIN DELETE FROM full_texts WHERE entry_id = NEW.id; END;
"""

# Of an entry that was revised the page is wanted anew: the revision carries the feed's own text.
_WANTED: Final = """
SELECT s.source, e.guid, e.url, e.content_html, e.revision,
  CASE WHEN f.revision = e.revision THEN f.attempts ELSE 0 END AS attempts
FROM entries e JOIN sources s ON s.id = e.source_id LEFT JOIN full_texts f ON f.entry_id = e.id
WHERE e.pruned_at IS NULL AND e.held_until IS NULL AND e.first_seen_at >= :fresh AND NOT e.backfilled
  AND e.url IS NOT NULL
  AND s.source IN (SELECT value FROM json_each(:sources))
  AND (f.entry_id IS NULL OR f.revision < e.revision OR f.again_at <= :now)
ORDER BY e.first_seen_at, e.id LIMIT :limit
"""
_ENTRY: Final = """
SELECT e.id, e.revision, e.content_html FROM entries e JOIN sources s ON s.id = e.source_id
WHERE s.source = ? AND e.guid = ? AND e.pruned_at IS NULL
"""
_REPLACE: Final = """
UPDATE entries SET content_html = :html, summary = CASE WHEN summary = '' THEN :summary ELSE summary END WHERE id = :id
"""
_NOTE: Final = """
INSERT OR REPLACE INTO full_texts (entry_id, revision, outcome, detail, attempts, asked_at, again_at, feed_html)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def pages_wanted(db: Database, source_ids: Sequence[str], now: datetime, limit: int) -> tuple[PageWanted, ...]:
    """List entries of these sources whose page is to be read, the first seen first."""
    found = db.query(
        _WANTED,
        {"sources": encode(list(source_ids)), "now": moment(now), "fresh": moment(now - FRESH), "limit": limit},
    )
    return tuple(
        PageWanted(
            key=EntryKey(row["source"], row["guid"]),
            url=row["url"],
            content_html=row["content_html"],
            revision=row["revision"],
            attempts=row["attempts"],
        )
        for row in found
    )


def keep_full_text(db: Database, result: FullText) -> None:
    """Note what came of a page; an article takes the place of the feed's text, which is kept beside it.

    The entry is judged anew by the topics. A result for an entry that was revised meanwhile is dropped.
    """
    row = first_row(db, _ENTRY, (result.key.source, result.key.guid))
    if row is None or row["revision"] != result.revision:
        return
    replaced = result.content_html is not None
    if replaced:
        db.execute(_REPLACE, {"html": result.content_html, "summary": result.summary, "id": row["id"]})
        db.execute("INSERT INTO arrivals (entry_id, revised) VALUES (?, 1)", [row["id"]])
    db.execute(
        _NOTE,
        [
            *(row["id"], result.revision, result.outcome, result.detail, result.attempts),
            *(moment(result.asked_at), moment_or_none(result.again_at), row["content_html"] if replaced else None),
        ],
    )
