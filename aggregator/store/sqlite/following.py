"""Sources with a hub, their subscriptions, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.following import FollowChange, Followed
from aggregator.model.websub import Subscription
from aggregator.store.sqlite.push_rows import push_text, subscription_columns, subscription_of
from aggregator.store.sqlite.rows import Row, encode, first_row, moment
from aggregator.store.sqlite.state_rows import state_of

_LIVE: Final = """
SELECT b.*, s.source FROM subscriptions b JOIN sources s ON s.id = b.source_id
WHERE b.stage <> 'ended' AND b.source_id IN (SELECT value FROM json_each(?)) ORDER BY b.changed_at, b.token_hash
"""
_KEEP: Final = "INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DUE: Final = """
UPDATE sources SET next_poll_at = :at, next_poll_why = :why
WHERE id = :id AND active = 1 AND next_poll_at > :at
"""


def followed(db: Database) -> tuple[Followed, ...]:
    """List the sources that have, or had, a hub."""
    return _followed(db, list(db.query("SELECT * FROM sources WHERE push IS NOT NULL ORDER BY id")))


def subscription(db: Database, token_hash: str) -> Subscription | None:
    """Find a subscription, ended or not, by the hash of its token."""
    sql = "SELECT b.*, s.source FROM subscriptions b JOIN sources s ON s.id = b.source_id WHERE b.token_hash = ?"
    row = first_row(db, sql, (token_hash,))
    return None if row is None else subscription_of(row)


def change(db: Database, source_id: str, decide: Callable[[Followed], FollowChange]) -> FollowChange | None:
    """Look up, decide and write what becomes of a source and its subscriptions; None when there is no such source."""
    row = first_row(db, "SELECT * FROM sources WHERE source = ?", (source_id,))
    if row is None:
        return None
    (known,) = _followed(db, [row])
    made = decide(known)
    if made.push is not None:
        db.execute("UPDATE sources SET push = ? WHERE id = ?", [push_text(made.push), row["id"]])
    if made.due_at is not None:
        db.execute(_DUE, {"at": moment(made.due_at), "why": made.due_why, "id": row["id"]})
    db.conn.executemany(_KEEP, [subscription_columns(one, row["id"]) for one in made.subscriptions])
    return made


def forget_ended(db: Database, before: datetime) -> int:
    """Forget the subscriptions that ended before a moment; say how many."""
    sql = "DELETE FROM subscriptions WHERE stage = 'ended' AND changed_at < ?"
    return db.execute(sql, [moment(before)]).rowcount


def _followed(db: Database, rows: Sequence[Row]) -> tuple[Followed, ...]:
    live: dict[str, list[Subscription]] = {}
    for found in db.query(_LIVE, [encode([row["id"] for row in rows])]):
        live.setdefault(found["source"], []).append(subscription_of(found))
    return tuple(
        Followed(state=state_of(row), active=bool(row["active"]), subscriptions=tuple(live.get(row["source"], ())))
        for row in rows
    )
