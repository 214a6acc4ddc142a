"""The outbox: what has to leave, from the commit that gave the reason until it was taken, or was given up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.sending import Message, MessageState, Settlement, TargetStatus, Way
from aggregator.store.sqlite.rows import Row, all_rows, known_moment, moment, read_moment

SENT_FOR: Final = timedelta(days=7)
DEAD_FOR: Final = timedelta(days=30)

_MERGE: Final = """
UPDATE outbox SET id = :id, content = :content
WHERE way = :way AND topic = :topic AND target = :target AND state = 'waiting'
"""
_ADD: Final = """
INSERT OR IGNORE INTO outbox (id, way, topic, target, content, merges, made_at, due_at, attempts)
VALUES (:id, :way, :topic, :target, :content, :merges, :made_at, :due_at, :attempts)
"""
_DUE: Final = """
SELECT * FROM outbox WHERE made IN (
  SELECT min(made) FROM outbox WHERE state = 'waiting' AND due_at <= :now GROUP BY way, topic, target)
ORDER BY made LIMIT :limit
"""
_SETTLE: Final = """
UPDATE outbox SET state = :state, due_at = :due_at, attempts = :attempts, detail = :detail,
  content = iif(:state IN ('sent', 'dropped'), '', content)
WHERE id = :id AND state = 'waiting'
"""
_HOLD: Final = """
UPDATE outbox SET due_at = :due_at
WHERE way = :way AND topic = :topic AND target = :target AND state = 'waiting' AND due_at < :due_at
"""
_TARGETS: Final = """
SELECT way, topic, target,
  sum(state = 'waiting') AS waiting, sum(state = 'dead') AS dead, sum(state = 'sent') AS sent,
  min(iif(state = 'waiting', made_at, NULL)) AS oldest_at, min(iif(state = 'waiting', due_at, NULL)) AS next_at,
  max(iif(state = 'sent', due_at, NULL)) AS sent_at, max(iif(state = 'dead', due_at, NULL)) AS dead_at,
  (SELECT detail FROM outbox o WHERE o.way = outbox.way AND o.topic = outbox.topic AND o.target = outbox.target
   AND o.state IN ('waiting', 'dead') AND o.detail <> '' ORDER BY o.made DESC LIMIT 1) AS detail
FROM outbox WHERE state <> 'dropped' GROUP BY way, topic, target ORDER BY way, topic, target
"""


def add_messages(db: Database, messages: Iterable[Message]) -> None:
    """Write messages down; what merges takes the place of what waits for the same target."""
    for message in messages:
        columns = {
            "id": message.id,
            "way": message.way.value,
            "topic": message.topic,
            "target": message.target,
            "content": message.content,
            "merges": int(message.merges),
            "made_at": moment(message.made_at),
            "due_at": moment(message.due_at),
            "attempts": message.attempts,
        }
        if not message.merges or not db.execute(_MERGE, columns).rowcount:
            db.execute(_ADD, columns)


def due_messages(db: Database, now: datetime, limit: int) -> tuple[Message, ...]:
    """List messages that wait and are due, of each target the oldest."""
    return tuple(map(_message, all_rows(db, _DUE, {"now": moment(now), "limit": limit})))


def settle_message(db: Database, message: Message, settlement: Settlement) -> None:
    """Write what became of a message."""
    columns = {
        "id": message.id,
        "way": message.way.value,
        "topic": message.topic,
        "target": message.target,
        "state": settlement.state.value,
        "due_at": moment(settlement.due_at),
        "attempts": settlement.attempts,
        "detail": settlement.detail,
    }
    db.execute(_SETTLE, columns)
    if settlement.hold:
        db.execute(_HOLD, columns)


def told_until(db: Database, topic: str) -> tuple[tuple[str, datetime], ...]:
    """Say up to when the mailboxes of a topic were told, by the names of the mailings."""
    rows = db.execute("SELECT name, told_at FROM mailings WHERE topic = ? ORDER BY name", [topic])
    return tuple((name, known_moment(at)) for name, at in rows.fetchall())


def write_told(db: Database, topic: str, told: Iterable[tuple[str, datetime]]) -> None:
    """Write up to when mailboxes were told."""
    db.conn.executemany(
        "INSERT OR REPLACE INTO mailings (topic, name, told_at) VALUES (?, ?, ?)",
        [(topic, name, moment(at)) for name, at in told],
    )


def targets(db: Database) -> tuple[TargetStatus, ...]:
    """Tell how it goes with everything that something was written down for."""
    return tuple(
        TargetStatus(
            way=Way(row["way"]),
            topic=row["topic"],
            target=row["target"],
            waiting=row["waiting"],
            dead=row["dead"],
            sent=row["sent"],
            oldest_at=read_moment(row["oldest_at"]),
            next_at=read_moment(row["next_at"]),
            sent_at=read_moment(row["sent_at"]),
            dead_at=read_moment(row["dead_at"]),
            detail=row["detail"] or "",
        )
        for row in all_rows(db, _TARGETS, ())
    )


def forget_messages(db: Database, now: datetime) -> None:
    """Forget what was sent or dropped a week ago, and what was given up a month ago."""
    for states, age in (((MessageState.SENT, MessageState.DROPPED), SENT_FOR), ((MessageState.DEAD,), DEAD_FOR)):
        for state in states:
            db.execute("DELETE FROM outbox WHERE state = ? AND due_at < ?", [state.value, moment(now - age)])


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        way=Way(row["way"]),
        topic=row["topic"],
        target=row["target"],
        content=row["content"],
        made_at=known_moment(row["made_at"]),
        due_at=known_moment(row["due_at"]),
        merges=bool(row["merges"]),
        attempts=row["attempts"],
    )
