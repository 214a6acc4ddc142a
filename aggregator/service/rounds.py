"""What happened, once a round: a tally of polls, and which failures are worth a line."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

from aggregator.pipeline.poll import Polled

logger = logging.getLogger(__name__)

QUIET_OUTCOMES = frozenset({"unchanged", "not_modified"})
GOOD_OUTCOMES = QUIET_OUTCOMES | {"new", "revised"}


class Tally:
    """Counts the polls of a round."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._new = 0
        self._revised = 0
        self._fenced = 0
        self.failed: list[str] = []

    def __len__(self) -> int:
        return self._outcomes.total()

    @property
    def arrived(self) -> int:
        """How many entries came, new or edited."""
        return self._new + self._revised

    def add(self, polled: Polled) -> None:
        """Count one poll."""
        self._outcomes[polled.record.outcome] += 1
        self._fenced += polled.fenced
        self._new += polled.record.new
        self._revised += polled.record.revised
        if polled.record.outcome not in GOOD_OUTCOMES:
            self.failed.append(polled.source.id)

    def summary(self) -> str:
        """Sum the round up in a line."""
        quiet = sum(self._outcomes[name] for name in QUIET_OUTCOMES)
        changed = self._outcomes["new"] + self._outcomes["revised"]
        parts = [f"{len(self)} polled", f"{quiet} unchanged", f"{changed} changed (+{self._new} entries"]
        parts[-1] += f", {self._revised} revised)" if self._revised else ")"
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        if self._fenced:
            parts.append(f"{self._fenced} dropped, overtaken by another poll")
        return ", ".join(parts)


def log_poll(polled: Polled) -> None:
    """Say a line where something changed, and of failures the 1st, 2nd, 4th, 8th … in a row."""
    record, errors = polled.record, polled.state.errors
    level = logging.DEBUG
    if record.new or record.revised:
        level = logging.INFO
    elif record.outcome not in GOOD_OUTCOMES and (errors & (errors - 1)) == 0:
        level = logging.WARNING
    if not logger.isEnabledFor(level):
        return
    found = f", {record.new} new, {record.revised} revised" if record.new or record.revised else ""
    detail = f" ({record.detail})" if record.detail else ""
    logger.log(
        level,
        "poll %s: %s%s%s",
        polled.source.id,
        record.outcome,
        found,
        detail,
        extra={
            "source": polled.source.id,
            "outcome": record.outcome,
            "status": record.status,
            "new": record.new,
            "revised": record.revised,
            "bytes": record.bytes,
            "ms": round(record.took / timedelta(milliseconds=1)),
            "next": record.next_poll_at.isoformat() if record.next_poll_at else None,
            "why": record.next_poll_why,
        },
    )
