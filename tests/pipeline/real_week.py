"""A real week of many outlets, polled, curated and announced as the service does it, hour by hour."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.fetching import FetchRequest
from aggregator.model.reading import Document, Part, Reading, ReadOutcome
from aggregator.model.source import Source
from aggregator.model.story import StoryPolicy
from aggregator.pipeline.announce import announce
from aggregator.pipeline.curate import Desk, curate, rematch
from aggregator.pipeline.poll import PollParts, poll
from aggregator.pipeline.read import read_document, read_part
from aggregator.store.sqlite import SqliteStore
from aggregator.topics import TopicSet
from tests.builders import make_source, make_topic
from tests.e2e.corpora import FOLDER
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import fetched

WEEK = FOLDER / "news" / "multi-outlet-2026-W30.ndjson"
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
TOPIC = make_topic("everything", limit=100)

LANGUAGES = {"NHK World": "ja"}

Row = Mapping[str, Any]


@dataclass(slots=True)
class Told:
    """What a subscriber of the topic has: the link and dates of each item by its id, and what was wrong with them."""

    items: dict[str, tuple[str | None, datetime, datetime]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)

    def read(self, edition: Edition) -> None:
        """Read an edition."""
        links = {url for url, *_ in self.items.values() if url}
        for entry in edition.entries:
            told = (entry.url, entry.published_at, entry.updated_at)
            if self.items.get(entry.id, told) != told or (entry.id not in self.items and entry.url in links):
                self.repeats.append(entry.id)
            self.items[entry.id] = told


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it.

    Attributes:
        changed: How often a link came with another title than the last time, in its source.
        outcomes: Sums over all polls.
    """

    changed: int
    links: int
    outcomes: Counter[str]
    told: Told


class _OneAnswer:
    """Answers the one request that is asked, and reads what it answered."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def fetch(self, request: FetchRequest) -> Any:
        return fetched(request.url, self._body)

    async def read(self, document: Document) -> ReadOutcome:
        return read_document(document)

    async def read_part(self, part: Part) -> Reading | None:
        return read_part(part)


async def play_week(folder: Path, hours: int | None = None) -> Played:
    """Play the week, or its first hours; the database is left in the folder."""
    rows = [json.loads(line) for line in WEEK.read_text(encoding="utf-8").splitlines()]
    documents = _documents(sorted(rows, key=lambda row: row["collectedAt"]))
    sources = [
        make_source(_source_id(name), title=name, language=LANGUAGES.get(name, "en"))
        for name in sorted({row["source"] for row in rows})
    ]
    store = SqliteStore.open(folder / "a.db", site_authority="t.example")
    clock = FakeClock(documents[0][0] - timedelta(hours=1))
    played, last = Played(0, 0, Counter(), Told()), dict[tuple[str, str], str]()
    changed = 0
    try:
        await store.sync_sources(sources, clock.now())
        await rematch(store, [TOPIC])
        desk, topics = Desk(StoryPolicy()), TopicSet.compile([TOPIC])
        for number, (at, polls) in enumerate(documents):
            if hours is not None and number >= hours:
                break
            clock.turn(at - clock.now())
            for source, items in polls:
                for row in items:
                    title = last.get((source, row["link"]))
                    changed += title is not None and title != row["title"]
                    last[source, row["link"]] = row["title"]
                await _poll(store, clock, source, items, played.outcomes)
                clock.turn(timedelta(seconds=1))
            await curate(store, topics, desk)
            played.told.read(await announce(store, TOPIC, SITE, clock))
    finally:
        await store.close()
    return Played(changed, len(last), played.outcomes, played.told)


def _documents(rows: list[Row]) -> list[tuple[datetime, list[tuple[str, list[Row]]]]]:
    """Give for each hour the documents of the sources; a link that came twice within one stands in two of them."""
    hours: defaultdict[str, defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        hours[row["collectedAt"][:13]][_source_id(row["source"])].append(row)
    return [
        (
            datetime.fromisoformat(f"{hour}:30:00+00:00"),
            [(source, part) for source, found in sorted(sources.items()) for part in _parts(found)],
        )
        for hour, sources in sorted(hours.items())
    ]


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        if any(row["link"] == other["link"] for other in part):
            yield part
            part = []
        part.append(row)
    yield part


async def _poll(store: SqliteStore, clock: FakeClock, source: str, rows: list[Row], outcomes: Counter[str]) -> None:
    (claim,) = await store.claim([source], clock.now())
    web = _OneAnswer(_feed(claim.source, rows))
    polled = await poll(claim, PollParts(store=store, fetcher=web, reader=web, clock=clock, user_agent="t"))
    outcomes.update(new=polled.record.new, revised=polled.record.revised)


def _feed(source: Source, rows: list[Row]) -> bytes:
    """Write a document; texts stand in the rows as they stood in the outlet's own."""
    items = "".join(
        f"<item><title>{_said(row['title'])}</title><link>{_said(row['link'])}</link>"
        f"<description>{_said(row['description'])}</description>{_date(row)}</item>"
        for row in rows
    )
    head = f"<title>{escape(source.title)}</title><link>https://{source.id}.example/</link>"
    return f'<rss version="2.0"><channel>{head}<description>d</description>{items}</channel></rss>'.encode()


def _said(text: str | None) -> str:
    return escape(unescape(text or ""))


def _date(row: Row) -> str:
    if not row.get("pubDate"):
        return ""
    return f"<pubDate>{datetime.fromisoformat(row['pubDate']):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"


def _source_id(name: str) -> str:
    return name.lower().replace(" ", "-")


def stored(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Read from the database that was left."""
    with closing(sqlite3.connect(folder / "a.db")) as db:
        return db.execute(sql).fetchall()
