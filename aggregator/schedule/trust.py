"""Servers that answer 304 for ever: when their word is tested by one unconditional request."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model.source import DAY, SourceState
from aggregator.schedule.durations import spell
from aggregator.schedule.rate import expected

DOUBTED_AFTER = timedelta(days=7)
DOUBTED_POLLS = 100
"""So long and so many answers of 304 without a single document, whichever is later."""
MISSED = 10
"""So many entries at least were to be expected in that time."""


def doubt(state: SourceState, now: datetime) -> str:
    """Say why the next request is to be unconditional; empty when it is not.

    A quiet source is believed. One is doubted when everything else speaks against its 304s: it says itself that it
    changes within a day, it used to bring entries at a rate that makes so long a silence unlikely. Once a server
    was caught, its 304s are tested daily, until it answers a conditional request with news.

    Args:
        state: After the answer.
        now: When that came.
    """
    if state.body_at is None or not state.not_modified:
        return ""
    quiet = now - state.body_at
    if state.untrusted:
        return "its 304s were wrong before" if quiet >= DAY else ""
    if quiet < DOUBTED_AFTER or state.not_modified < DOUBTED_POLLS or not _says_otherwise(state):
        return ""
    missed = expected(state.rate, quiet)
    if missed < MISSED:
        return ""
    return f"{state.not_modified} times 304 in {spell(quiet)}, where {missed:.0f} entries were to be expected"


def _says_otherwise(state: SourceState) -> bool:
    stated = (state.max_age_s or 0, 60 * (state.hints.ttl_minutes or 0))
    return any(0 < seconds < DAY.total_seconds() for seconds in stated)
