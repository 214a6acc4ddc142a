"""Readers of topics: hashes that nobody turns back, forgotten when they have not come for long."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.audience import REMEMBERED, Audience, Sighting
from aggregator.store.sqlite.rows import moment

READERS: Final = """
CREATE TABLE readers (
  topic TEXT NOT NULL,
  reader INTEGER NOT NULL,
  subscribers INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  PRIMARY KEY (topic, reader)
) STRICT, WITHOUT ROWID;
"""
_RECENT: Final = timedelta(days=30)
_NOTE: Final = """
INSERT INTO readers (topic, reader, subscribers, seen_at) VALUES (?, ?, ?, ?)
ON CONFLICT (topic, reader) DO UPDATE SET subscribers = excluded.subscribers, seen_at = max(seen_at, excluded.seen_at)
"""
_BY_SOURCE: Final = """
SELECT source, sum(subscribers) FROM (
  SELECT drawn.source, r.reader, max(r.subscribers) AS subscribers
  FROM (
    SELECT DISTINCT m.topic, s.source FROM topic_entries m
    JOIN entries e ON e.id = m.entry_id JOIN sources s ON s.id = e.source_id
    WHERE m.topic IN (SELECT topic FROM readers) AND e.first_seen_at >= :since
  ) drawn JOIN readers r ON r.topic = drawn.topic
  GROUP BY drawn.source, r.reader
) GROUP BY source
"""


def note_readers(db: Database, seen: Sequence[Sighting], now: datetime) -> None:
    """Remember who came, and forget who has not come for long."""
    salt = _salt(db)
    rows = [(one.topic, _digest(one.reader, salt), one.subscribers, moment(one.at)) for one in seen]
    db.conn.executemany(_NOTE, rows)
    db.execute("DELETE FROM readers WHERE seen_at < ?", [moment(now - REMEMBERED)])


def audience(db: Database, now: datetime) -> Audience:
    """Count the readers of every topic, and of every source by the topics that its entries of late are in."""
    return Audience(
        topics=topic_subscribers(db),
        sources=dict(db.execute(_BY_SOURCE, {"since": moment(now - _RECENT)}).fetchall()),
    )


def topic_subscribers(db: Database) -> dict[str, int]:
    """Count the subscribers of every topic that has any."""
    return dict(db.execute("SELECT topic, sum(subscribers) FROM readers GROUP BY topic").fetchall())


def _salt(db: Database) -> bytes:
    """Give what makes our hashes ours; it never leaves the store."""
    made = secrets.token_hex(16)
    db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('readers_salt', ?)", [made])
    return bytes.fromhex(db.execute("SELECT value FROM meta WHERE key = 'readers_salt'").fetchone()[0])


def _digest(reader: str, salt: bytes) -> int:
    digest = hashlib.blake2b(reader.encode("utf-8", "replace"), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)
