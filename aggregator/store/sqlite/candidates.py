"""What a topic may show: the subjects that wait for being announced, those that were, and their members.

A story may have hundreds of members, of which one speaks. So all are read without what only a lead shows, and those
that are going to speak once more, whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.edition import Candidate, LedgerRow, Member, own_id
from aggregator.model.entry import EntryKey
from aggregator.model.topic import Topic, TopicMode
from aggregator.store.sqlite.rows import (
    Row,
    all_rows,
    encode,
    known_moment,
    moment,
    read_moment,
    read_reason,
    stored_of,
)
from aggregator.store.sqlite.source_rows import facts_by_row
from aggregator.store.sqlite.topic_rows import authority

# A copy is the same subject as what it repeats, also where each entry is shown for itself.
SUBJECT_OF: Final = {TopicMode.STORIES: "{0}.story_id", TopicMode.ENTRIES: "ifnull({0}.duplicate_of, {0}.id)"}
# The same the other way round, in a form for which there are indexes.
MEMBER_OF: Final = {
    TopicMode.STORIES: "{0}.story_id {1}",
    TopicMode.ENTRIES: "(({0}.id {1} AND {0}.duplicate_of IS NULL) OR {0}.duplicate_of {1})",
}

# The order is that of an edition, so that what falls out of the one falls out of the other.
_LATEST: Final = """
SELECT a.subject_id, a.announced_at, ifnull(a.told_as, a.subject_id) FROM announcements a
JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
WHERE a.topic = :topic AND a.digest IS NULL AND EXISTS (
  SELECT 1 FROM entries e WHERE {is_subject} AND e.pruned_at IS NULL)
ORDER BY a.announced_at DESC, l.published_at DESC, l.atom_id LIMIT :limit
"""
# Those that an editor has pinned stay, however many came since.
_PINNED: Final = """
SELECT a.subject_id, a.announced_at, ifnull(a.told_as, a.subject_id) FROM announcements a
JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
WHERE a.topic = :topic AND a.digest IS NULL AND a.subject_id IN (
  SELECT {subject} FROM acts m JOIN entries named ON named.id = m.entry_id
  JOIN entries e ON e.id = named.id OR (m.scope = 'story' AND e.story_id = named.story_id)
  WHERE m.kind = 'pin' AND m.undone_at IS NULL AND (m.until IS NULL OR m.until > :now)
    AND (m.topic IS NULL OR m.topic = :topic) AND e.pruned_at IS NULL)
"""
_PENDING: Final = """
SELECT {subject}, a.announced_at FROM topic_entries m JOIN entries e ON e.id = m.entry_id
LEFT JOIN announcements a ON a.topic = m.topic AND a.subject_id = {subject}
LEFT JOIN shaped w ON w.topic = m.topic AND w.subject_id = {subject} AND w.fate = 'cut'
LEFT JOIN topics t ON t.topic = m.topic
WHERE m.topic = :topic AND m.pending = 1 AND {subject} IS NOT NULL AND w.topic IS NULL
  AND e.id >= ifnull(t.matching_below, 0)
"""
# What decides who speaks, and what is named beside it.
_LIGHT: Final = """
v.id, v.source_id, v.source, v.guid, '[]' AS keys, v.title, v.url, v.link_key, v.published_at, v.updated_at,
NULL AS date_reason, '[]' AS authors, '' AS summary, '' AS content_html, '[]' AS categories, '[]' AS enclosures,
NULL AS image_url, NULL AS comments_url, v.language, NULL AS rights, '' AS fingerprint, '{}' AS extras,
v.first_seen_at, v.revision, v.backfilled, v.story_id, v.story_source, v.story_guid, v.duplicate_of, v.root_source,
v.root_guid, '[]' AS topics, v.bumped_at
"""
_MEMBERS: Final = """
SELECT {light}, length(v.content_html) AS text_length, {shown_subject} AS subject_id, m.reason AS match_reason
FROM v_entries v LEFT JOIN topic_entries m ON m.topic = :topic AND m.entry_id = v.id
WHERE {is_shown}
ORDER BY v.first_seen_at, v.source, v.guid
"""
_READ_WHOLE: Final = "SELECT * FROM v_entries WHERE id IN (SELECT value FROM json_each(?))"
_SQL: Final = {
    mode: {
        name: text.format(
            light=_LIGHT,
            subject=subject.format("e"),
            shown_subject=subject.format("v"),
            is_subject=MEMBER_OF[mode].format("e", "= a.subject_id"),
            is_shown=MEMBER_OF[mode].format("v", "IN (SELECT value FROM json_each(:subjects))"),
        )
        for name, text in (
            ("latest", _LATEST),
            ("pinned", _PINNED),
            ("pending", _PENDING),
            ("members", _MEMBERS),
        )
    }
    for mode, subject in SUBJECT_OF.items()
}
_LEDGER: Final = """
SELECT l.*, subject_source.source AS subject_source, subject.guid AS subject_guid,
  lead_source.source AS lead_source, lead.guid AS lead_guid
FROM ledger l
JOIN entries subject ON subject.id = iif(l.subject_id > 0, l.subject_id, l.lead_id)
JOIN sources subject_source ON subject_source.id = subject.source_id
JOIN entries lead ON lead.id = l.lead_id JOIN sources lead_source ON lead_source.id = lead.source_id
WHERE l.subject_id IN (SELECT value FROM json_each(?))
"""

# What begins with an id of ours is that id with a number behind it.
_TAKEN: Final = """
SELECT atom_id FROM ledger WHERE atom_id IN (SELECT value FROM json_each(?))
UNION
SELECT l.atom_id FROM json_each(?) own JOIN ledger l ON l.atom_id >= own.value AND l.atom_id < own.value || '~'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, and the rows behind the keys that they name."""

    candidates: tuple[Candidate, ...]
    subjects: Mapping[EntryKey, int]
    entries: Mapping[EntryKey, int]


def waiting_for(db: Database, topic: Topic) -> list[int]:
    """List the subjects that wait for being announced, the first seen first.

    What was cut is not among them, nor what a changed rule has not come to yet: it may let it in no more.
    """
    pending = db.execute(_SQL[topic.mode]["pending"], {"topic": topic.slug})
    return sorted({subject_id for subject_id, announced_at in pending if announced_at is None})


def find_candidates(db: Database, topic: Topic, waiting: Sequence[int], now: datetime) -> Found:
    """Find the subjects that are to be announced, and the last ones that were."""
    latest = db.execute(_SQL[topic.mode]["latest"], {"topic": topic.slug, "limit": topic.limit}).fetchall()
    if topic.limit:
        latest += db.execute(_SQL[topic.mode]["pinned"], {"topic": topic.slug, "now": moment(now)}).fetchall()
    return _found(db, topic, waiting, latest)


def find_announced(db: Database, topic: Topic, told: Sequence[tuple[int, str, int]]) -> Found:
    """Find subjects that were announced, of which something is kept.

    Args:
        db: The database.
        topic: Which announced them.
        told: Rows of subjects, when they were announced, and as which.
    """
    return _found(db, topic, (), told)


def older_at(db: Database, topic: Topic, found: Found) -> datetime | None:
    """Say when the newest of those subjects was announced that were announced before the ones found."""
    row = db.execute(
        "SELECT announced_at FROM announcements "
        "WHERE topic = ? AND digest IS NULL AND subject_id NOT IN (SELECT value FROM json_each(?)) "
        "ORDER BY announced_at DESC LIMIT 1",
        [topic.slug, encode(sorted(found.subjects.values()))],
    ).fetchone()
    return read_moment(row[0]) if row else None


def _found(db: Database, topic: Topic, waiting: Sequence[int], latest: Sequence[tuple[int, str, int]]) -> Found:
    sql = _SQL[topic.mode]
    announced: dict[int, str | None] = {subject_id: announced_at for subject_id, announced_at, _ in latest}
    subjects = dict.fromkeys(waiting) | announced
    wanted = {"topic": topic.slug, "subjects": encode(sorted(subjects))}
    rows = all_rows(db, sql["members"], wanted)
    facts = facts_by_row(db, {row["source_id"] for row in rows})
    members: dict[int, list[Member]] = {}
    for row in rows:
        member = Member(
            stored=stored_of(row),
            source=facts[row["source_id"]],
            text_length=row["text_length"],
            reason=read_reason(row["match_reason"]),
        )
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
    return Found(
        candidates=candidates,
        subjects={key: subject_id for subject_id, key in keys.items()},
        entries={EntryKey(row["source"], row["guid"]): row["id"] for row in rows},
    )


def read_whole(db: Database, found: Found, leads: Collection[EntryKey]) -> tuple[Candidate, ...]:
    """Give the candidates again, the members that are to speak with all that they have to show."""
    rows = all_rows(db, _READ_WHOLE, [encode(sorted(found.entries[key] for key in leads))])
    whole = {EntryKey(row["source"], row["guid"]): stored_of(row) for row in rows}
    return tuple(
        replace(
            candidate,
            members=tuple(
                replace(member, stored=whole.get(member.stored.entry.key, member.stored))
                for member in candidate.members
            ),
        )
        for candidate in found.candidates
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
    rows = {row["subject_id"]: _ledger_row(row) for row in all_rows(db, _LEDGER, [encode(sorted(set(named.values())))])}
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


def taken_ids(db: Database, candidates: Sequence[Candidate]) -> frozenset[str]:
    """Find the ids that candidates without a ledger row might want and others hold."""
    fresh = [candidate for candidate in candidates if candidate.ledger is None]
    guids = {member.stored.entry.key.guid for candidate in fresh for member in candidate.members}
    minted_by = authority(db)
    own = {own_id(minted_by, candidate.subject) for candidate in fresh}
    rows = db.execute(_TAKEN, [encode(sorted(guids)), encode(sorted(own))])
    return frozenset(row[0] for row in rows)


def taken_urls(db: Database, candidates: Sequence[Candidate]) -> frozenset[str]:
    """Find the links that candidates without a ledger row might want and others hold."""
    fresh = (candidate for candidate in candidates if candidate.ledger is None)
    urls = {url for one in fresh for member in one.members if (url := member.stored.entry.url) is not None}
    rows = db.execute("SELECT url FROM ledger WHERE url IN (SELECT value FROM json_each(?))", [encode(sorted(urls))])
    return frozenset(row[0] for row in rows)
