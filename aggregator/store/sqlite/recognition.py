"""What judging a document has to know: entries by their keys, those that left, all of a source; habits; what waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from aggregator.model.entry import EntryKey
from aggregator.model.habits import NO_HABITS, Habits, Headline, Quirk, QuirkKind
from aggregator.model.verdict import ChangeSet, KnownEntry
from aggregator.store.sqlite.rows import (
    Row,
    decode,
    encode,
    known_moment,
    moment,
    moment_or_none,
    read_keys,
    read_moment,
    reason_text,
)
from aggregator.store.sqlite.traces import read_trace

MAX_HOLDERS: Final = 20
"""A key that several entries share proves nothing; so many of its holders are enough to show it."""
MAX_KEPT: Final = 3_000
"""A flood is compared with so many entries of its source, the newest."""

_COLUMNS: Final = (
    "id, guid, keys, fingerprint, revision, pruned_at IS NOT NULL, title, summary, published_at, "
    "vanished_at IS NULL, held_until IS NOT NULL, trace"
)
# `+source_id` keeps the planner from walking through all entries of the source instead of the few that were named.
_BY_KEYS: Final = f"""
SELECT {_COLUMNS} FROM entries
WHERE +source_id = ? AND id IN (
  SELECT entry_id FROM (
    SELECT entry_id, row_number() OVER (PARTITION BY digest ORDER BY entry_id DESC) AS place
    FROM entry_keys WHERE digest IN (SELECT value FROM json_each(?)))
  WHERE place <= ?)
ORDER BY id
"""  # noqa: S608 - names of columns
_BY_ROWS: Final = f"SELECT {_COLUMNS} FROM entries WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"  # noqa: S608
_NEWEST: Final = f"SELECT {_COLUMNS} FROM entries WHERE source_id = ? ORDER BY id DESC LIMIT ?"  # noqa: S608
_HALF: Final = 1 << 63
_MASK: Final = (1 << 64) - 1
_SPREAD: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Stored:
    """A known entry with the number of its row; a tombstone is one that was pruned."""

    row_id: int
    known: KnownEntry
    tombstone: bool


def digest_in(source_row: int, digest: int) -> int:
    """Make the digest of a key one of its source, by the row that never changes: two sources never meet."""
    return ((digest ^ (source_row * _SPREAD)) + _HALF & _MASK) - _HALF


def by_keys(conn: sqlite3.Connection, source: Row, digests: Sequence[int]) -> list[Stored]:
    """Find the entries of a source that hold one of these keys."""
    if not digests:
        return []
    wanted = encode([digest_in(source["id"], digest) for digest in digests])
    return _read(source["source"], conn.execute(_BY_KEYS, (source["id"], wanted, MAX_HOLDERS)))


def vanished(
    conn: sqlite3.Connection, source: Row, found: Iterable[Stored], known_items: Sequence[str]
) -> list[Stored]:
    """Find the entries of the last document that were not found by their keys, nor stand in an item that is known."""
    row = conn.execute("SELECT entry_ids, items FROM documents WHERE source_id = ?", (source["id"],)).fetchone()
    if row is None:
        return []
    items = decode(row[1]) if known_items else {}
    there = {items[digest][0] for digest in known_items if digest in items} | {place.row_id for place in found}
    gone = [row_id for row_id in decode(row[0]) if row_id not in there]
    return _read(source["source"], conn.execute(_BY_ROWS, (encode(gone),))) if gone else []


def newest(conn: sqlite3.Connection, source: Row) -> list[Stored]:
    """Read what is kept of a source, tombstones included, the newest entries only where there are very many."""
    return _read(source["source"], conn.execute(_NEWEST, (source["id"], MAX_KEPT)))


def _read(name: str, rows: Iterable[tuple[Any, ...]]) -> list[Stored]:
    return [_stored(name, row) for row in rows]


def _stored(name: str, row: tuple[Any, ...]) -> Stored:
    row_id, guid, keys, fingerprint, revision, tombstone, title, summary, published_at, present, held, trace = row
    known = KnownEntry(
        key=EntryKey(name, guid),
        keys=read_keys(keys),
        fingerprint=fingerprint,
        revision=revision,
        title=title,
        summary=summary,
        published_at=read_moment(published_at),
        present=bool(present),
        held=bool(held),
        trace=read_trace(trace),
    )
    return Stored(row_id=row_id, known=known, tombstone=bool(tombstone))


def habits_of(conn: sqlite3.Connection, source_row: int) -> Habits:
    """Read what was learned of a source."""
    row = conn.execute("SELECT habits FROM habits WHERE source_id = ?", (source_row,)).fetchone()
    return NO_HABITS if row is None else _habits(decode(row[0]))


def write_learned(conn: sqlite3.Connection, source_row: int, changes: ChangeSet) -> None:
    """Write the habits, and make history of what was held for nothing and is gone."""
    if changes.habits is not None:
        conn.execute(
            "INSERT OR REPLACE INTO habits (source_id, habits) VALUES (?, ?)", (source_row, _text(changes.habits))
        )
    if changes.retracted is not None:
        conn.execute(
            "INSERT INTO arrivals (entry_id, revised) SELECT id, 0 FROM entries "
            "WHERE held_until IS NOT NULL AND vanished_at IS NOT NULL AND +source_id = ? ORDER BY id",
            (source_row,),
        )
        conn.execute(
            "UPDATE entries SET held_until = NULL, backfilled = 1, identity_reason = ? "
            "WHERE held_until IS NOT NULL AND vanished_at IS NOT NULL AND +source_id = ?",
            (reason_text(changes.retracted), source_row),
        )


def held_of(conn: sqlite3.Connection, source_row: int) -> int:
    """Count the entries of a source that wait."""
    held = "SELECT count(*) FROM entries WHERE held_until IS NOT NULL AND +source_id = ?"
    (count,) = conn.execute(held, (source_row,)).fetchone()
    return int(count)


def release(conn: sqlite3.Connection, now: datetime) -> int:
    """Let the entries of all sources whose wait is over be curated; say how many there were."""
    # Sorted here: told to do it, the planner walks through all entries instead of the few that wait.
    rows = sorted(conn.execute("SELECT id FROM entries INDEXED BY entries_held WHERE held_until <= ?", (moment(now),)))
    if rows:
        conn.executemany("UPDATE entries SET held_until = NULL WHERE id = ?", rows)
        conn.executemany("INSERT INTO arrivals (entry_id, revised) VALUES (?, 0)", rows)
    return len(rows)


def _text(habits: Habits) -> str:
    return encode(
        {
            "since": moment_or_none(habits.since),
            "held_until": moment_or_none(habits.held_until),
            "headlines": [(one.title, moment(one.at)) for one in habits.headlines],
            "quirks": [
                asdict(quirk) | {"first_at": moment(quirk.first_at), "last_at": moment(quirk.last_at)}
                for quirk in habits.quirks
            ],
        }
    )


def _habits(values: dict[str, Any]) -> Habits:
    """Read habits; quirks of a newer version that we do not know are passed over."""
    return Habits(
        since=read_moment(values["since"]),
        held_until=read_moment(values["held_until"]),
        headlines=tuple(Headline(title, known_moment(at)) for title, at in values["headlines"]),
        quirks=tuple(
            Quirk(
                kind=QuirkKind(one["kind"]),
                value=one["value"],
                evidence=one["evidence"],
                signs=one["signs"],
                first_at=known_moment(one["first_at"]),
                last_at=known_moment(one["last_at"]),
            )
            for one in values["quirks"]
            if one["kind"] in QuirkKind._value2member_map_
        ),
    )
