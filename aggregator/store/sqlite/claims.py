"""Which sources are due, and the claims on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.pace import Turn
from aggregator.model.source import CLAIM_RESERVE, Claim, Source
from aggregator.store.sqlite.paces import LONGEST_HOLD
from aggregator.store.sqlite.polls import KEPT_POLLS
from aggregator.store.sqlite.rows import Row, all_rows, encode, moment, moment_or_none, read_moment
from aggregator.store.sqlite.state_rows import state_of

LONGEST_INTERVAL: Final = timedelta(days=7)
"""What a server may ask for at most, whatever the settings say."""
LONGEST_PAUSE: Final = timedelta(days=1)
"""Between two requests to a host with a pace of its own; beyond, a wrong clock has set the next one."""
_SLACK: Final = 1.25
_LEAST_RESERVE: Final = timedelta(minutes=1)
"""So long a host with a pace of its own is taken, at least, should the answer be lost."""

_COLUMNS: Final = "s.*, h.paced, h.next_at AS pace_next_at, h.spacing_s AS pace_spacing_s"
# A hold is the server's wish, and one that no server can have meant is none.
_FREE: Final = """s.active = 1 AND s.paused_at IS NULL
  AND NOT ifnull(s.hold_until > :now AND s.hold_until <= :far, 0)
  AND NOT ifnull(h.hold_until > :now AND h.hold_until <= :far, 0)"""
_IDLE: Final = f"{_FREE} AND s.pace NOT IN (SELECT value FROM json_each(:busy))"  # noqa: S608 - see above
_JOINED: Final = "sources s LEFT JOIN hosts h ON h.pace_key = s.pace"
_ORDER: Final = "ORDER BY s.next_poll_at, s.id LIMIT :limit"

# Along the index of due times.
_DUE: Final = f"""
SELECT {_COLUMNS} FROM {_JOINED}
WHERE s.next_poll_at <= :now AND ifnull(h.paced, 0) = 0 AND {_IDLE} {_ORDER}
"""  # noqa: S608 - made of the constants above
_LOST: Final = f"""
SELECT {_COLUMNS} FROM {_JOINED}
WHERE s.next_poll_at > :beyond
  AND (julianday(s.next_poll_at) - julianday(:now)) * 86400 > s.longest_s * :slack AND {_IDLE} {_ORDER}
"""  # noqa: S608 - made of the constants above
_NAMED: Final = f"""
SELECT {_COLUMNS} FROM json_each(:names) wanted JOIN sources s ON s.source = wanted.value
LEFT JOIN hosts h ON h.pace_key = s.pace
WHERE {_FREE} ORDER BY wanted.key
"""  # noqa: S608 - made of the constants above
# Of each host with a pace of its own one due source: that whose readers miss most, the entries to be expected times
# the square of the wait, which makes the mean delay smallest for what the host allows. Who was never asked is first.
_PACED: Final = f"""
WITH free AS MATERIALIZED (
  SELECT s.id, s.pace, s.rate_entries / s.rate_days AS news, julianday(:now) - julianday(last.at) AS waited
  FROM hosts h JOIN sources s ON s.pace = h.pace_key
  LEFT JOIN polls last ON last.source_id = s.id AND last.slot = (s.polls - 1) % :ring
  WHERE h.paced = 1 AND NOT ifnull(h.next_at > :now AND h.next_at <= :soon, 0) AND s.next_poll_at <= :now AND {_IDLE}
), ranked AS (
  SELECT id, row_number() OVER (
    PARTITION BY pace ORDER BY waited IS NOT NULL, news * waited * waited DESC, id) AS place
  FROM free
)
SELECT {_COLUMNS} FROM ranked JOIN {_JOINED} WHERE ranked.place = 1 AND s.id = ranked.id {_ORDER}
"""  # noqa: S608 - made of the constants above
_GIVE_BACK: Final = """
UPDATE sources SET version = version + 1, next_poll_at = ?, next_poll_why = ? WHERE source = ? AND version = ?
"""
_RENEW: Final = """
UPDATE sources SET next_poll_at = ?, next_poll_why = ? WHERE source = ? AND version = ?
"""


def claim_due(
    db: Database, sources: Mapping[str, Source], now: datetime, limit: int, busy: frozenset[str]
) -> tuple[Claim, ...]:
    """Claim sources that are due, those that are due longest first; of a host with a pace of its own only one."""
    wanted: dict[str, Any] = _times(now) | {
        "busy": encode(sorted(busy)),
        "beyond": moment(now + LONGEST_INTERVAL * _SLACK),
        "slack": _SLACK,
        "ring": KEPT_POLLS,
        "soon": moment(now + LONGEST_PAUSE * _SLACK),
    }
    rows: list[Row] = []
    for query in (_PACED, _DUE, _LOST):
        left = max(limit, 0) - len(rows)
        if left:
            rows += all_rows(db, query, wanted | {"limit": left})
    return _claim(db, sources, rows, now)


def claim_named(db: Database, sources: Mapping[str, Source], names: Sequence[str], now: datetime) -> tuple[Claim, ...]:
    """Claim the sources named, but none that a server's wish holds."""
    rows = all_rows(db, _NAMED, _times(now) | {"names": encode(list(dict.fromkeys(names)))})
    return _claim(db, sources, rows, now)


def give_back(db: Database, claims: Iterable[Claim]) -> None:
    """Make sources that were claimed and not asked due again as they were, but for those that moved on since."""
    returned = [
        (moment_or_none(turn.due_at), turn.due_why, claim.source.id, claim.state.version)
        for claim in claims
        if (turn := claim.turn) is not None
    ]
    db.conn.executemany(_GIVE_BACK, returned)


def pause(db: Database, source_id: str, since: datetime | None) -> bool:
    """Let a configured source be asked no more, or again; say whether there is one."""
    done = db.conn.execute(
        "UPDATE sources SET paused_at = ? WHERE source = ? AND active = 1", (moment_or_none(since), source_id)
    )
    return done.rowcount > 0


def renew(db: Database, claim: Claim, now: datetime) -> None:
    """Count the floor of a claimed source from now, unless it has moved on."""
    due_at = moment(now + claim.source.every.shortest + CLAIM_RESERVE)
    db.conn.execute(_RENEW, (due_at, _why(now), claim.source.id, claim.state.version))


def next_due_at(db: Database) -> datetime | None:
    """Say when the next source is due."""
    (text,) = db.execute("SELECT min(next_poll_at) FROM sources WHERE active = 1 AND paused_at IS NULL").fetchone()
    return read_moment(text)


def _times(now: datetime) -> dict[str, Any]:
    return {"now": moment(now), "far": moment(now + LONGEST_HOLD)}


def _claim(db: Database, sources: Mapping[str, Source], rows: Iterable[Row], now: datetime) -> tuple[Claim, ...]:
    """Commit to asking: the version rises, the source is due again after its floor, and its host is taken."""
    why = _why(now)
    claims: list[Claim] = []
    written: list[tuple[Any, ...]] = []
    taken: list[tuple[str, str]] = []
    for row in rows:
        source = sources.get(row["source"])
        if source is None:  # not synced by this process: nobody knows how it wants to be asked
            continue
        due_at = moment(now + source.every.shortest + CLAIM_RESERVE)
        state = state_of({**row, "version": row["version"] + 1, "next_poll_at": due_at, "next_poll_why": why})
        turn = _turn(row, source)
        claims.append(Claim(source, state, turn))
        written.append((state.version, due_at, why, row["id"]))
        if row["paced"]:
            taken.append((moment(now + max(turn.spacing, _LEAST_RESERVE)), turn.key))
    db.conn.executemany("UPDATE sources SET version = ?, next_poll_at = ?, next_poll_why = ? WHERE id = ?", written)
    db.conn.executemany("UPDATE hosts SET next_at = ? WHERE pace_key = ?", taken)
    return tuple(claims)


def _why(now: datetime) -> str:
    return f"claimed at {now:%Y-%m-%d %H:%M:%S} UTC; due again after the floor if the answer is lost"


def _turn(row: Row, source: Source) -> Turn:
    learned = row["pace_spacing_s"]
    return Turn(
        key=row["pace"],
        spacing=source.spacing if learned is None else timedelta(seconds=learned),
        family=row["family"],
        host=row["pace_key"],
        ready_at=read_moment(row["pace_next_at"]) if learned is not None else None,
        due_at=read_moment(row["next_poll_at"]),
        due_why=row["next_poll_why"],
    )
