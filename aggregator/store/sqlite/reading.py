"""Looking inside: entries and the state of everything, on a snapshot of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import StoredEntry
from aggregator.model.status import EntryFilter, SourceStatus, Status, TopicStatus
from aggregator.model.topic import Access, Topic
from aggregator.model.verdict import PollRecord
from aggregator.store.sqlite.audience import topic_subscribers
from aggregator.store.sqlite.memberships import matched
from aggregator.store.sqlite.outbox import targets
from aggregator.store.sqlite.paces import known_paces
from aggregator.store.sqlite.polls import KEPT_POLLS, poll_of
from aggregator.store.sqlite.rows import encode, moment, read_moment, stored_of
from aggregator.store.sqlite.shaping import queues
from aggregator.store.sqlite.source_rows import source_of
from aggregator.store.sqlite.state_rows import shown_state_of

_BY_SHORT: Final = """
SELECT id FROM entries WHERE short = :{0} UNION SELECT entry_id FROM short_aliases WHERE short = :{0}
"""
# A story that became part of another is found there.
STORIES: Final = f"""
WITH named AS ({_BY_SHORT.format("story")})
SELECT ifnull(a.new_id, named.id) FROM named LEFT JOIN story_aliases a ON a.old_id = named.id
"""  # noqa: S608 - from the text above
_CONDITIONS: Final = {
    "source": "source = :source",
    "topic": "id IN (SELECT entry_id FROM topic_entries WHERE topic = :topic)",
    "story": f"story_id IN ({STORIES})",
    "entry": f"id IN ({_BY_SHORT.format('entry')})",
    "since": "first_seen_at >= :since",
}
_POLLS: Final = """
SELECT p.* FROM json_each(:offsets) o JOIN sources s ON s.polls > o.value
JOIN polls p ON p.source_id = s.id AND p.slot = (s.polls - 1 - o.value) % :kept
WHERE s.active = 1 ORDER BY o.value
"""
_MEMBERS: Final = """
SELECT m.topic, count(*), count(DISTINCT e.story_id) FROM topic_entries m JOIN entries e ON e.id = m.entry_id
GROUP BY m.topic
"""


def entries(db: Database, wanted: EntryFilter, now: datetime) -> tuple[tuple[StoredEntry, str], ...]:
    """List kept entries, newest first seen first, each with the short id of its story."""
    asked: dict[str, Any] = {
        "source": wanted.source,
        "topic": wanted.topic,
        "story": wanted.story,
        "entry": wanted.entry,
        "since": None if wanted.since is None else moment(now - wanted.since),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = " AND ".join(("1", *(_CONDITIONS[name] for name in given)))
    limit = -1 if wanted.limit is None else max(wanted.limit, 0)
    rows = db.query(
        f"SELECT * FROM v_entries WHERE {conditions} ORDER BY first_seen_at DESC, id DESC LIMIT :limit",  # noqa: S608 - from the table above
        given | {"limit": limit},
    )
    return tuple((stored, stored.story.short if stored.story else "") for stored in map(stored_of, rows))


def status(db: Database, topics: Sequence[Topic], now: datetime, polls: int) -> Status:
    """Tell the state of the configured sources, in their order, and of the topics named."""
    (total,) = db.execute("SELECT ifnull(sum(entries), 0) FROM sources").fetchone()
    (waiting,) = db.execute("SELECT count(*) FROM arrivals").fetchone()
    return Status(
        at=now,
        sources=_sources(db, polls),
        topics=_topics(db, topics),
        entries=total,
        waiting=waiting,
        paces=known_paces(db),
        outbox=targets(db),
    )


def _sources(db: Database, polls: int) -> tuple[SourceStatus, ...]:
    records: dict[int, list[PollRecord]] = {}
    offsets = list(range(min(max(polls, 0), KEPT_POLLS)))
    for row in db.query(_POLLS, {"offsets": encode(offsets), "kept": KEPT_POLLS}):
        records.setdefault(row["source_id"], []).append(poll_of(row))
    return tuple(
        SourceStatus(
            source=source_of(row),
            state=shown_state_of(row),
            entries=row["entries"],
            polls=tuple(records.get(row["id"], ())),
            pace_key=row["pace"],
        )
        for row in db.query("SELECT * FROM sources WHERE active = 1 ORDER BY position, id")
    )


def _topics(db: Database, topics: Sequence[Topic]) -> tuple[TopicStatus, ...]:
    members = {topic: (entries, stories) for topic, entries, stories in db.execute(_MEMBERS)}
    rows = {row["topic"]: row for row in db.query("SELECT * FROM topics")}
    subscribers, waiting = topic_subscribers(db), queues(db)
    return tuple(
        TopicStatus(
            slug=topic.slug,
            title=topic.title,
            entries=members.get(topic.slug, (0, 0))[0],
            stories=members.get(topic.slug, (0, 0))[1],
            updated_at=read_moment(rows[topic.slug]["changed_at"]) if topic.slug in rows else None,
            matched=matched(rows[topic.slug]) if topic.slug in rows else 1.0,
            subscribers=subscribers.get(topic.slug, 0),
            private=topic.access is Access.TOKEN,
            queues=waiting.get(topic.slug, ()),
        )
        for topic in topics
    )
