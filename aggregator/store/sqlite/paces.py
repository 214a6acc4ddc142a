"""What is known of hosts, and which sources share a pace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.pace import Errand, Finding, HostSeen, Pace, Scope, Sighting
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
from aggregator.text.domains import family_of

LONGEST_HOLD: Final = timedelta(days=35)
"""A hold beyond this was written by a clock that was wrong; the longest that is meant is that after a 410."""
_FEW_SOURCES: Final = 60
_SIGHTINGS_OF_FEW: Final = 30
_SIGHTINGS_OF_MANY: Final = 3
_MOST_SIGHTINGS: Final = 500
_MOST_SHOWN: Final = 500
_FORGOTTEN_AFTER: Final = timedelta(days=30)

_SIGHTINGS: Final = """
SELECT p.at, s.source, s.pace_key, s.pace, p.outcome, p.status
FROM sources s JOIN polls p ON p.source_id = s.id
WHERE s.family = :family AND s.active = 1 AND p.number >= s.polls - :each AND p.at > :since
  AND p.via = 'poll'
ORDER BY p.at DESC LIMIT :most
"""
# Of two wishes the longer holds, unless it is one that only a wrong clock can have written; what the hosts of a domain
# were told each for itself holds for all of them from the moment on that they are asked as one.
_WRITE: Final = """
INSERT INTO hosts (pace_key, merged, paced, hold_until, next_at, spacing_s, changed_at, learned)
VALUES (:pace_key, :merged, :paced, :hold_until, :next_at, :spacing_s, :changed_at, :learned)
ON CONFLICT (pace_key) DO UPDATE SET merged = excluded.merged, paced = excluded.paced,
  hold_until = excluded.hold_until, next_at = excluded.next_at, spacing_s = excluded.spacing_s,
  changed_at = excluded.changed_at, learned = excluded.learned
"""
_HELD_BEFORE: Final = """
SELECT max(h.hold_until) FROM sources s JOIN hosts h ON h.pace_key = s.pace_key
WHERE s.family = :family AND h.hold_until <= :far
"""
_PLACE: Final = """
UPDATE sources SET pace = placed.pace FROM (
  SELECT s.id, ifnull(h.pace_key, s.pace_key) AS pace
  FROM sources s LEFT JOIN hosts h ON h.pace_key = s.family AND h.merged = 1) AS placed
WHERE placed.id = sources.id AND placed.pace <> sources.pace
"""
_PLACE_ONE: Final = """
UPDATE sources SET pace_key = :key, family = :family,
  pace = ifnull((SELECT pace_key FROM hosts WHERE pace_key = :family AND merged = 1), :key)
WHERE id = :id
"""
_POLLS_WAIT: Final = "SELECT EXISTS (SELECT 1 FROM sources WHERE pace = ? AND active = 1 AND next_poll_at <= ?)"
_FORGET: Final = """
DELETE FROM hosts
WHERE paced = 0 AND merged = 0 AND ifnull(hold_until, '') < ? AND ifnull(changed_at, '') < ?
"""


def pace_of(db: Database, key: str) -> Pace:
    """Read what is known of a pace key."""
    row = first_row(db, "SELECT * FROM hosts WHERE pace_key = ?", (key,))
    return Pace(key=key) if row is None else read_pace(row)


def known_paces(db: Database) -> tuple[Pace, ...]:
    """Read what is known of hosts: those with a pace of their own first, then those that were learned about last."""
    rows = db.query("SELECT * FROM hosts ORDER BY paced DESC, changed_at DESC, pace_key LIMIT ?", [_MOST_SHOWN])
    return tuple(read_pace(row) for row in rows)


def sightings(db: Database, family: str, since: datetime) -> tuple[Sighting, ...]:
    """List the last polls under a registrable domain or host group, newest first; of many sources only few each."""
    (count,) = db.execute("SELECT count(*) FROM sources WHERE family = ? AND active = 1", [family]).fetchone()
    wanted = {
        "family": family,
        "each": _SIGHTINGS_OF_FEW if count <= _FEW_SOURCES else _SIGHTINGS_OF_MANY,
        "since": moment(since),
        "most": _MOST_SIGHTINGS,
    }
    return tuple(Sighting(known_moment(at), *rest) for at, *rest in db.conn.execute(_SIGHTINGS, wanted))


def run_errand(db: Database, errand: Errand, decide: Callable[[HostSeen], Pace | None]) -> None:
    """Decide about a request that is no poll by what is known of its host, and write what is known from then on."""
    joined = pace_of(db, errand.family)
    pace = joined if joined.merged else pace_of(db, errand.host)
    (polls_wait,) = db.execute(_POLLS_WAIT, [pace.key, moment(errand.at)]).fetchone()
    since = errand.sightings_since
    seen = sightings(db, errand.family, since) if since is not None else ()
    after = decide(HostSeen(pace=pace, sightings=seen, polls_wait=bool(polls_wait)))
    if after is not None:
        write_pace(db, after, errand.family, errand.at)


def place_under(db: Database, source_id: int, url: str, key: str) -> None:
    """Ask a source that has moved under the key of its new address, or under the one that this was joined to."""
    db.execute(_PLACE_ONE, {"id": source_id, "key": key, "family": family_of(url, key)})


def write_pace(db: Database, pace: Pace, family: str, now: datetime) -> None:
    """Write what is known of a pace key from now on; its sources follow when hosts were merged or parted."""
    (merged,) = db.execute("SELECT ifnull(max(merged), 0) FROM hosts WHERE pace_key = ?", [pace.key]).fetchone()
    columns = _columns(pace, now)
    if pace.merged and not merged:
        (held,) = db.execute(_HELD_BEFORE, {"family": family, "far": moment(now + LONGEST_HOLD)}).fetchone()
        columns["hold_until"] = max(filter(None, (columns["hold_until"], held)), default=None)
    db.conn.execute(_WRITE, columns)
    if pace.merged != bool(merged):
        place(db)


def place(db: Database) -> None:
    """Put every source under the key in force: its domain where the hosts of that are asked as one."""
    db.conn.execute(_PLACE)


def prune_paces(db: Database, now: datetime) -> None:
    """Forget hosts that nothing holds and nothing was learned of for long."""
    db.execute(_FORGET, [moment(now), moment(now - _FORGOTTEN_AFTER)])


def read_pace(row: Row) -> Pace:
    """Read a row of ``hosts``."""
    learned = decode(row["learned"])
    return Pace(
        key=row["pace_key"],
        merged=bool(row["merged"]),
        hold_until=read_moment(row["hold_until"]),
        next_at=read_moment(row["next_at"]),
        spacing=_duration(row["spacing_s"]),
        told=learned.get("told", False),
        sure=_duration(learned.get("sure_s")),
        too_short=_duration(learned.get("too_short_s")),
        served=learned.get("served", 0),
        set_at=read_moment(learned.get("set_at")),
        patience=timedelta(seconds=learned.get("patience_s", Pace(key="").patience.total_seconds())),
        refusals=learned.get("refusals", 0),
        refused_until=read_moment(learned.get("refused_until")),
        trouble=learned.get("trouble", ""),
        trouble_since=read_moment(learned.get("trouble_since")),
        findings=tuple(
            Finding(known_moment(at), source, Scope(scope), rule, evidence)
            for at, source, scope, rule, evidence in learned.get("findings", ())
        ),
    )


def _columns(pace: Pace, now: datetime) -> dict[str, Any]:
    learned = {
        "told": pace.told,
        "sure_s": _seconds(pace.sure),
        "too_short_s": _seconds(pace.too_short),
        "served": pace.served,
        "set_at": moment_or_none(pace.set_at),
        "patience_s": pace.patience.total_seconds(),
        "refusals": pace.refusals,
        "refused_until": moment_or_none(pace.refused_until),
        "trouble": pace.trouble,
        "trouble_since": moment_or_none(pace.trouble_since),
        "findings": list(_findings(pace.findings)),
    }
    return {
        "pace_key": pace.key,
        "merged": int(pace.merged),
        "paced": int(pace.paced),
        "hold_until": moment_or_none(pace.hold_until),
        "next_at": moment_or_none(pace.next_at),
        "spacing_s": _seconds(pace.spacing),
        "changed_at": moment(now),
        "learned": encode({name: value for name, value in learned.items() if value}),
    }


def _findings(findings: Iterable[Finding]) -> Iterable[tuple[str, ...]]:
    return ((moment(one.at), one.source_id, one.scope.value, one.rule, one.evidence) for one in findings)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
