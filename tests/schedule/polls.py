"""Polls without a network: answers as a fetcher would give them, and one conclusion after another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aggregator.model.entry import Entry
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, NotModified
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Reading
from aggregator.model.source import FeedProfile, Source, SourceState, Validators
from aggregator.schedule import Conclusion, conclude, plan_request
from tests.builders import NOON, make_entry, make_source

URL = "https://lwn.example/feed.xml"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def body(digest: str = "d1", *, url: str = URL, etag: str | None = '"1"', **changes: Any) -> Fetched:
    values: dict[str, Any] = {
        "url": url,
        "status": 200,
        "headers": (),
        "body": b"",
        "wire_bytes": 1000,
        "digest": digest,
        "validators": Validators(etag=etag),
    }
    return Fetched(**(values | changes))


def same(*, url: str = URL, **changes: Any) -> NotModified:
    return NotModified(url=url, **changes)


def failed(kind: Failure = Failure.HTTP_4XX, status: int | None = 404, **changes: Any) -> FetchFailed:
    return FetchFailed(kind=kind, detail=f"answered {status}", status=status, **changes)


def reading(*guids: str, **changes: Any) -> Reading:
    values: dict[str, Any] = {"profile": FeedProfile(), "hints": ScheduleHints(), "entries": tuple(map(entry, guids))}
    return Reading(**(values | changes))


def entry(guid: str) -> Entry:
    return make_entry(guid, published_at=None)


class Polls:
    """A source that is polled again and again by a clock that the test turns."""

    def __init__(self, source: Source | None = None, state: SourceState | None = None, now: datetime = NOON) -> None:
        self.source = source or make_source()
        self.state = state or SourceState(source_id=self.source.id)
        self.now = now
        self.last: Conclusion | None = None

    def __call__(self, outcome: FetchOutcome, read: Reading | None = None, **counts: int) -> Conclusion:
        self.last = conclude(self.source, self.state, outcome, self.now, reading=read, **counts)
        self.state = self.last.state
        return self.last

    def later(self, by: timedelta) -> Polls:
        self.now += by
        return self

    def sent(self) -> dict[str, str]:

        return dict(plan_request(self.source, self.state, user_agent="aggregator/test").headers)
