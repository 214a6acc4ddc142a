"""Other due times for many sources at once: spread over time, or moved with a clock that was stepped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.source import Due, Waiting
from aggregator.store.sqlite.rows import known_moment, moment, moment_or_none

_WAITING: Final = """
SELECT source, pace, next_poll_at FROM sources
WHERE active = 1 AND next_poll_at <= ? AND url NOT LIKE 'file:%' ORDER BY next_poll_at, id
"""
_HELD: Final = (
    ("sources", "id", "next_poll_at"),
    ("sources", "id", "hold_until"),
    ("hosts", "pace_key", "hold_until"),
    ("hosts", "pace_key", "next_at"),
    ("outbox", "made", "due_at"),
)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def reschedule(db: Database, now: datetime, decide: Callable[[Sequence[Waiting], datetime], Mapping[str, Due]]) -> int:
    """Let ``decide`` give sources that are due other due times; say how many it changed."""
    rows = db.execute(_WAITING, [moment(now)]).fetchall()
    turns = decide([Waiting(source, pace_key, known_moment(at)) for source, pace_key, at in rows], now)
    written = [(moment_or_none(turn.at), turn.why, source) for source, turn in turns.items()]
    db.conn.executemany("UPDATE sources SET next_poll_at = ?, next_poll_why = ? WHERE source = ?", written)
    return len(written)


def shift(db: Database, by: timedelta) -> None:
    """Move all moments that lie ahead of a clock that was stepped; what was counted in hours stays so many hours."""
    for table, key, column in _HELD:
        rows = db.execute(f"SELECT {column}, {key} FROM {table} WHERE {column} IS NOT NULL").fetchall()  # noqa: S608 - from the table above
        moved = [(_moved(text, by), row_key) for text, row_key in rows]
        db.conn.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", moved)  # noqa: S608 - see above
    # Topics keep the time of clocks: they are looked at anew.
    db.execute("UPDATE topics SET due_at = ? WHERE due_at IS NOT NULL", [moment(LONG_AGO)])


def _moved(text: str, by: timedelta) -> str:
    try:
        return moment(known_moment(text) + by)
    except OverflowError:
        return text
