"""Writing entries: new ones in bulk, revised ones with their past."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from aggregator.model.entry import CandidateKey, Entry
from aggregator.model.verdict import New, Revised, Unchanged
from aggregator.store.sqlite.recognition import Stored, digest_in
from aggregator.store.sqlite.rows import (
    content_columns,
    encode,
    keys_text,
    moment,
    moment_or_none,
    read_keys,
    reason_text,
)
from aggregator.store.sqlite.traces import pack_trace
from aggregator.text.traces import trace_of

KEPT_REVISIONS: Final = 20
MAX_KEYS: Final = 16
"""An entry that is published under ever new addresses is known by the latest of them."""

_INSERT: Final = """
INSERT INTO entries (
  id, source_id, guid, short, first_seen_at, backfilled, held_until, identity_reason, keys,
  title, url, link_key, published_at, updated_at, date_reason, authors, summary, content_html, categories,
  enclosures, image_url, comments_url, language, rights, fingerprint, extras)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_KEY: Final = "INSERT OR IGNORE INTO entry_keys (digest, entry_id) VALUES (?, ?)"
_ARRIVE: Final = "INSERT INTO arrivals (entry_id, revised) VALUES (?, ?)"
_KEEP_REVISION: Final = """
INSERT OR REPLACE INTO entry_revisions (
  entry_id, revision, replaced_at, reason, title, url, published_at, updated_at, authors, summary, content_html,
  categories, enclosures, fingerprint)
SELECT id, revision, ?, identity_reason, title, url, published_at, updated_at, authors, summary, content_html,
  categories, enclosures, fingerprint FROM entries WHERE id = ?
"""
_REVISE: Final = """
UPDATE entries SET revision = ?, identity_reason = ?, keys = ?,
  title = ?, url = ?, link_key = ?, published_at = ?, updated_at = ?, date_reason = ?, authors = ?, summary = ?,
  content_html = ?, categories = ?, enclosures = ?, image_url = ?, comments_url = ?, language = ?, rights = ?,
  fingerprint = ?, extras = ?
WHERE id = ?
"""


def insert_new(conn: sqlite3.Connection, source_id: int, verdicts: Sequence[New], at: datetime) -> list[int]:
    """Insert new entries with their keys, and let them wait for being curated; give back their row numbers."""
    (last,) = conn.execute("SELECT ifnull(max(id), 0) FROM entries").fetchone()
    seen_at = moment(at)
    rows: list[tuple[Any, ...]] = []
    keys: list[tuple[int, int]] = []
    for row_id, verdict in enumerate(verdicts, last + 1):
        entry = verdict.entry
        reason = reason_text(verdict.reason)
        own = (row_id, source_id, entry.key.guid, entry.key.short, seen_at, verdict.backfilled)
        held_until = moment_or_none(verdict.held_until)
        rows.append((*own, held_until, reason, keys_text(entry.keys), *content_columns(entry)))
        keys.extend((digest_in(source_id, key.digest), row_id) for key in entry.keys)
    conn.executemany(_INSERT, rows)
    conn.executemany(_INSERT_KEY, sorted(keys))  # in the order of the tree that takes them
    row_ids = [row[0] for row in rows]
    arrived = zip(row_ids, verdicts, strict=True)
    conn.executemany(_ARRIVE, [(row_id, 0) for row_id, verdict in arrived if verdict.held_until is None])
    return row_ids


def revise(conn: sqlite3.Connection, source_id: int, stored: Stored, verdict: Revised, at: datetime) -> None:
    """Replace an entry under its stored key, and keep what it was.

    A tombstone learns how it would be recognised now, and stays one; what is held waits on.
    """
    entry = verdict.entry
    keys = _joined(entry.keys, stored.known.keys)
    _insert_keys(conn, source_id, stored.row_id, entry.keys)
    if stored.tombstone:
        conn.execute(
            "UPDATE entries SET fingerprint = ?, keys = ?, published_at = ?, trace = ? WHERE id = ?",
            (*_recognised_by(entry, keys), stored.row_id),
        )
        return
    conn.execute(_KEEP_REVISION, (moment(at), stored.row_id))
    conn.execute(
        "DELETE FROM entry_revisions WHERE entry_id = ? AND revision < ?",
        (stored.row_id, verdict.revision - KEPT_REVISIONS),
    )
    conn.execute(
        _REVISE,
        (verdict.revision, reason_text(verdict.reason), keys_text(keys), *content_columns(entry), stored.row_id),
    )
    if verdict.bumped:
        conn.execute("UPDATE entries SET bumped_at = ? WHERE id = ?", (moment(at), stored.row_id))
    if not stored.known.held:
        conn.execute(_ARRIVE, (stored.row_id, 1))


def _recognised_by(entry: Entry, keys: Sequence[CandidateKey]) -> tuple[str, str, str | None, bytes]:
    """Give what a tombstone keeps of an entry."""
    trace = pack_trace(trace_of(entry.title, entry.summary))
    return entry.fingerprint, keys_text(keys), moment_or_none(entry.published_at), trace


def note(conn: sqlite3.Connection, source_id: int, stored: Stored, verdict: Unchanged) -> None:
    """Let an entry that stays as it is be known by what it came with."""
    if verdict.learned:
        keys = _joined(verdict.learned, stored.known.keys)
        conn.execute("UPDATE entries SET keys = ? WHERE id = ?", (keys_text(keys), stored.row_id))
        _insert_keys(conn, source_id, stored.row_id, verdict.learned)
    if verdict.fingerprint:
        conn.execute("UPDATE entries SET fingerprint = ? WHERE id = ?", (verdict.fingerprint, stored.row_id))
    if verdict.reason is not None:
        reason = reason_text(verdict.reason)
        conn.execute("UPDATE entries SET identity_reason = ? WHERE id = ?", (reason, stored.row_id))


def _insert_keys(conn: sqlite3.Connection, source_id: int, row_id: int, keys: Iterable[CandidateKey]) -> None:
    conn.executemany(_INSERT_KEY, [(digest_in(source_id, key.digest), row_id) for key in keys])


def held_guids(conn: sqlite3.Connection, source_id: int, verdicts: Iterable[New]) -> dict[str, int]:
    """Find the rows of entries that are judged new although the source holds their very guid.

    They were stored by a version that made other digests of keys.
    """
    guids = encode([verdict.entry.key.guid for verdict in verdicts])
    return dict(
        conn.execute(
            "SELECT guid, id FROM entries WHERE source_id = ? AND guid IN (SELECT value FROM json_each(?))",
            (source_id, guids),
        )
    )


def add_keys(conn: sqlite3.Connection, source_id: int, held: Mapping[str, int], verdicts: Iterable[New]) -> None:
    """Let stored entries be known by the keys that they would have now."""
    for verdict in verdicts:
        row_id = held.get(verdict.entry.key.guid)
        if row_id is None:
            continue
        (text,) = conn.execute("SELECT keys FROM entries WHERE id = ?", (row_id,)).fetchone()
        keys = _joined(verdict.entry.keys, read_keys(text))
        conn.execute("UPDATE entries SET keys = ? WHERE id = ?", (keys_text(keys), row_id))
        _insert_keys(conn, source_id, row_id, verdict.entry.keys)


def _joined(keys: Sequence[CandidateKey], before: Sequence[CandidateKey]) -> tuple[CandidateKey, ...]:
    return tuple(dict.fromkeys((*keys, *before)))[:MAX_KEYS]
