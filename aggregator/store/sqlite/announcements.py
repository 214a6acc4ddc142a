"""Announcing: what a topic may show, and what it showed for the first time, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.edition import Candidate, Composed, Edition, LedgerRow, Member, TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.topic import Topic, TopicMode
from aggregator.store.sqlite.rows import (
    Row,
    encode,
    known_moment,
    moment,
    moment_or_none,
    read_moment,
    read_reason,
    stored_of,
)
from aggregator.store.sqlite.source_rows import facts_by_row
from aggregator.store.sqlite.topic_rows import authority, topic_row

SLICE: Final = 500
"""So many subjects are announced at a time."""

# A copy is the same subject as what it repeats, also where each entry is shown for itself.
_SUBJECT_OF: Final = {TopicMode.STORIES: "{0}.story_id", TopicMode.ENTRIES: "ifnull({0}.duplicate_of, {0}.id)"}
# The same the other way round, in a form for which there are indexes.
_MEMBER_OF: Final = {
    TopicMode.STORIES: "{0}.story_id {1}",
    TopicMode.ENTRIES: "(({0}.id {1} AND {0}.duplicate_of IS NULL) OR {0}.duplicate_of {1})",
}

# The order is that of an edition, so that what falls out of the one falls out of the other.
_LATEST: Final = """
SELECT a.subject_id, a.announced_at, ifnull(a.told_as, a.subject_id) FROM announcements a
JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
WHERE a.topic = :topic AND EXISTS (
  SELECT 1 FROM entries e WHERE {is_subject} AND e.pruned_at IS NULL)
ORDER BY a.announced_at DESC, l.published_at DESC, l.atom_id LIMIT :limit
"""
_PENDING: Final = """
SELECT {subject}, a.announced_at FROM topic_entries m JOIN entries e ON e.id = m.entry_id
LEFT JOIN announcements a ON a.topic = m.topic AND a.subject_id = {subject}
WHERE m.topic = :topic AND m.pending = 1 AND {subject} IS NOT NULL
"""
_MEMBERS: Final = """
SELECT v.*, {shown_subject} AS subject_id, m.reason AS match_reason FROM v_entries v
LEFT JOIN topic_entries m ON m.topic = :topic AND m.entry_id = v.id
WHERE {is_shown}
ORDER BY v.first_seen_at, v.source, v.guid
"""
_SETTLE: Final = """
UPDATE topic_entries SET pending = 0 WHERE topic = :topic AND pending = 1 AND EXISTS (
  SELECT 1 FROM entries e JOIN announcements a ON a.subject_id = {subject}
  WHERE e.id = topic_entries.entry_id AND a.topic = :topic)
"""
_SQL: Final = {
    mode: {
        name: text.format(
            subject=subject.format("e"),
            shown_subject=subject.format("v"),
            is_subject=_MEMBER_OF[mode].format("e", "= a.subject_id"),
            is_shown=_MEMBER_OF[mode].format("v", "IN (SELECT value FROM json_each(:subjects))"),
        )
        for name, text in (("latest", _LATEST), ("pending", _PENDING), ("members", _MEMBERS), ("settle", _SETTLE))
    }
    for mode, subject in _SUBJECT_OF.items()
}
_LEDGER: Final = """
SELECT l.*, subject_source.source AS subject_source, subject.guid AS subject_guid,
  lead_source.source AS lead_source, lead.guid AS lead_guid
FROM ledger l
JOIN entries subject ON subject.id = l.subject_id JOIN sources subject_source ON subject_source.id = subject.source_id
JOIN entries lead ON lead.id = l.lead_id JOIN sources lead_source ON lead_source.id = lead.source_id
WHERE l.subject_id IN (SELECT value FROM json_each(?))
"""
_PEND_ANEW: Final = """
UPDATE topic_entries SET pending = 1
WHERE topic = ? AND pending = 0 AND entry_id IN (SELECT id FROM entries WHERE backfilled = 0)
"""
# What a story was told as is again the announcement of that entry.
_TELL_ENTRIES: Final = """
UPDATE OR IGNORE announcements SET subject_id = told_as, told_as = NULL WHERE topic = ? AND told_as IS NOT NULL
"""
_INTO_LEDGER: Final = """
INSERT INTO ledger (subject_id, atom_id, url, published_at, updated_at, lead_id, first_announced_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates, and the rows behind the keys that they name."""

    candidates: tuple[Candidate, ...]
    subjects: Mapping[EntryKey, int]
    entries: Mapping[EntryKey, int]


def announce(db: Database, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
    """Compose the edition of a topic; write new ledger rows and the topic's state with it."""
    state = topic_row(db, topic.slug)
    if state["mode"] not in {"", topic.mode.value}:
        # Stories are other subjects than entries: what was announced as the one was not as the other.
        db.execute(_PEND_ANEW, [topic.slug])
        db.execute(_TELL_ENTRIES, [topic.slug])
    waiting = _waiting(db, topic)
    # A flood is announced slice by slice, or all of its texts would be in memory at once; only the last is shown.
    unseen = replace(topic, limit=0)
    while len(waiting) > SLICE:
        _announce(db, unseen, state, waiting[:SLICE], now, compose)
        del waiting[:SLICE]
    edition = _announce(db, topic, state, waiting, now, compose)
    db.execute(_SQL[topic.mode]["settle"], {"topic": topic.slug})
    _write_state(db, topic, state, edition)
    return edition


def _announce(  # noqa: PLR0913, PLR0917 - one slice of what the caller was asked for
    db: Database,
    topic: Topic,
    state: Row,
    waiting: Sequence[int],
    now: datetime,
    compose: Callable[[TopicView], Composed],
) -> Edition:
    """Announce what waits; give the edition of it and of what was announced before."""
    found = _find(db, topic, waiting)
    composed = compose(
        TopicView(
            topic=topic,
            feed_id=state["feed_id"],
            authority=authority(db),
            candidates=found.candidates,
            taken_ids=_taken_ids(db, found.candidates),
            last_digest=state["digest"],
            last_changed_at=read_moment(state["changed_at"]),
        )
    )
    _write_ledger(db, composed, found)
    _write_announced(db, topic, composed, found, now)
    return composed.edition


def _waiting(db: Database, topic: Topic) -> list[int]:
    """List the subjects that wait for being announced, the first seen first."""
    pending = db.execute(_SQL[topic.mode]["pending"], {"topic": topic.slug})
    return sorted({subject_id for subject_id, announced_at in pending if announced_at is None})


def _find(db: Database, topic: Topic, waiting: Sequence[int]) -> _Found:
    """Find the subjects that are to be announced, and the last ones that were."""
    sql = _SQL[topic.mode]
    latest = db.execute(sql["latest"], {"topic": topic.slug, "limit": topic.limit}).fetchall()
    announced: dict[int, str | None] = {subject_id: announced_at for subject_id, announced_at, _ in latest}
    subjects = dict.fromkeys(waiting) | announced
    wanted = {"topic": topic.slug, "subjects": encode(sorted(subjects))}
    rows = list(db.query(sql["members"], wanted))
    facts = facts_by_row(db, {row["source_id"] for row in rows})
    members: dict[int, list[Member]] = {}
    for row in rows:
        member = Member(stored=stored_of(row), source=facts[row["source_id"]], reason=read_reason(row["match_reason"]))
        members.setdefault(row["subject_id"], []).append(member)
    keys = _subject_keys(db, members)
    ledger = _ledger_rows(db, dict.fromkeys(members) | {subject_id: told_as for subject_id, _, told_as in latest})
    candidates = tuple(
        Candidate(
            subject=keys[subject_id],
            members=tuple(found),
            ledger=ledger.get(subject_id),
            announced_at=read_moment(subjects[subject_id]),
        )
        for subject_id, found in members.items()
    )
    return _Found(
        candidates=candidates,
        subjects={key: subject_id for subject_id, key in keys.items()},
        entries={EntryKey(row["source"], row["guid"]): row["id"] for row in rows},
    )


def _subject_keys(db: Database, subject_ids: Iterable[int]) -> dict[int, EntryKey]:
    """Read the keys of subjects; the founder of a story may have been pruned, its key is there."""
    rows = db.execute(
        "SELECT e.id, s.source, e.guid FROM entries e JOIN sources s ON s.id = e.source_id "
        "WHERE e.id IN (SELECT value FROM json_each(?))",
        [encode(sorted(subject_ids))],
    )
    return {row_id: EntryKey(source, guid) for row_id, source, guid in rows}


def _ledger_rows(db: Database, told_as: Mapping[int, int | None]) -> dict[int, LedgerRow]:
    """Read the ledger rows of subjects: of each its own, or that of the story as which its readers know it."""
    named = {subject_id: other or subject_id for subject_id, other in told_as.items()}
    rows = {row["subject_id"]: _ledger_row(row) for row in db.query(_LEDGER, [encode(sorted(set(named.values())))])}
    return {subject_id: rows[other] for subject_id, other in named.items() if other in rows}


def _ledger_row(row: Row) -> LedgerRow:
    return LedgerRow(
        subject=EntryKey(row["subject_source"], row["subject_guid"]),
        atom_id=row["atom_id"],
        url=row["url"],
        published_at=known_moment(row["published_at"]),
        updated_at=known_moment(row["updated_at"]),
        lead=EntryKey(row["lead_source"], row["lead_guid"]),
        first_announced_at=known_moment(row["first_announced_at"]),
    )


def _taken_ids(db: Database, candidates: Sequence[Candidate]) -> frozenset[str]:
    """Find the ids that candidates without a ledger row might want and others hold."""
    guids = {
        member.stored.entry.key.guid
        for candidate in candidates
        if candidate.ledger is None
        for member in candidate.members
    }
    rows = db.execute(
        "SELECT atom_id FROM ledger WHERE atom_id IN (SELECT value FROM json_each(?))", [encode(sorted(guids))]
    )
    return frozenset(row[0] for row in rows)


def _write_ledger(db: Database, composed: Composed, found: _Found) -> None:
    rows: list[tuple[Any, ...]] = [
        (
            found.subjects[row.subject],
            row.atom_id,
            row.url,
            moment(row.published_at),
            moment(row.updated_at),
            found.entries[row.lead],
            moment(row.first_announced_at),
        )
        for row in composed.new_rows
    ]
    db.conn.executemany(_INTO_LEDGER, rows)


def _write_announced(db: Database, topic: Topic, composed: Composed, found: _Found, now: datetime) -> None:
    # To the second, as editions are: what was announced within one is in the order of its dates.
    at = moment(now.replace(microsecond=0))
    db.conn.executemany(
        "INSERT INTO announcements (topic, subject_id, announced_at) VALUES (?, ?, ?)",
        [(topic.slug, found.subjects[key], at) for key in composed.announced],
    )


def _write_state(db: Database, topic: Topic, state: Row, edition: Edition) -> None:
    columns = {
        "mode": topic.mode.value,
        "item_limit": topic.limit,
        "digest": edition.digest,
        "changed_at": moment_or_none(edition.changed_at),
    }
    changes = {name: value for name, value in columns.items() if state[name] != value}
    if changes:
        db.table("topics").update(topic.slug, changes)
