"""Reading a document: all of it, and what is new of it, beside feedparser with the same flags in the same run."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

import feedparser

from aggregator.model.reading import Document, Reading
from aggregator.model.verdict import KnownDocument, ReadItem
from aggregator.parse import parse_feed
from aggregator.pipeline.read import leave_out, read_document
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
    known = [_known(_document(body)) for body in before]
    documents = list(map(_document, after))

    def whole(number: int) -> None:
        feedparser.parse(
            io.BytesIO(after[number]), response_headers=HEADERS, sanitize_html=False, resolve_relative_uris=False
        )

    def full(number: int) -> None:
        parse_feed(after[number], url=URL, headers=HEADERS)

    def delta(number: int) -> None:
        part = leave_out(documents[number], known[number])
        parse_feed(part.document.body if part else b"", url=URL, headers=HEADERS)

    rates = _rates((whole, full, delta), repeats)
    beside = f"feedparser {feedparser.__version__}"
    return [
        Result("parse.full", rates[1], "feeds/s", beside, rates[0]),
        Result("parse.delta", rates[2], "feeds/s", beside, rates[0]),
    ]


def _document(body: bytes) -> Document:
    headers = tuple(HEADERS.items())
    return Document(source_id="s", url=URL, source_url=URL, headers=headers, body=body, now=datetime.now(UTC))


def _known(document: Document) -> KnownDocument:
    """Give what the store remembers of a document that was read."""
    reading = read_document(document)
    assert isinstance(reading, Reading)
    items = tuple(ReadItem(digest, key.guid if key else None, key) for digest, key in reading.items)
    return KnownDocument(items=items, frame=reading.frame)


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
