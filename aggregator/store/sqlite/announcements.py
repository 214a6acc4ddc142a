"""Announcing: what a topic may show, and what it showed for the first time, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.edition import Composed, Edition, TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.shape import Fate, Rhythm
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
    first_row,
    moment,
    moment_or_none,
    read_moment,
)
from aggregator.store.sqlite.shaping import (
    add_elsewhere,
    digests,
    forget_absent,
    forget_told,
    recent,
    wake_changed,
    write_decisions,
    write_digest,
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
    wake_changed(db, topic, state["shape"], now)
    waiting = waiting_for(db, topic)
    if _give_back(db, topic, waiting):
        waiting = waiting_for(db, topic)
    forget_absent(db, topic.slug, waiting)
    # A flood is announced slice by slice, or all of its texts would be in memory at once; only the last is shown.
    # Where a topic has a shape only what is left out is parted from the rest so: the best of all is not in one slice.
    unseen, left = replace(topic, limit=0), []
    sliced: frozenset[EntryKey] = frozenset()
    while len(waiting) > SLICE:
        part = _announce(db, unseen, state, waiting[:SLICE], now, compose)
        sliced |= {*part.composed.announced}
        left += [subject for subject in waiting[:SLICE] if subject not in part.gone]
        state = {**state, "spent_until": moment_or_none(part.composed.rhythm.spent_until)}
        del waiting[:SLICE]

    def composing(view: TopicView) -> Composed:
        return compose(replace(view, announcing=sliced, partial=False))

    last = _announce(db, topic, state, [*left, *waiting], now, composing).composed
    add_messages(db, last.messages)
    write_told(db, topic.slug, last.told)
    db.execute(_SETTLES[topic.mode], {"topic": topic.slug})
    forget_told(db, topic.slug)
    _write_state(db, topic, state, last)
    return last.edition


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


@dataclass(frozen=True, slots=True)
class _Slice:
    """What became of a slice, and the rows of what is settled with it: announced, or left out."""

    composed: Composed
    gone: frozenset[int]


def _announce(  # noqa: PLR0913, PLR0917 - one slice of what the caller was asked for
    db: Database,
    topic: Topic,
    state: Row,
    waiting: Sequence[int],
    now: datetime,
    compose: Callable[[TopicView], Composed],
) -> _Slice:
    """Announce what waits, or leave it out; give the edition of it and of what was announced before."""
    found = find_candidates(db, topic, waiting, now)
    view = _view(db, topic, state, found, now)
    composed = compose(view)
    _write_ledger(db, composed, found)
    _write_announced(db, topic, composed, found, now)
    write_decisions(db, topic.slug, composed.decisions, found.subjects, now)
    if composed.leads:
        whole = read_whole(db, replace(found, candidates=view.candidates), composed.leads)
        composed = compose(replace(view, candidates=whole))
    if composed.digest is not None:
        write_digest(db, topic.slug, composed.digest)
    cut = (one.subject for one in composed.decisions if one.fate is Fate.CUT)
    return _Slice(composed, frozenset(found.subjects[key] for key in (*cut, *composed.announced)))


def shown(db: Database, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition | None:
    """Compose what a topic has announced, and announce nothing; None when it never has."""
    state = first_row(db, "SELECT * FROM topics WHERE topic = ? AND changed_at IS NOT NULL", [topic.slug])
    if state is None:
        return None
    found = find_candidates(db, topic, (), now)
    view = _view(db, topic, state, found, now)
    whole = read_whole(db, replace(found, candidates=view.candidates), compose(view).leads)
    return compose(replace(view, candidates=whole)).edition


def _view(db: Database, topic: Topic, state: Row, found: Found, now: datetime) -> TopicView:
    return TopicView(
        topic=topic,
        feed_id=state["feed_id"],
        authority=authority(db),
        candidates=add_elsewhere(db, topic, found.candidates, found.subjects),
        taken_ids=taken_ids(db, found.candidates),
        taken_urls=taken_urls(db, found.candidates),
        marks=marks_on(db, topic.slug, now),
        recent=recent(db, topic, now),
        rhythm=Rhythm(spent_until=read_moment(state["spent_until"]), digested_at=read_moment(state["digested_at"])),
        digests=digests(db, topic),
        partial=True,
        last_digest=state["digest"],
        last_changed_at=read_moment(state["changed_at"]),
        older_at=older_at(db, topic, found),
        told=told_until(db, topic.slug),
    )


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
    listed, digest = frozenset(composed.digested), moment_or_none(composed.digest.at if composed.digest else None)
    db.conn.executemany(
        "INSERT INTO announcements (topic, subject_id, announced_at, digest) VALUES (?, ?, ?, ?)",
        [(topic.slug, found.subjects[key], at, digest if key in listed else None) for key in composed.announced],
    )


def _write_state(db: Database, topic: Topic, state: Row, composed: Composed) -> None:
    edition = composed.edition
    columns = {
        "mode": topic.mode.value,
        "item_limit": topic.limit,
        "digest": edition.digest,
        "changed_at": moment_or_none(edition.changed_at),
        "shape": topic.shape.fingerprint,
        "spent_until": moment_or_none(composed.rhythm.spent_until),
        "digested_at": moment_or_none(composed.rhythm.digested_at),
        "due_at": moment_or_none(composed.due_at),
        "access": topic.access.value,
    }
    changes = {name: value for name, value in columns.items() if state[name] != value}
    if changes:
        db.table("topics").update(topic.slug, changes)
