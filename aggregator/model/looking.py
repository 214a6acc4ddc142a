"""What people see who look closely: versions of an entry, a story with its members, and what happened lately."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from aggregator.model.reason import Reason
from aggregator.model.shape import Queue

ACTIVITY_HOURS = 24
ACTIVITY_DAYS = 14
MONTH_DAYS = 30
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DELAYS_WITHIN = DAY
"""What is older when it comes was no news: a source that was added has old entries."""

_STEPS = 4
"""Of delay in a doubling: a step is a fifth wider than the one before, so its middle is right to a tenth."""


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
class Stretch:
    """What happened in one hour, or on one day.

    Attributes:
        at: Its beginning.
        polls: Outcome and how many polls ended so, by name.
        entries: That were seen for the first time.
        delay: From publishing to storing, the middle one of the entries that came within a day; None without any. Of a
            day it is right to a tenth.
        bytes: Read from sources, as they came over the wire.
    """

    at: datetime
    polls: tuple[tuple[str, int], ...] = ()
    entries: int = 0
    delay: timedelta | None = None
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happened lately.

    Attributes:
        hours: The last ``ACTIVITY_HOURS``, the oldest first; the last one is under way.
        days: Slug of a topic and how much it announced on each of the last ``ACTIVITY_DAYS``, the oldest first, today
            last; a topic that announced nothing is not named.
        month: The last ``MONTH_DAYS``, in UTC, the oldest first; the last one is today.
        counted_since: When the first hour began in which polls were counted, or the first day; None before that.
        queues: Slug of a topic and what waits in it, gate by gate; a topic in which nothing waits is not named.
    """

    at: datetime
    hours: tuple[Stretch, ...]
    days: tuple[tuple[str, tuple[int, ...]], ...] = ()
    month: tuple[Stretch, ...] = ()
    counted_since: datetime | None = None
    queues: tuple[tuple[str, tuple[Queue, ...]], ...] = ()


def first_hour(now: datetime) -> datetime:
    """Say where the oldest hour of an ``Activity`` begins."""
    return now.replace(minute=0, second=0, microsecond=0) - (ACTIVITY_HOURS - 1) * HOUR


def first_day(now: datetime, days: int = ACTIVITY_DAYS) -> datetime:
    """Say where the oldest of the last days begins, in UTC; today is one of them."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (days - 1) * DAY


def middle_delay(delays: Iterable[timedelta]) -> timedelta | None:
    """Give the middle of the delays that are below a day, a negative one counting as none; None without any.

    >>> middle_delay([timedelta(minutes=5), timedelta(hours=-1), timedelta(days=3)])
    datetime.timedelta(seconds=150)
    """
    seconds = [max(0.0, delay.total_seconds()) for delay in delays if delay < DELAYS_WITHIN]
    return timedelta(seconds=median(seconds)) if seconds else None


def delay_step(delay: timedelta) -> int:
    """Name the step that a delay falls into, a negative one counting as none; there are few below a day.

    >>> [delay_step(timedelta(minutes=minutes)) for minutes in (-5, 0, 1, 10, 11, 1439)]
    [0, 0, 4, 13, 14, 41]
    """
    return int(_STEPS * math.log2(1 + max(0.0, delay / timedelta(minutes=1))))


def middle_step(counted: Mapping[int, int]) -> timedelta | None:
    """Give the middle of delays that were counted by their steps; None without any.

    >>> middle_step({0: 1, 13: 5, 41: 2})
    datetime.timedelta(seconds=562, microseconds=482986)
    """
    middle, passed = sum(counted.values()) / 2, 0
    for step in sorted(counted):
        passed += counted[step]
        if passed >= middle:
            return timedelta(minutes=2 ** ((step + 0.5) / _STEPS) - 1)
    return None
