"""What a process counts."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from aggregator.model.verdict import PollRecord
from aggregator.pipeline.poll import Polled
from aggregator.service.meter import Meter
from tests.builders import NOON


def polled(outcome: str, seconds: float, *, fenced: bool = False, **record: Any) -> Polled:
    one = PollRecord(at=NOON, outcome=outcome, took=timedelta(seconds=seconds), **record)
    return cast("Polled", SimpleNamespace(record=one, fenced=fenced))


def test_polls_are_added_up_and_what_was_dropped_brought_nothing():
    meter = Meter(NOON)
    meter.add(polled("new", 0.02, new=3, bytes=100))
    meter.add(polled("revised", 0.1, revised=1, bytes=50))
    meter.add(polled("timeout", 30.0))
    meter.add(polled("new", 0.3, new=9, fenced=True))
    counts = meter.counts(2.5)
    assert counts.polls == (("new", 2), ("revised", 1), ("timeout", 1))
    assert (counts.new, counts.revised, counts.fenced, counts.received_bytes) == (3, 1, 1, 150)
    assert counts.took == (1, 1, 0, 1, 0, 0, 0, 0, 0, 1)
    assert (counts.took_seconds, counts.last_looked_s, counts.since) == (30.42, 2.5, NOON)
