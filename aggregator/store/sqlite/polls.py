"""One poll's transaction: look up, decide, write. The hot path of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.habits import NO_HABITS
from aggregator.model.source import READING_VERSION, SourceState
from aggregator.model.verdict import (
    Ask,
    ChangeSet,
    Committed,
    Known,
    KnownDocument,
    New,
    PollRecord,
    ReadItem,
    Revised,
    Unchanged,
    Verdict,
    Wanted,
)
from aggregator.store.sqlite.entries import add_keys, held_guids, insert_new, note, revise
from aggregator.store.sqlite.paces import pace_of, place_under, sightings, write_pace
from aggregator.store.sqlite.recognition import (
    Stored,
    by_keys,
    habits_of,
    newest,
    release,
    vanished,
    write_learned,
)
from aggregator.store.sqlite.rows import (
    Row,
    decode,
    encode,
    first_row,
    known_moment,
    moment,
    moment_or_none,
    read_moment,
)
from aggregator.store.sqlite.state_rows import state_columns, state_of
from aggregator.store.sqlite.tallies import count_delays, count_polls

KEPT_POLLS: Final = 30
RECORD: Final = """
INSERT OR REPLACE INTO polls (
  source_id, slot, number, at, outcome, status, new, revised, duplicates, bytes, took_s, detail, sent,
  next_poll_at, next_poll_why, came, via)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DOCUMENT: Final = """
INSERT OR REPLACE INTO documents (source_id, entry_ids, items, frame) VALUES (?, ?, ?, ?)
"""
_KNOWN_DOCUMENT: Final = """
SELECT d.items, d.frame FROM documents d JOIN sources s ON s.id = d.source_id WHERE s.source = ? AND s.read_by = ?
"""


def update_of(columns: Callable[[SourceState], Mapping[str, Any]]) -> str:
    """Give the statement that writes a poll's columns of its source."""
    sets = ", ".join(f"{name} = :{name}" for name in columns(SourceState(source_id="")))
    return f"""
    UPDATE sources SET version = version + :raised, polls = polls + 1, entries = entries + :new_entries, {sets}
    WHERE id = :id
    """  # noqa: S608 - names of columns, all from here


_STATE: Final = update_of(state_columns)


def transact(db: Database, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
    """Look up, decide and write one poll, fenced by the version."""
    conn = db.conn
    row = first_row(db, "SELECT * FROM sources WHERE source = ?", (ask.source_id,))
    if row is None or (ask.version is not None and row["version"] != ask.version):
        # Nothing is written; the caller is told what it would have been.
        state = SourceState(source_id=ask.source_id) if row is None else state_of(row)
        return Committed(source_id=ask.source_id, poll=decide(Known(state=state)).poll, fenced=True)
    state = state_of(row)
    stored, changes = _decide(db, row, ask, decide)
    places = {place.known.key.guid: place for place in stored}
    new_ids: dict[str, int] = {}
    if changes.verdicts:
        new_ids = _write_entries(conn, row["id"], changes, places)
    if changes.verdicts or changes.known_items or changes.state.documents != state.documents:
        _write_document(conn, row["id"], changes, places, new_ids)
        write_learned(conn, row["id"], changes)
    if changes.pace_key is not None:
        place_under(db, row["id"], changes.state.moved_to or row["url"], changes.pace_key)
    if changes.pace is not None:
        write_pace(db, changes.pace, row["family"], changes.poll.at)
    counted = {"id": row["id"], "new_entries": len(new_ids), "raised": int(ask.version is not None)}
    conn.execute(_STATE, state_columns(changes.state) | counted)
    record = record_columns(row["id"], row["polls"], changes.poll)
    conn.execute(RECORD, record)
    count_polls(conn, [record])
    return Committed(source_id=ask.source_id, poll=changes.poll, released=release(conn, changes.poll.at))


def _decide(db: Database, row: Row, ask: Ask, decide: Callable[[Known], ChangeSet]) -> tuple[list[Stored], ChangeSet]:
    """Decide about what is known; once more when something was known by another name."""
    conn = db.conn
    known = Known(
        state=state_of(row),
        pace=pace_of(db, row["pace"]),
        sightings=() if ask.sightings_since is None else sightings(db, row["family"], ask.sightings_since),
        habits=habits_of(conn, row["id"]) if ask.digests else NO_HABITS,
    )
    stored, changes = _widened(conn, row, known, by_keys(conn, row, ask.digests), decide)
    fresh = [verdict for verdict in changes.verdicts if isinstance(verdict, New)]
    held = held_guids(conn, row["id"], fresh) if fresh else {}
    if not held:
        return stored, changes
    add_keys(conn, row["id"], held, fresh)
    return _widened(conn, row, known, by_keys(conn, row, ask.digests), decide)


def _widened(
    conn: sqlite3.Connection, row: Row, known: Known, found: list[Stored], decide: Callable[[Known], ChangeSet]
) -> tuple[list[Stored], ChangeSet]:
    """Decide, looking up more as long as more is wanted; give back all that was looked up."""
    stored = list(found)
    known = replace(known, entries=tuple(place.known for place in found))
    changes = decide(known)
    while changes.wants is not Wanted.NOTHING:
        if changes.wants is Wanted.VANISHED:
            more = vanished(conn, row, found, changes.known_items)
            known = replace(known, vanished=tuple(place.known for place in more))
        else:
            more = newest(conn, row)
            known = replace(known, kept=tuple(place.known for place in more))
        stored.extend(more)
        changes = decide(known)
    return stored, changes


def _write_entries(
    conn: sqlite3.Connection, source_id: int, changes: ChangeSet, places: Mapping[str, Stored]
) -> dict[str, int]:
    """Write what is new and what was revised; give back the rows of the new entries by their guids."""
    fresh = {
        verdict.entry.key.guid: verdict
        for verdict in reversed(changes.verdicts)
        if isinstance(verdict, New) and verdict.entry.key.guid not in places
    }
    in_order = list(reversed(fresh.values()))
    row_ids = insert_new(conn, source_id, in_order, changes.poll.at) if in_order else []
    count_delays(conn, in_order, changes.poll.at)
    for verdict in changes.verdicts:
        if isinstance(verdict, Revised):
            revise(conn, source_id, places[verdict.entry.key.guid], verdict, changes.poll.at)
        elif isinstance(verdict, Unchanged) and (verdict.learned or verdict.fingerprint):
            note(conn, source_id, places[verdict.key.guid], verdict)
    return {verdict.entry.key.guid: row_id for verdict, row_id in zip(in_order, row_ids, strict=True)}


def _write_document(
    conn: sqlite3.Connection,
    source_id: int,
    changes: ChangeSet,
    places: Mapping[str, Stored],
    new_ids: dict[str, int],
) -> None:
    """Note which entries the document holds, and in which items; what a whole one no longer holds has vanished."""
    rows = {guid: place.row_id for guid, place in places.items()} | new_ids
    row = conn.execute("SELECT entry_ids, items, frame FROM documents WHERE source_id = ?", (source_id,)).fetchone()
    known = decode(row[1]) if row is not None else {}
    before = set(decode(row[0])) if row is not None else set()
    items = known if changes.partial else {digest: known[digest] for digest in changes.known_items}
    items |= {
        item.digest: [rows[item.key.guid], item.guid, item.key.guid] if item.key else [None, None, None]
        for item in changes.items
    }
    held = {rows[_guid(verdict)] for verdict in changes.verdicts}
    held.update(row_id for row_id, *_ in items.values() if row_id is not None)
    frame = changes.frame
    if changes.partial and row is not None:
        held, frame = held | before, frame or row[2]
    gone = [(moment(changes.poll.at), row_id) for row_id in sorted(before - held)]
    back = [(row_id,) for row_id in sorted(held - before) if row_id not in new_ids.values()]
    conn.executemany("UPDATE entries SET vanished_at = ? WHERE id = ?", gone)
    conn.executemany("UPDATE entries SET vanished_at = NULL WHERE id = ?", back)
    conn.execute(_DOCUMENT, (source_id, encode(sorted(held)), encode(items), frame))


def known_document(db: Database, source_id: str) -> KnownDocument:
    """Give the items of the last document with what surrounds them, unless another version read it."""
    row = db.execute(_KNOWN_DOCUMENT, [source_id, READING_VERSION]).fetchone()
    if row is None or not row[1]:
        return KnownDocument()
    items = (
        ReadItem(digest, guid, None if stored is None else EntryKey(source_id, stored))
        for digest, (_, guid, stored) in decode(row[0]).items()
    )
    return KnownDocument(items=tuple(items), frame=row[1])


def _guid(verdict: Verdict) -> str:
    return verdict.key.guid if isinstance(verdict, Unchanged) else verdict.entry.key.guid


def record_columns(source_id: int, number: int, poll: PollRecord) -> tuple[Any, ...]:
    """Write a poll as the row that takes its place in the ring, over the one that stood there."""
    return (
        source_id,
        number % KEPT_POLLS,
        number,
        moment(poll.at),
        poll.outcome,
        poll.status,
        poll.new,
        poll.revised,
        poll.duplicates,
        poll.bytes,
        poll.took.total_seconds(),
        poll.detail,
        poll.sent,
        moment_or_none(poll.next_poll_at),
        poll.next_poll_why,
        poll.came,
        poll.via,
    )


def poll_of(row: Row) -> PollRecord:
    """Read a poll from the ring."""
    return PollRecord(
        at=known_moment(row["at"]),
        outcome=row["outcome"],
        status=row["status"],
        new=row["new"],
        revised=row["revised"],
        duplicates=row["duplicates"],
        bytes=row["bytes"],
        took=timedelta(seconds=row["took_s"]),
        detail=row["detail"],
        sent=row["sent"],
        next_poll_at=read_moment(row["next_poll_at"]),
        next_poll_why=row["next_poll_why"],
        came=row["came"],
        via=row["via"],
    )
