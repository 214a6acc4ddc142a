"""Incidents, and what the rules that find them look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.incident import Events, Incident, IncidentKind, Pulse, Sights, SourceSight, TopicSight
from aggregator.model.source import SourceCondition
from aggregator.model.topic import Topic
from aggregator.store.sqlite.outbox import targets
from aggregator.store.sqlite.rows import (
    Row,
    all_rows,
    decode,
    encode,
    known_moment,
    moment,
    moment_or_none,
    read_moment,
)
from aggregator.store.sqlite.state_rows import state_of
from aggregator.store.sqlite.topic_rows import authority

REMEMBERED: Final = timedelta(days=28)
"""So far back it is looked how often something came."""
CLOSED_FOR: Final = timedelta(days=365)
_DAY: Final = timedelta(days=1)

_SOURCES: Final = """
WITH held AS (SELECT source_id, count(*) AS held FROM entries WHERE held_until IS NOT NULL GROUP BY source_id)
SELECT s.*, ifnull(p.outcome, '') AS outcome, ifnull(h.held, 0) AS held
FROM sources s LEFT JOIN held h ON h.source_id = s.id
LEFT JOIN polls p ON p.source_id = s.id AND p.slot = (s.polls - 1) % 30
WHERE s.active = 1 AND (s.errors > 0 OR s.condition NOT IN ('ok', 'moved') OR s.moves <> '[]' OR h.held > 0)
"""
_NEWS: Final = """
SELECT s.source, s.last_ok_at, s.condition, s.errors, n.* FROM (
  SELECT source_id, count(*) AS count, min(first_seen_at) AS first_at, max(first_seen_at) AS last_at
  FROM entries WHERE pruned_at IS NULL AND backfilled = 0 GROUP BY source_id
  HAVING last_at < :quiet AND count >= 10) n
JOIN sources s ON s.id = n.source_id WHERE s.active = 1
"""
_ANNOUNCED: Final = """
SELECT topic, count(*) AS count, sum(announced_at >= :day) AS lately, min(announced_at) AS first_at,
  max(announced_at) AS last_at
FROM announcements WHERE announced_at >= :since GROUP BY topic
"""
_KEPT: Final = """
SELECT count(*) AS count, min(first_seen_at) AS first_at, max(first_seen_at) AS last_at
FROM entries WHERE pruned_at IS NULL
"""
_KEEP: Final = """
INSERT INTO incidents (id, kind, subject, noticed_at, seen_at, opened_at, calm_at, closed_at, facts)
VALUES (:id, :kind, :subject, :noticed_at, :seen_at, :opened_at, :calm_at, :closed_at, :facts)
ON CONFLICT (id) DO UPDATE SET opened_at = excluded.opened_at, calm_at = excluded.calm_at,
  closed_at = excluded.closed_at, facts = excluded.facts
"""


def sights(db: Database, topics: Sequence[Topic], now: datetime) -> Sights:
    """Look at everything that may be amiss; of sources only those of which something is."""
    found = {row["source"]: _source_sight(row) for row in all_rows(db, _SOURCES, ())}
    for row in all_rows(db, _NEWS, {"quiet": moment(now - _DAY)}):
        quiet = SourceSight(
            id=row["source"],
            condition=SourceCondition(row["condition"]),
            errors=row["errors"],
            last_ok_at=read_moment(row["last_ok_at"]),
            news=_pulse(row),
        )
        found.setdefault(quiet.id, quiet)
    return Sights(
        at=now,
        sources=tuple(found[source_id] for source_id in sorted(found)),
        topics=_topic_sights(db, topics, now),
        targets=targets(db),
        kept=_kept(db),
    )


def going(db: Database) -> tuple[Incident, ...]:
    """List the incidents that are not closed."""
    return tuple(map(_incident, all_rows(db, "SELECT * FROM incidents WHERE closed_at IS NULL ORDER BY id", ())))


def events(db: Database, limit: int) -> Events:
    """List the incidents that were opened last."""
    sql = "SELECT * FROM incidents WHERE opened_at IS NOT NULL ORDER BY opened_at DESC, id LIMIT ?"
    return Events(authority=authority(db), incidents=tuple(map(_incident, all_rows(db, sql, [limit]))))


def keep_incidents(db: Database, kept: Sequence[Incident], blips: Sequence[Incident]) -> None:
    """Write new and changed incidents, and forget those that were none."""
    db.conn.executemany("DELETE FROM incidents WHERE id = ?", [(one.id,) for one in blips])
    db.conn.executemany(_KEEP, [_columns(one) for one in kept])


def forget_incidents(db: Database, now: datetime) -> None:
    """Forget incidents that were over a year ago."""
    db.execute("DELETE FROM incidents WHERE closed_at < ?", [moment(now - CLOSED_FOR)])


def _source_sight(row: Row) -> SourceSight:
    state = state_of(row)
    return SourceSight(
        id=row["source"],
        condition=state.condition,
        errors=state.errors,
        first_error_at=state.first_error_at,
        last_ok_at=state.last_ok_at,
        moves=state.moves,
        outcome=row["outcome"],
        held=row["held"],
    )


def _topic_sights(db: Database, topics: Sequence[Topic], now: datetime) -> tuple[TopicSight, ...]:
    span = {"since": moment(now - REMEMBERED), "day": moment(now - _DAY)}
    news = {row["topic"]: _pulse(row, row["lately"]) for row in all_rows(db, _ANNOUNCED, span)}
    matches: dict[str, int] = dict(db.execute("SELECT topic, count(*) FROM topic_entries GROUP BY topic").fetchall())
    return tuple(
        TopicSight(
            slug=topic.slug,
            ruled=topic.match is not None,
            matches=matches.get(topic.slug, 0),
            news=news.get(topic.slug, Pulse()),
        )
        for topic in topics
    )


def _kept(db: Database) -> Pulse:
    (row,) = all_rows(db, _KEPT, ())
    return _pulse(row)


def _pulse(row: Row, lately: int = 0) -> Pulse:
    return Pulse(
        count=row["count"],
        lately=lately,
        first_at=read_moment(row["first_at"]),
        last_at=read_moment(row["last_at"]),
    )


def _columns(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "subject": one.subject,
        "noticed_at": moment(one.noticed_at),
        "seen_at": moment(one.seen_at),
        "opened_at": moment_or_none(one.opened_at),
        "calm_at": moment_or_none(one.calm_at),
        "closed_at": moment_or_none(one.closed_at),
        "facts": encode(one.facts),
    }


def _incident(row: Row) -> Incident:
    return Incident(
        kind=IncidentKind(row["kind"]),
        subject=row["subject"],
        noticed_at=known_moment(row["noticed_at"]),
        seen_at=known_moment(row["seen_at"]),
        opened_at=read_moment(row["opened_at"]),
        calm_at=read_moment(row["calm_at"]),
        closed_at=read_moment(row["closed_at"]),
        facts=tuple((name, value) for name, value in decode(row["facts"])),
    )
