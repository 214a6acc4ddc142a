"""What people see who look closely: versions of an entry, a story with its members, and what happened lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from aggregator.model.reason import Reason
from aggregator.model.shape import Queue

ACTIVITY_HOURS = 24
ACTIVITY_DAYS = 14
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an entry was before the publisher changed it.

    Attributes:
        number: 0 for what first came.
        replaced_at: When the next version took its place.
        reason: How this version was recognised.
    """

    number: int
    replaced_at: datetime
    reason: Reason | None
    title: str
    url: str | None
    published_at: datetime | None
    updated_at: datetime | None
    authors: tuple[str, ...]
    summary: str
    content_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What happened in one hour.

    Attributes:
        at: Its beginning.
        polls: Outcome and how many polls ended so, by name.
        entries: That were seen for the first time.
        delay: From publishing to storing, the middle one of the entries that came within a day; None without any.
    """

    at: datetime
    polls: tuple[tuple[str, int], ...] = ()
    entries: int = 0
    delay: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happened lately.

    Attributes:
        hours: The last ``ACTIVITY_HOURS``, the oldest first; the last one is under way. Of each source no more polls
            are known than its ring keeps.
        days: Slug of a topic and how much it announced on each of the last ``ACTIVITY_DAYS``, the oldest first, today
            last; a topic that announced nothing is not named.
        queues: Slug of a topic and what waits in it, gate by gate; a topic in which nothing waits is not named.
    """

    at: datetime
    hours: tuple[Hour, ...]
    days: tuple[tuple[str, tuple[int, ...]], ...] = ()
    queues: tuple[tuple[str, tuple[Queue, ...]], ...] = ()


def first_hour(now: datetime) -> datetime:
    """Say where the oldest hour of an ``Activity`` begins."""
    return now.replace(minute=0, second=0, microsecond=0) - (ACTIVITY_HOURS - 1) * HOUR


def first_day(now: datetime) -> datetime:
    """Say where the oldest day of an ``Activity`` begins, in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (ACTIVITY_DAYS - 1) * DAY


def middle_delay(delays: Iterable[timedelta]) -> timedelta | None:
    """Give the middle of the delays that are below a day, a negative one counting as none; None without any.

    What is older when it comes was no news: a source that was added has old entries.

    >>> middle_delay([timedelta(minutes=5), timedelta(hours=-1), timedelta(days=3)])
    datetime.timedelta(seconds=150)
    """
    seconds = [max(0.0, delay.total_seconds()) for delay in delays if delay < DAY]
    return timedelta(seconds=median(seconds)) if seconds else None
