"""Announcing: what a topic may show, and what it showed for the first time, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.edition import Composed, Edition, TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.topic import Topic
from aggregator.store.sqlite.candidates import (
    MEMBER_OF,
    SUBJECT_OF,
    Found,
    find_candidates,
    older_at,
    read_whole,
    taken_ids,
    taken_urls,
    waiting_for,
)
from aggregator.store.sqlite.marks import marks_on
from aggregator.store.sqlite.outbox import add_messages, told_until, write_told
from aggregator.store.sqlite.rows import (
    Row,
    encode,
    moment,
    moment_or_none,
    read_moment,
)
from aggregator.store.sqlite.topic_rows import authority, topic_row

SLICE: Final = 500
"""So many subjects are announced at a time."""

_SETTLE: Final = """
UPDATE topic_entries SET pending = 0 WHERE topic = :topic AND pending = 1 AND EXISTS (
  SELECT 1 FROM entries e JOIN announcements a ON a.subject_id = {subject}
  WHERE e.id = topic_entries.entry_id AND a.topic = :topic)
"""
_PEND_ANEW: Final = """
UPDATE topic_entries SET pending = 1
WHERE topic = ? AND pending = 0 AND lapsed = 0 AND entry_id IN (SELECT id FROM entries WHERE backfilled = 0)
"""
# What a story was told as is again the announcement of that entry.
_TELL_ENTRIES: Final = """
UPDATE OR IGNORE announcements SET subject_id = told_as, told_as = NULL WHERE topic = ? AND told_as IS NOT NULL
"""
_INTO_LEDGER: Final = """
INSERT INTO ledger (subject_id, atom_id, url, published_at, updated_at, lead_id, first_announced_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


_PEND_MEMBERS: Final = {
    mode: f"""
UPDATE topic_entries SET pending = 1 WHERE topic = :topic AND entry_id IN (
  SELECT e.id FROM entries e WHERE {member.format("e", "= :subject")} AND e.backfilled = 0)
"""  # noqa: S608 - names of columns
    for mode, member in MEMBER_OF.items()
}
_SETTLES: Final = {mode: _SETTLE.format(subject=subject.format("e")) for mode, subject in SUBJECT_OF.items()}


def announce(db: Database, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
    """Compose the edition of a topic; write new ledger rows and the topic's state with it."""
    state = topic_row(db, topic.slug)
    if state["mode"] not in {"", topic.mode.value}:
        # Stories are other subjects than entries: what was announced as the one was not as the other.
        db.execute(_PEND_ANEW, [topic.slug])
        db.execute(_TELL_ENTRIES, [topic.slug])
    waiting = waiting_for(db, topic)
    if _give_back(db, topic, waiting):
        waiting = waiting_for(db, topic)
    # A flood is announced slice by slice, or all of its texts would be in memory at once; only the last is shown.
    unseen = replace(topic, limit=0)
    sliced: frozenset[EntryKey] = frozenset()
    while len(waiting) > SLICE:
        sliced |= {*_announce(db, unseen, state, waiting[:SLICE], now, compose).announced}
        del waiting[:SLICE]
    last = _announce(db, topic, state, waiting, now, lambda view: compose(replace(view, announcing=sliced)))
    edition = last.edition
    add_messages(db, last.messages)
    write_told(db, topic.slug, last.told)
    db.execute(_SETTLES[topic.mode], {"topic": topic.slug})
    _write_state(db, topic, state, edition)
    return edition


def _give_back(db: Database, topic: Topic, waiting: Sequence[int]) -> bool:
    """Give subjects the items back that are theirs and that another tells, so that no item is told twice.

    An editor may part what was told as one and join it again. Who told the item of another waits for one of its own.
    """
    lent = db.execute(
        "SELECT min(subject_id), told_as FROM announcements "
        "WHERE topic = ? AND told_as IN (SELECT value FROM json_each(?)) GROUP BY told_as",
        [topic.slug, encode(waiting)],
    ).fetchall()
    for subject_id, _ in lent:
        db.execute(
            "UPDATE announcements SET subject_id = told_as, told_as = NULL WHERE topic = ? AND subject_id = ?",
            [topic.slug, subject_id],
        )
        db.execute(_PEND_MEMBERS[topic.mode], {"topic": topic.slug, "subject": subject_id})
    return bool(lent)


def _announce(  # noqa: PLR0913, PLR0917 - one slice of what the caller was asked for
    db: Database,
    topic: Topic,
    state: Row,
    waiting: Sequence[int],
    now: datetime,
    compose: Callable[[TopicView], Composed],
) -> Composed:
    """Announce what waits; give the edition of it and of what was announced before."""
    found = find_candidates(db, topic, waiting, now)
    view = TopicView(
        topic=topic,
        feed_id=state["feed_id"],
        authority=authority(db),
        candidates=found.candidates,
        taken_ids=taken_ids(db, found.candidates),
        taken_urls=taken_urls(db, found.candidates),
        marks=marks_on(db, topic.slug, now),
        last_digest=state["digest"],
        last_changed_at=read_moment(state["changed_at"]),
        older_at=older_at(db, topic, found),
        told=told_until(db, topic.slug),
    )
    composed = compose(view)
    _write_ledger(db, composed, found)
    _write_announced(db, topic, composed, found, now)
    if composed.leads:
        composed = compose(replace(view, candidates=read_whole(db, found, composed.leads)))
    return composed


def _write_ledger(db: Database, composed: Composed, found: Found) -> None:
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


def _write_announced(db: Database, topic: Topic, composed: Composed, found: Found, now: datetime) -> None:
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
        "access": topic.access.value,
    }
    changes = {name: value for name, value in columns.items() if state[name] != value}
    if changes:
        db.table("topics").update(topic.slug, changes)
