"""What became of subjects that wait in topics: written when it is decided, forgotten when it may be otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.edition import Candidate
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.shape import Decision, Digest, Queue, Telling
from aggregator.model.topic import Topic
from aggregator.store.sqlite.candidates import MEMBER_OF, SUBJECT_OF
from aggregator.store.sqlite.rows import (
    all_rows,
    encode,
    known_moment,
    known_reason,
    moment,
    moment_or_none,
    read_moment,
    reason_text,
)

_WRITE: Final = """
INSERT OR REPLACE INTO shaped (topic, subject_id, fate, at, again_at, score, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_WAKE_DUE: Final = "DELETE FROM shaped WHERE topic = ? AND fate = 'cut' AND again_at <= ?"
_WAKE_ALL: Final = "DELETE FROM shaped WHERE fate = 'cut' AND (:topic IS NULL OR topic = :topic)"
_WAKE: Final = """
DELETE FROM shaped WHERE fate = 'cut' AND subject_id IN (
  SELECT value FROM json_each(:entries)
  UNION SELECT story_id FROM entries WHERE id IN (SELECT value FROM json_each(:entries))
  UNION SELECT duplicate_of FROM entries WHERE id IN (SELECT value FROM json_each(:entries)))
"""
# What no entry belongs to any more, since its story was merged or parted.
_FORGET: Final = """
DELETE FROM shaped WHERE topic = ? AND fate = 'waits' AND subject_id NOT IN (SELECT value FROM json_each(?))
"""
_FORGET_TOLD: Final = """
DELETE FROM shaped WHERE topic = ? AND fate = 'waits' AND EXISTS (
  SELECT 1 FROM announcements a WHERE a.topic = shaped.topic AND a.subject_id = shaped.subject_id)
"""
_RECENT: Final = """
SELECT a.announced_at, s.source FROM announcements a JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
JOIN entries lead ON lead.id = l.lead_id JOIN sources s ON s.id = lead.source_id
WHERE a.topic = ? AND a.announced_at > ? ORDER BY a.announced_at, s.source
"""
_ELSEWHERE: Final = """
SELECT DISTINCT {subject} AS subject_id, a.topic, 1 AS told FROM entries e JOIN announcements a
  ON a.subject_id IN (e.id, e.story_id, e.duplicate_of) AND a.topic IN (SELECT value FROM json_each(:topics))
WHERE {member}
UNION
SELECT DISTINCT {subject}, m.topic, 0 FROM entries e
JOIN topic_entries m ON m.entry_id = e.id AND m.pending = 1 AND m.topic IN (SELECT value FROM json_each(:topics))
LEFT JOIN shaped w ON w.topic = m.topic AND w.subject_id IN (e.id, e.story_id, e.duplicate_of) AND w.fate = 'cut'
WHERE {member} AND w.topic IS NULL
ORDER BY 1, 2, 3
"""
_IN: Final = "IN (SELECT value FROM json_each(:subjects))"
_DIGESTS: Final = "SELECT * FROM digests WHERE topic = ? AND made_at LIKE ? ORDER BY made_at DESC, at DESC LIMIT ?"
_INSERT_DIGEST: Final = """
INSERT INTO digests (topic, at, made_at, atom_id, url, title, summary, content_html, stories)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_QUEUES: Final = """
SELECT w.topic, json_extract(w.reason, '$.rule') AS rule, count(*) AS waiting, min(w.again_at)
FROM shaped w JOIN topics t ON t.topic = w.topic AND t.retired = 0
WHERE w.fate = 'waits' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
_OF_ENTRY: Final = """
SELECT w.topic, w.reason, w.again_at FROM shaped w JOIN entries e ON e.id = ?
LEFT JOIN topics t USING (topic)
WHERE w.subject_id = iif(t.mode = 'entries', ifnull(e.duplicate_of, e.id), e.story_id) AND t.retired IS NOT 1
ORDER BY w.topic
"""


def wake_changed(db: Database, topic: Topic, shape_before: str, now: datetime) -> None:
    """Let what was cut be looked at again, where time or other settings may say otherwise."""
    if shape_before != topic.shape.fingerprint:
        db.execute(_WAKE_ALL, {"topic": topic.slug})
    db.execute(_WAKE_DUE, [topic.slug, moment(now)])


def wake_topic(db: Database, topic: str | None) -> None:
    """Let all that was cut in a topic, or in all, be looked at again."""
    db.execute(_WAKE_ALL, {"topic": topic})


def wake(db: Database, entries: str) -> None:
    """Let what was cut be looked at again, of the subjects that entries belong to; they are given as JSON."""
    db.execute(_WAKE, {"entries": entries})


def forget_absent(db: Database, topic: str, waiting: Sequence[int]) -> None:
    """Forget what was decided about subjects that wait no more, since stories were merged or parted."""
    db.execute(_FORGET, [topic, encode(waiting)])


def forget_told(db: Database, topic: str) -> None:
    """Forget what kept subjects waiting that were announced since nothing does any more."""
    db.execute(_FORGET_TOLD, [topic])


def write_decisions(
    db: Database, topic: str, decisions: Iterable[Decision], subjects: Mapping[EntryKey, int], now: datetime
) -> None:
    """Write down what was decided, where it is not what is written already but for what time does to a score."""
    known = {
        subject: (fate, rule, again_at)
        for subject, fate, rule, again_at in db.execute(
            "SELECT subject_id, fate, json_extract(reason, '$.rule'), again_at FROM shaped WHERE topic = ?", [topic]
        )
    }
    rows = [
        (
            topic,
            subjects[one.subject],
            one.fate.value,
            moment(now),
            moment_or_none(one.again_at),
            one.score,
            reason_text(one.reason),
        )
        for one in decisions
        if known.get(subjects[one.subject]) != (one.fate.value, one.reason.rule, moment_or_none(one.again_at))
    ]
    db.conn.executemany(_WRITE, rows)


def recent(db: Database, topic: Topic, now: datetime) -> tuple[Telling, ...]:
    """Read what a topic announced within the memory of its shape."""
    if topic.shape.memory <= timedelta():
        return ()
    rows = db.execute(_RECENT, [topic.slug, moment(now - topic.shape.memory - timedelta(seconds=1))])
    return tuple(Telling(known_moment(at), source) for at, source in rows)


def add_elsewhere(
    db: Database, topic: Topic, candidates: Sequence[Candidate], subjects: Mapping[EntryKey, int]
) -> tuple[Candidate, ...]:
    """Say of each candidate which of the topics of ``unless-in`` have it."""
    topics = topic.shape.unless_in
    if not topics:
        return tuple(candidates)
    waiting = [subjects[one.subject] for one in candidates if one.announced_at is None]
    sql = _ELSEWHERE.format(subject=SUBJECT_OF[topic.mode].format("e"), member=MEMBER_OF[topic.mode].format("e", _IN))
    found: dict[int, list[tuple[str, bool]]] = {}
    for subject, slug, told in db.execute(sql, {"topics": encode(topics), "subjects": encode(waiting)}):
        found.setdefault(subject, []).append((slug, bool(told)))
    return tuple(replace(one, elsewhere=tuple(found.get(subjects[one.subject], ()))) for one in candidates)


def digests(db: Database, topic: Topic, month: str = "") -> tuple[Digest, ...]:
    """Read the latest digests of a topic, or those of a month, ``YYYY-MM``."""
    return tuple(
        Digest(
            at=known_moment(row["at"]),
            made_at=known_moment(row["made_at"]),
            atom_id=row["atom_id"],
            url=row["url"],
            title=row["title"],
            summary=row["summary"],
            content_html=row["content_html"],
            stories=row["stories"],
        )
        for row in all_rows(db, _DIGESTS, [topic.slug, f"{month}%", topic.limit])
    )


def write_digest(db: Database, topic: str, digest: Digest) -> None:
    """Keep a digest, for ever."""
    texts = (digest.atom_id, digest.url, digest.title, digest.summary, digest.content_html)
    db.execute(_INSERT_DIGEST, [topic, moment(digest.at), moment(digest.made_at), *texts, digest.stories])


def fates_of(db: Database, entry: int) -> tuple[tuple[str, Reason, datetime | None], ...]:
    """Tell what became of an entry's subject in each topic in which something keeps, or kept, it waiting."""
    rows = db.execute(_OF_ENTRY, [entry])
    return tuple((topic, known_reason(reason), read_moment(again_at)) for topic, reason, again_at in rows)


def queues(db: Database) -> dict[str, tuple[Queue, ...]]:
    """Count what waits in each topic, gate by gate, the longest queue first."""
    found: dict[str, list[Queue]] = {}
    for topic, rule, waiting, next_at in db.execute(_QUEUES):
        found.setdefault(topic, []).append(Queue(rule=rule, waiting=waiting, next_at=read_moment(next_at)))
    return {topic: tuple(ones) for topic, ones in found.items()}


def due_topics(db: Database, now: datetime) -> tuple[str, ...]:
    """Name the topics for which time alone may have changed something."""
    rows = db.execute("SELECT topic FROM topics WHERE due_at <= ? AND retired = 0 ORDER BY topic", [moment(now)])
    return tuple(row[0] for row in rows)
