"""One poll's transaction: look up, decide, write. The hot path of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.source import SourceState
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, KnownEntry, New, PollRecord, Revised
from aggregator.store.sqlite.claims import LONGEST_HOLD
from aggregator.store.sqlite.entries import Stored, add_keys, held_guids, insert_new, revise
from aggregator.store.sqlite.rows import (
    Row,
    decode,
    encode,
    first_row,
    known_moment,
    moment,
    moment_or_none,
    read_keys,
    read_moment,
)
from aggregator.store.sqlite.source_rows import state_columns, state_of

KEPT_POLLS: Final = 30
MAX_HOLDERS: Final = 20
"""A key that several entries share proves nothing; so many of its holders are enough to show it."""

# `+source_id` keeps the planner from walking through all entries of the source instead of the few that were named.
_LOOK_UP: Final = """
SELECT id, guid, keys, fingerprint, revision, pruned_at IS NOT NULL FROM entries
WHERE +source_id = ? AND id IN (
  SELECT entry_id FROM (
    SELECT entry_id, row_number() OVER (PARTITION BY digest ORDER BY entry_id DESC) AS place
    FROM entry_keys WHERE digest IN (SELECT value FROM json_each(?)))
  WHERE place <= ?)
ORDER BY id
"""
_STATE: Final = """
UPDATE sources SET version = version + 1, polls = polls + 1, entries = entries + :new_entries,
  etag = :etag, last_modified = :last_modified, body_digest = :body_digest, interval_s = :interval_s,
  next_poll_at = :next_poll_at, next_poll_why = :next_poll_why, hold_until = :hold_until, errors = :errors,
  first_error_at = :first_error_at, last_ok_at = :last_ok_at, last_error = :last_error, condition = :condition,
  redirect_to = :redirect_to, redirect_count = :redirect_count, documents = :documents, profile = :profile
WHERE id = :id
"""
_RECORD: Final = """
INSERT OR REPLACE INTO polls (
  source_id, slot, number, at, outcome, status, new, revised, duplicates, bytes, took_s, detail, sent,
  next_poll_at, next_poll_why)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# Of two wishes the longer holds, unless it is one that only a wrong clock can have written.
_HOLD: Final = """
INSERT INTO hosts (pace_key, hold_until) VALUES (:pace_key, :until)
ON CONFLICT (pace_key) DO UPDATE SET hold_until = excluded.hold_until
WHERE excluded.hold_until > hosts.hold_until OR hosts.hold_until > :far
"""


def transact(db: Database, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
    """Look up, decide and write one poll, fenced by the version."""
    conn = db.conn
    row = first_row(db, "SELECT * FROM sources WHERE source = ?", (ask.source_id,))
    if row is None or row["version"] != ask.version:
        # Nothing is written; the caller is told what it would have been.
        state = SourceState(source_id=ask.source_id) if row is None else state_of(row)
        return Committed(source_id=ask.source_id, poll=decide(Known(state=state)).poll, fenced=True)
    state = state_of(row)
    stored, changes = _decide(conn, row, ask, decide)
    places = {place.known.key.guid: place for place in stored}
    new_ids: dict[str, int] = {}
    if changes.verdicts:
        new_ids = _write_entries(conn, row["id"], changes, places)
    if changes.verdicts or changes.state.documents != state.documents:
        _write_document(conn, row["id"], changes, places, new_ids)
    conn.execute(_STATE, state_columns(changes.state) | {"id": row["id"], "new_entries": len(new_ids)})
    _record(conn, row["id"], row["polls"], changes.poll)
    if changes.hold_pace_until is not None:
        _hold(conn, row["pace_key"], changes.hold_pace_until, changes.poll.at)
    return Committed(source_id=ask.source_id, poll=changes.poll)


def _decide(
    conn: sqlite3.Connection, row: Row, ask: Ask, decide: Callable[[Known], ChangeSet]
) -> tuple[list[Stored], ChangeSet]:
    """Decide about what is known; once more when something was known by another name."""
    state = state_of(row)
    stored = _look_up(conn, row, ask.digests)
    changes = decide(Known(state=state, entries=tuple(place.known for place in stored)))
    fresh = [verdict for verdict in changes.verdicts if isinstance(verdict, New)]
    held = held_guids(conn, row["id"], fresh) if fresh else {}
    if not held:
        return stored, changes
    add_keys(conn, held, fresh)
    stored = _look_up(conn, row, ask.digests)
    return stored, decide(Known(state=state, entries=tuple(place.known for place in stored)))
