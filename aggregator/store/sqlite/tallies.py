"""How polls went, by the hour and later by the day: a few rows for all sources, however often these are asked."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.looking import DAY, DELAYS_WITHIN, delay_step
from aggregator.model.verdict import New
from aggregator.store.sqlite.rows import moment

# `at` is the beginning of an hour, as far as it names it (`2026-11-25T14`), or the day that hours were summed up to.
# A `step` of delay: see `delay_step`.
TALLIES: Final = """
CREATE TABLE tallies (
  at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  polls INTEGER NOT NULL,
  new INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (at, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally_delays (
  at TEXT NOT NULL,
  step INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (at, step)
) STRICT, WITHOUT ROWID;
"""
HOURS_FOR: Final = 2 * DAY
DAYS_FOR: Final = 400 * DAY

_COUNT: Final = """
INSERT INTO tallies (at, outcome, polls, new, bytes) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (at, outcome) DO UPDATE SET
  polls = polls + excluded.polls, new = new + excluded.new, bytes = bytes + excluded.bytes
"""
_DELAY: Final = """
INSERT INTO tally_delays (at, step, entries) VALUES (?, ?, ?)
ON CONFLICT (at, step) DO UPDATE SET entries = entries + excluded.entries
"""
_FOLD: Final = """
INSERT INTO tallies (at, outcome, polls, new, bytes)
SELECT substr(at, 1, 10), outcome, sum(polls), sum(new), sum(bytes) FROM tallies
WHERE at < ? AND length(at) > 10 GROUP BY 1, 2
ON CONFLICT (at, outcome) DO UPDATE SET
  polls = polls + excluded.polls, new = new + excluded.new, bytes = bytes + excluded.bytes
"""
_FOLD_DELAYS: Final = """
INSERT INTO tally_delays (at, step, entries)
SELECT substr(at, 1, 10), step, sum(entries) FROM tally_delays WHERE at < ? AND length(at) > 10 GROUP BY 1, 2
ON CONFLICT (at, step) DO UPDATE SET entries = entries + excluded.entries
"""


def count_polls(conn: sqlite3.Connection, records: Iterable[Sequence[Any]]) -> None:
    """Count polls, however many, by one statement.

    Args:
        conn: In the transaction that writes them.
        records: As ``record_columns`` gives them.
    """
    counted: dict[tuple[str, str], list[Any]] = {}
    for _, _, _, at, outcome, _, new, _, _, length, *_ in records:
        found = counted.get((at[:13], outcome))
        if found is None:
            counted[at[:13], outcome] = [at[:13], outcome, 1, new, length]
            continue
        found[2] += 1
        found[3] += new
        found[4] += length
    conn.executemany(_COUNT, counted.values())


def count_delays(conn: sqlite3.Connection, verdicts: Iterable[New], at: datetime) -> None:
    """Count how long after they were published new entries came; old ones, and those without a date, do not count."""
    published = (one.entry.published_at for one in verdicts if not one.backfilled)
    steps = Counter(delay_step(at - one) for one in published if one is not None and at - one < DELAYS_WITHIN)
    if steps:
        hour = moment(at)[:13]
        conn.executemany(_DELAY, [(hour, step, entries) for step, entries in steps.items()])


def polls_since(
    db: Database, since: datetime, until: datetime, width: int
) -> dict[str, list[tuple[str, int, int, int]]]:
    """Give outcome, polls, new entries and bytes by the hour (``width`` 13) or day (10), from where one begins."""
    rows = db.execute(
        "SELECT substr(at, 1, ?), outcome, sum(polls), sum(new), sum(bytes) FROM tallies "
        "WHERE at >= ? AND at <= ? AND length(at) >= ? GROUP BY 1, 2 ORDER BY 1, 2",
        [width, moment(since)[:width], moment(until)[:13], width],
    )
    found = defaultdict(list)
    for at, *counted in rows.fetchall():
        found[at].append(tuple(counted))
    return found


def delays_since(db: Database, since: datetime, until: datetime) -> Mapping[str, Mapping[int, int]]:
    """Give by the day how many entries came with which delay."""
    rows = db.execute(
        "SELECT substr(at, 1, 10), step, sum(entries) FROM tally_delays WHERE at >= ? AND at <= ? GROUP BY 1, 2",
        [moment(since)[:10], moment(until)[:13]],
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for day, step, entries in rows.fetchall():
        found[day][step] = entries
    return found


def counted_since(db: Database) -> datetime | None:
    """Say since when polls are counted; None before the first."""
    (at,) = db.execute("SELECT min(at) FROM tallies").fetchone()
    return None if at is None else datetime.fromisoformat(f"{at}T00+00:00" if "T" not in at else f"{at}+00:00")


def fold_tallies(db: Database, now: datetime) -> None:
    """Sum old hours up to days, and forget old days."""
    hours_before, days_before = moment(now - HOURS_FOR)[:10], moment(now - DAYS_FOR)[:10]
    for table, fold in (("tallies", _FOLD), ("tally_delays", _FOLD_DELAYS)):
        db.execute(fold, [hours_before])
        db.execute(f"DELETE FROM {table} WHERE (at < ? AND length(at) > 10) OR at < ?", [hours_before, days_before])  # noqa: S608 - a table of ours
