"""Reading a document: all of it, and what is new of it, beside feedparser with the same flags in the same run."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

import feedparser

from aggregator.parse import Cut, cut_items, parse_feed
from benchmarks.results import Result
from tests.web.feeds import FeedFactory, Recipe

FEEDS = 60
HEADERS = {"content-type": "application/xml"}
URL = "http://127.0.0.1/feed"


def measure(repeats: int) -> list[Result]:
    """Measure in CPU time, in turns, ``repeats`` times, and give the medians.

    The changed documents hold 5 % new entries, two of forty; everything else is known by its digest.
    """
    factory = FeedFactory(Recipe(base=datetime.now(UTC), feeds=FEEDS, items=40, new=2))
    before = [factory.body(feed, 0) for feed in range(FEEDS)]
    after = [factory.body(feed, 1) for feed in range(FEEDS)]
    known = [frozenset(cut.digests()) if isinstance(cut := cut_items(body), Cut) else frozenset() for body in before]

    def whole(number: int) -> None:
        feedparser.parse(
            io.BytesIO(after[number]), response_headers=HEADERS, sanitize_html=False, resolve_relative_uris=False
        )

    def full(number: int) -> None:
        parse_feed(after[number], url=URL, headers=HEADERS)

    def delta(number: int) -> None:
        parse_feed(after[number], url=URL, headers=HEADERS, known_items=known[number])

    rates = _rates((whole, full, delta), repeats)
    beside = f"feedparser {feedparser.__version__}"
    return [
        Result("parse.full", rates[1], "feeds/s", beside, rates[0]),
        Result("parse.delta", rates[2], "feeds/s", beside, rates[0]),
    ]


def _rates(ways: Sequence[Callable[[int], None]], repeats: int) -> list[float]:
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(repeats + 1):
        for way, rates in zip(ways, found, strict=True):
            started = time.process_time()
            for number in range(FEEDS):
                way(number)
            rates.append(FEEDS / (time.process_time() - started))
    # The first turn warms up.
    return [median(rates[1:]) for rates in found]
