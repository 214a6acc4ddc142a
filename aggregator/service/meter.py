"""Counts polls for as long as the process lives, for those who watch it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import datetime

from aggregator.model.metering import TOOK_SECONDS, Counts
from aggregator.pipeline.poll import Polled


class Meter:
    """Adds up what polls brought and cost.

    Args:
        since: When counting begins.
    """

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._polls: Counter[str] = Counter()
        self._took = [0] * (len(TOOK_SECONDS) + 1)
        self._took_seconds = 0.0
        self._new = self._revised = self._fenced = self._bytes = 0

    def add(self, polled: Polled) -> None:
        """Count one poll."""
        record, took = polled.record, polled.record.took.total_seconds()
        self._polls[record.outcome] += 1
        self._took[bisect_left(TOOK_SECONDS, took)] += 1
        self._took_seconds += took
        self._bytes += record.bytes
        if polled.fenced:
            self._fenced += 1
            return
        self._new += record.new
        self._revised += record.revised

    def counts(self, last_looked_s: float) -> Counts:
        """Give what was counted so far."""
        return Counts(
            since=self._since,
            polls=tuple(sorted(self._polls.items())),
            took=tuple(self._took),
            took_seconds=self._took_seconds,
            new=self._new,
            revised=self._revised,
            fenced=self._fenced,
            received_bytes=self._bytes,
            last_looked_s=last_looked_s,
        )
