"""What happened lately: polls, entries and delays by the hour, announcements by the day."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from aggregator.model.looking import (
    ACTIVITY_DAYS,
    ACTIVITY_HOURS,
    DAY,
    HOUR,
    Activity,
    Hour,
    first_day,
    first_hour,
    middle_delay,
)
from aggregator.store.sqlite.rows import known_moment, moment
from aggregator.store.sqlite.shaping import queues

# Moments are texts: the first 13 characters name the hour, the first 10 the day.
_POLLS: Final = """
SELECT substr(p.at, 1, 13), p.outcome, count(*) FROM polls p JOIN sources s ON s.id = p.source_id
WHERE s.active = 1 AND p.at >= ? AND p.at <= ? GROUP BY 1, 2 ORDER BY 1, 2
"""
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
    start = first_hour(now)
    span = (moment(start), moment(now))
    polls: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for hour, outcome, count in db.execute(_POLLS, span):
        polls[hour].append((outcome, count))
    entries = dict(db.execute(_ENTRIES, span).fetchall())
    delays: dict[str, list[timedelta]] = defaultdict(list)
    for seen, published in db.execute(_DELAYS, span):
        delays[seen[:13]].append(known_moment(seen) - known_moment(published))
    hours = []
    for number in range(ACTIVITY_HOURS):
        at = start + number * HOUR
        name = moment(at)[:13]
        delay = middle_delay(delays[name])
        hours.append(Hour(at=at, polls=tuple(polls[name]), entries=entries.get(name, 0), delay=delay))
    return Activity(at=now, hours=tuple(hours), days=_days(db, now), queues=tuple(queues(db).items()))


def _days(db: Database, now: datetime) -> tuple[tuple[str, tuple[int, ...]], ...]:
    start = first_day(now)
    places = {moment(start + number * DAY)[:10]: number for number in range(ACTIVITY_DAYS)}
    counts: dict[str, list[int]] = {}
    for topic, day, count in db.execute(_DAYS, (moment(start), moment(now))):
        counts.setdefault(topic, [0] * ACTIVITY_DAYS)[places[day]] = count
    return tuple((topic, tuple(days)) for topic, days in counts.items())
