"""Which sources are due, and the claims on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.source import Claim, Source
from aggregator.store.sqlite.rows import Row, all_rows, encode, moment, read_moment
from aggregator.store.sqlite.source_rows import state_of

LONGEST_INTERVAL: Final = timedelta(days=7)
"""What a server may ask for at most, whatever the settings say."""
LONGEST_HOLD: Final = timedelta(days=35)
"""A hold beyond this was written by a clock that was wrong; the longest that is meant is that after a 410."""
_SLACK: Final = 1.25

# Along the index of due times; a hold is the server's wish, and one that no server can have meant is none.
_DUE: Final = """
SELECT s.* FROM sources s LEFT JOIN hosts h ON h.pace_key = s.pace_key
WHERE s.active = 1 AND s.next_poll_at <= :now
  AND NOT ifnull(s.hold_until > :now AND s.hold_until <= :far, 0)
  AND NOT ifnull(h.hold_until > :now AND h.hold_until <= :far, 0)
  AND s.pace_key NOT IN (SELECT value FROM json_each(:busy))
ORDER BY s.next_poll_at, s.id LIMIT :limit
"""
_LOST: Final = """
SELECT s.* FROM sources s LEFT JOIN hosts h ON h.pace_key = s.pace_key
WHERE s.active = 1 AND s.next_poll_at > :beyond
  AND (julianday(s.next_poll_at) - julianday(:now)) * 86400 > s.longest_s * :slack
  AND NOT ifnull(s.hold_until > :now AND s.hold_until <= :far, 0)
  AND NOT ifnull(h.hold_until > :now AND h.hold_until <= :far, 0)
  AND s.pace_key NOT IN (SELECT value FROM json_each(:busy))
ORDER BY s.next_poll_at, s.id LIMIT :limit
"""
_NAMED: Final = """
SELECT s.* FROM json_each(:names) wanted JOIN sources s ON s.source = wanted.value
LEFT JOIN hosts h ON h.pace_key = s.pace_key
WHERE s.active = 1
  AND NOT ifnull(s.hold_until > :now AND s.hold_until <= :far, 0)
  AND NOT ifnull(h.hold_until > :now AND h.hold_until <= :far, 0)
ORDER BY wanted.key
"""


def claim_due(
    db: Database, sources: Mapping[str, Source], now: datetime, limit: int, busy: frozenset[str]
) -> tuple[Claim, ...]:
    """Claim sources that are due, those that are due longest first."""
    wanted: dict[str, Any] = _times(now) | {
        "busy": encode(sorted(busy)),
        "limit": max(limit, 0),
        "beyond": moment(now + LONGEST_INTERVAL * _SLACK),
        "slack": _SLACK,
    }
    rows = all_rows(db, _DUE, wanted)
    if len(rows) < wanted["limit"]:
        rows += all_rows(db, _LOST, wanted | {"limit": wanted["limit"] - len(rows)})
    return _claim(db, sources, rows, now)


def claim_named(db: Database, sources: Mapping[str, Source], names: Sequence[str], now: datetime) -> tuple[Claim, ...]:
    """Claim the sources named, but none that a server's wish holds."""
    rows = all_rows(db, _NAMED, _times(now) | {"names": encode(list(dict.fromkeys(names)))})
    return _claim(db, sources, rows, now)


def next_due_at(db: Database) -> datetime | None:
    """Say when the next source is due."""
    (text,) = db.execute("SELECT min(next_poll_at) FROM sources WHERE active = 1").fetchone()
    return read_moment(text)


def _times(now: datetime) -> dict[str, Any]:
    return {"now": moment(now), "far": moment(now + LONGEST_HOLD)}


def _claim(db: Database, sources: Mapping[str, Source], rows: Iterable[Row], now: datetime) -> tuple[Claim, ...]:
    """Commit to asking: the version rises, and the source is due again at its floor."""
    why = f"claimed at {now:%Y-%m-%d %H:%M:%S} UTC; due again at the floor if the answer is lost"
    claims: list[Claim] = []
    written: list[tuple[Any, ...]] = []
    for row in rows:
        source = sources.get(row["source"])
        if source is None:  # not synced by this process: nobody knows how it wants to be asked
            continue
        due_at = moment(now + source.every.shortest)
        state = state_of({**row, "version": row["version"] + 1, "next_poll_at": due_at, "next_poll_why": why})
        claims.append(Claim(source, state))
        written.append((state.version, due_at, why, row["id"]))
    db.conn.executemany("UPDATE sources SET version = ?, next_poll_at = ?, next_poll_why = ? WHERE id = ?", written)
    return tuple(claims)
