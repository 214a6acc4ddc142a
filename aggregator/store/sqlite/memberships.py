"""Who is in which topic, for those who compare."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.membership import Membership, Overlap, Told, TopicRecord
from aggregator.model.topic import Access, TopicMode
from aggregator.store.sqlite.matches import Entering
from aggregator.store.sqlite.rows import Row, encode, known_moment, known_reason, moment, read_moment

_MEMBERS: Final = """
SELECT m.topic, m.reason, m.pending, m.lapsed, s.source, e.guid, e.title, e.first_seen_at,
  about_source.source AS subject_source, about.guid AS subject_guid, a.announced_at
FROM topic_entries m JOIN entries e ON e.id = m.entry_id JOIN sources s ON s.id = e.source_id
LEFT JOIN topics t ON t.topic = m.topic
JOIN entries about ON about.id = iif(t.mode = 'entries', ifnull(e.duplicate_of, e.id), ifnull(e.story_id, e.id))
JOIN sources about_source ON about_source.id = about.source_id
LEFT JOIN announcements a ON a.topic = m.topic AND a.subject_id = about.id
WHERE m.topic IN (SELECT value FROM json_each(:slugs)) AND e.first_seen_at >= :since AND e.pruned_at IS NULL
ORDER BY e.first_seen_at DESC, s.source, e.guid, m.topic
"""
_OVERLAPS: Final = """
SELECT m.topic, o.topic, count(*) FROM topic_entries m JOIN entries e ON e.id = m.entry_id
JOIN topic_entries o ON o.entry_id = m.entry_id LEFT JOIN topics t ON t.topic = o.topic
WHERE m.topic IN (SELECT value FROM json_each(:slugs)) AND e.first_seen_at >= :since AND e.pruned_at IS NULL
  AND m.lapsed = 0 AND o.lapsed = 0 AND t.retired IS NOT 1
GROUP BY m.topic, o.topic ORDER BY m.topic, o.topic
"""
_RECORDS: Final = """
SELECT t.*, (SELECT count(*) FROM announcements a WHERE a.topic = t.topic) AS announced FROM topics t ORDER BY t.topic
"""


def kept_since(db: Database) -> datetime | None:
    """Say when the oldest entry that is kept was first seen."""
    (first,) = db.execute("SELECT min(first_seen_at) FROM entries WHERE pruned_at IS NULL").fetchone()
    return read_moment(first)


def members(db: Database, slugs: Collection[str], since: datetime) -> tuple[Membership, ...]:
    """List the members of topics that were first seen since, the latest first."""
    asked = {"slugs": encode(sorted(slugs)), "since": moment(since)}
    return tuple(
        Membership(
            topic=row["topic"],
            key=EntryKey(row["source"], row["guid"]),
            subject=EntryKey(row["subject_source"], row["subject_guid"]),
            title=row["title"],
            first_seen_at=known_moment(row["first_seen_at"]),
            reason=known_reason(row["reason"]),
            told=_told(row),
            lapsed=bool(row["lapsed"]),
        )
        for row in db.query(_MEMBERS, asked)
    )


def overlaps(db: Database, slugs: Collection[str], since: datetime) -> tuple[Overlap, ...]:
    """Count what topics share with all others, and what they have."""
    rows = db.execute(_OVERLAPS, {"slugs": encode(sorted(slugs)), "since": moment(since)})
    return tuple(Overlap(topic=topic, other=other, entries=entries) for topic, other, entries in rows)


def topic_records(db: Database) -> tuple[TopicRecord, ...]:
    """List all topics that were ever seen, by slug."""
    return tuple(
        TopicRecord(
            slug=row["topic"],
            rule_digest=row["rule_digest"],
            mode=TopicMode(row["mode"]) if row["mode"] else None,
            retired=bool(row["retired"]),
            announced=row["announced"],
            matched=matched(row),
            filling=row["matching_how"] == Entering.LOUD,
            private=row["access"] == Access.TOKEN,
            shape=row["shape"],
        )
        for row in db.query(_RECORDS)
    )


def matched(row: Row) -> float:
    """Say which share of what is kept a topic has been matched with, by its row."""
    return 1 - row["matching_below"] / row["matching_from"] if row["matching_from"] else 1.0


def _told(row: Row) -> Told:
    if row["announced_at"] is not None:
        return Told.ANNOUNCED
    return Told.WAITING if row["pending"] else Told.SILENT
