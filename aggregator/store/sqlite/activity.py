"""What happened lately: polls, entries and delays by the hour, announcements by the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.looking import (
    ACTIVITY_DAYS,
    ACTIVITY_HOURS,
    DAY,
    HOUR,
    MONTH_DAYS,
    Activity,
    Stretch,
    first_day,
    first_hour,
    middle_delay,
    middle_step,
)
from aggregator.store.sqlite.rows import known_moment, moment
from aggregator.store.sqlite.shaping import queues
from aggregator.store.sqlite.tallies import counted_since, delays_since, polls_since

# Moments are texts: the first 13 characters name the hour, the first 10 the day.
_ENTRIES: Final = """
SELECT substr(first_seen_at, 1, 13), count(*) FROM entries
WHERE first_seen_at >= ? AND first_seen_at <= ? AND pruned_at IS NULL GROUP BY 1
"""
_DELAYS: Final = """
SELECT first_seen_at, published_at FROM entries
WHERE first_seen_at >= ? AND first_seen_at <= ? AND pruned_at IS NULL AND published_at IS NOT NULL AND backfilled = 0
"""
_DAYS: Final = """
SELECT topic, substr(announced_at, 1, 10), count(*) FROM announcements JOIN topics USING (topic)
WHERE retired = 0 AND announced_at >= ? AND announced_at <= ? GROUP BY 1, 2 ORDER BY 1, 2
"""


def activity(db: Database, now: datetime) -> Activity:
    """Count what happened in the last hours and days."""
    return Activity(
        at=now,
        hours=tuple(_hours(db, now)),
        days=_days(db, now),
        month=tuple(_month(db, now)),
        counted_since=counted_since(db),
        queues=tuple(queues(db).items()),
    )


def _hours(db: Database, now: datetime) -> Iterator[Stretch]:
    start = first_hour(now)
    span = (moment(start), moment(now))
    polls = polls_since(db, start, now, 13)
    entries = dict(db.execute(_ENTRIES, span).fetchall())
    delays: dict[str, list[timedelta]] = defaultdict(list)
    for seen, published in db.execute(_DELAYS, span):
        delays[seen[:13]].append(known_moment(seen) - known_moment(published))
    for number in range(ACTIVITY_HOURS):
        at = start + number * HOUR
        name = moment(at)[:13]
        counted = polls.get(name, [])
        yield Stretch(
            at=at,
            polls=tuple((outcome, number) for outcome, number, _, _ in counted),
            entries=entries.get(name, 0),
            delay=middle_delay(delays[name]),
            bytes=sum(length for *_, length in counted),
        )


def _month(db: Database, now: datetime) -> Iterator[Stretch]:
    """Give what was counted: entries may be pruned before a month is over."""
    start = first_day(now, MONTH_DAYS)
    polls, delays = polls_since(db, start, now, 10), delays_since(db, start, now)
    for number in range(MONTH_DAYS):
        at = start + number * DAY
        name = moment(at)[:10]
        counted = polls.get(name, [])
        yield Stretch(
            at=at,
            polls=tuple((outcome, number) for outcome, number, _, _ in counted),
            entries=sum(new for _, _, new, _ in counted),
            delay=middle_step(delays.get(name, {})),
            bytes=sum(length for *_, length in counted),
        )


def _days(db: Database, now: datetime) -> tuple[tuple[str, tuple[int, ...]], ...]:
    start = first_day(now)
    places = {moment(start + number * DAY)[:10]: number for number in range(ACTIVITY_DAYS)}
    counts: dict[str, list[int]] = {}
    for topic, day, count in db.execute(_DAYS, (moment(start), moment(now))):
        counts.setdefault(topic, [0] * ACTIVITY_DAYS)[places[day]] = count
    return tuple((topic, tuple(days)) for topic, days in counts.items())
