"""The real pipeline over simulated publishers: poll, curate, announce, with a real store and a clock that is turned."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.fetching import FetchOutcome, FetchRequest
from aggregator.model.habits import IDENTITY, IdentityPolicy
from aggregator.model.reading import Document, Part, Reading, ReadOutcome
from aggregator.model.shape import NO_SHAPE, Shape
from aggregator.model.source import Claim, Source
from aggregator.model.story import Granularity, StoryPolicy
from aggregator.model.topic import Topic, TopicMode
from aggregator.pipeline.curate import Desk, curate, rematch
from aggregator.pipeline.poll import PollParts, poll
from aggregator.pipeline.read import read_document, read_part
from aggregator.publish import compose
from aggregator.store.sqlite import SqliteStore
from aggregator.topics import TopicSet
from tests.builders import NOON, make_source
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import fetched
from tests.simulate.mutations import Mutation
from tests.simulate.publisher import Publisher
from tests.simulate.subscribers import KEYS, Subscriber, truth_of

ROUND = timedelta(hours=4)
QUIET_DAYS = 2
_NUMBERS = 10_000
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
# Copies and stories are off: what identity lets through is not to be caught by them.
APART = StoryPolicy(granularity=Granularity.OFF, same_link=False, headline_window=timedelta(), text_share=2.0)
_CRASH = 0.15
# Without dates, or with false ones, nobody can know what is from before the subscription; nor can anybody where the
# first document was not all of it.
_HIDES_AGE = (
    *(Mutation.UNDATED, Mutation.REDATED, Mutation.REDATED_ONCE, Mutation.MIGRATION, Mutation.FUTURE),
    Mutation.HALVES,
)


class Crash(Exception):  # noqa: N818 - not an error of ours
    """The process ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What is switched on."""

    identity: IdentityPolicy = IDENTITY
    own_links: bool = True
    tombstones: bool = True
    traces: bool = True
    shape: Shape = NO_SHAPE


@dataclass(slots=True)
class Outcome:
    """What a run counted.

    Attributes:
        days: Source-days.
        repeats: Articles shown twice, by model of subscriber.
        losses: Articles never shown, by model.
        stale: Articles from before the subscription that were announced beyond the backfill.
        missed: Articles that were stored twice, by kind of mutation; and the same of two stored as one.
    """

    days: float
    articles: Counter[str] = field(default_factory=Counter)
    repeats: dict[str, list[str]] = field(default_factory=dict)
    losses: dict[str, list[str]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Say whether nobody saw anything twice, nor missed anything, nor got old stock."""
        return not any((*self.repeats.values(), *self.losses.values(), self.stale))

    def error_share(self) -> float:
        """Give the share of articles whose identity was judged wrongly."""
        return (self.missed.total() + self.wrong.total()) / max(self.articles.total(), 1)


class Watcher(Protocol):
    """Sees every edition; what it keeps in memory goes with each crash."""

    def begin_anew(self) -> None: ...

    async def publish(self, edition: Edition) -> None: ...


class World:
    """So many publishers, one store, three subscribers.

    Args:
        folder: For the database.
        kinds: Mutations of each publisher.
        seed: Decides everything.
        guards: What is switched on.
    """

    def __init__(
        self,
        folder: Path,
        kinds: Sequence[frozenset[Mutation]],
        seed: int,
        guards: Guards = Guards(),
    ) -> None:
        self._path = folder / "world.db"
        self._guards = guards
        self._clock = FakeClock(NOON)
        self._chance = random.Random(seed)
        self.publishers = [
            Publisher(f"p{place}", kind, NOON, random.Random(f"{seed}-{place}"), 1 + place * _NUMBERS)
            for place, kind in enumerate(kinds)
        ]
        self._by_url: dict[str, Publisher] = {}
        self._sources: list[Source] = [self._source(publisher) for publisher in self.publishers]
        limit = sum(map(_room, kinds))
        self._topic = Topic(slug="all", title="All", mode=TopicMode.ENTRIES, limit=limit, shape=guards.shape)
        self.subscribers = {name: Subscriber(key) for name, key in KEYS.items()}
        self._store = self._open()
        self._desk = Desk(APART)
        self._backup_at: datetime | None = None
        self.readership: Watcher | None = None

    async def run(self, days: float, *, backup: bool = False) -> Outcome:
        """Let so many days pass, with a poll of every source every few hours, and count."""
        await self._begin()
        end = NOON + timedelta(days=days)
        while self._clock.now() < end:
            live = self._clock.now() < end - timedelta(days=QUIET_DAYS)
            for publisher in self.publishers:
                if live:
                    publisher.live(self._clock.now(), ROUND)
            await self._round()
            if backup:
                await self._restore(days)
            self._clock.turn(ROUND)
        await self._store.close()
        return self._count(days)

    async def _begin(self) -> None:
        self._sources = list(await self._store.sync_sources(self._sources, self._clock.now()))
        await rematch(self._store, [self._topic])

    async def _round(self) -> None:
        await self._reconfigure()
        crashes = [self._chance.random() < _CRASH and self._may_crash() for _ in range(3)]
        claims = await self._store.claim([source.id for source in self._sources], self._clock.now())
        parts = PollParts(
            store=self._store,
            fetcher=self,
            reader=_Crashing(self._chance) if crashes[0] else Here(),
            clock=self._clock,
            user_agent="simulation",
            identity=self._guards.identity,
        )
        await asyncio.gather(*(self._poll(claim, parts) for claim in claims))
        if crashes[1]:
            await self._crash()
        await curate(self._store, TopicSet.compile([self._topic]), self._desk)
        if crashes[2]:
            await self._crash()
        now = self._clock.now()
        composed = partial(compose, now=now, site=SITE, own_links=self._guards.own_links)
        edition = await self._store.announce(self._topic, now, composed)
        for subscriber in self.subscribers.values():
            subscriber.read(edition)
        if self.readership is not None:
            await self.readership.publish(edition)
        if any(publisher.has(Mutation.FORGETFUL) for publisher in self.publishers):
            await self._store.prune(now, vanished_for=timedelta(hours=12))
            self._forget_pruned()

    async def _poll(self, claim: Claim, parts: PollParts) -> None:
        """Poll a source, and note what has arrived; with the end of the process nothing has."""
        try:
            await poll(claim, parts)
        except Crash:
            return
        publisher = self._by_url[claim.source.url]
        publisher.served |= publisher.offered

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Serve a document, as a server would that knows no conditions."""
        body = self._by_url[request.url].document(self._clock.now())
        return fetched(request.url, body)

    def _forget_pruned(self) -> None:
        """Take from entries that were pruned what they could be recognised by, all of it or their traces."""
        with closing(sqlite3.connect(self._path)) as database, database:
            if not (self._guards.tombstones and self._guards.traces):
                database.execute("UPDATE entries SET trace = NULL WHERE pruned_at IS NOT NULL")
            if self._guards.tombstones:
                return
            pruned = "(SELECT id FROM entries WHERE pruned_at IS NOT NULL)"
            database.execute(f"DELETE FROM entry_keys WHERE entry_id IN {pruned}")  # noqa: S608 - a constant
            database.execute("UPDATE entries SET guid = 'gone-' || id, keys = '[]' WHERE pruned_at IS NOT NULL")

    def _source(self, publisher: Publisher) -> Source:
        url = f"https://{publisher.name}.example/feed.xml"
        self._by_url[url] = publisher
        keep = timedelta(days=2) if publisher.has(Mutation.FORGETFUL) else timedelta(days=3650)
        return make_source(publisher.name, url=url, id_given=True, keep=keep)

    async def _reconfigure(self) -> None:
        """Change the settings once, in the middle."""
        changed = False
        for place, publisher in enumerate(self.publishers):
            source = self._sources[place]
            if self._clock.now() < publisher.turning:
                continue
            if publisher.has(Mutation.RENAMED) and not source.id.startswith("renamed"):
                self._sources[place] = replace(source, id=f"renamed-{source.id}")
                changed = True
            later = self._clock.now() >= publisher.turning + timedelta(days=1)
            if later and publisher.has(Mutation.READDRESSED) and "other" not in source.url:
                url = f"https://other-{publisher.name}.example/rss"
                self._by_url[url] = publisher
                self._sources[place] = replace(self._sources[place], url=url)
                changed = True
        if changed:
            self._sources = list(await self._store.sync_sources(self._sources, self._clock.now()))

    def _may_crash(self) -> bool:
        return any(publisher.has(Mutation.CRASHES) for publisher in self.publishers)

    async def _crash(self) -> None:
        if self.readership is not None:
            self.readership.begin_anew()
        await self._store.close()
        self._store = self._open()
        self._desk = Desk(APART)
        await self._begin()

    async def _restore(self, days: float) -> None:
        """Copy the database after a third of the time, and put the copy in its place two days later."""
        now, copy = self._clock.now(), self._path.with_suffix(".copy")
        if self._backup_at is None and now >= NOON + timedelta(days=days / 3):
            self._backup_at = now
            with closing(sqlite3.connect(self._path)) as database:
                database.execute("VACUUM INTO ?", [str(copy)])
        elif self._backup_at is not None and copy.exists() and now >= self._backup_at + timedelta(days=2):
            await self._store.close()
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            shutil.move(copy, self._path)
            self._store = self._open()
            self._desk = Desk(APART)
            await self._begin()

    def _open(self) -> SqliteStore:
        return SqliteStore.open(self._path, site_authority="t.example")

    def _count(self, days: float) -> Outcome:
        outcome = Outcome(days * len(self.publishers))
        owners = {article.number: publisher for publisher in self.publishers for article in publisher.articles}
        due = {
            article.number
            for publisher in self.publishers
            for article in publisher.articles
            if article.at > NOON and article.number in publisher.served
        }
        for name, subscriber in self.subscribers.items():
            outcome.repeats[name] = sorted(_told(owners[one], one) for one in subscriber.repeats())
            outcome.losses[name] = sorted(_told(owners[one], one) for one in subscriber.losses(due))
        first = self.subscribers["by id"].shown
        for publisher in self.publishers:
            if publisher.has(*_HIDES_AGE):
                continue
            old = [article.number for article in publisher.articles if article.at < NOON and first[article.number]]
            outcome.stale.extend(_told(publisher, one) for one in old[5:])
            outcome.articles[_kind(publisher)] += len(publisher.served)
        self._compare(outcome, owners)
        return outcome

    def _compare(self, outcome: Outcome, owners: Mapping[int, Publisher]) -> None:
        """Compare what is stored with the truth: one row for each article, one article for each row."""
        rows: defaultdict[str, set[int]] = defaultdict(set)
        with closing(sqlite3.connect(self._path)) as database:
            found = database.execute(
                "SELECT e.id, e.categories FROM entries e WHERE e.pruned_at IS NULL "
                "UNION SELECT entry_id, categories FROM entry_revisions"
            ).fetchall()
        for row_id, text in found:
            truth = truth_of(text.strip('[]"').split('","'))
            if truth is not None:
                rows[row_id].add(truth)
        stored = Counter(truth for truths in rows.values() for truth in truths)
        for truth, times in stored.items():
            if times > 1:
                outcome.missed[_kind(owners[truth])] += 1
        for truths in rows.values():
            if len(truths) > 1:
                outcome.wrong[_kind(owners[min(truths)])] += 1


class Here:
    """Reads without a worker."""

    async def read(self, document: Document) -> ReadOutcome:
        return read_document(document)

    async def read_part(self, part: Part) -> Reading | None:
        return read_part(part)


class _Crashing:
    """Reads, and now and then the process ends before anything is written."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def read(self, document: Document) -> ReadOutcome:
        self._crash()
        return read_document(document)

    async def read_part(self, part: Part) -> Reading | None:
        self._crash()
        return read_part(part)

    def _crash(self) -> None:
        if self._chance.random() < _CRASH:
            raise Crash


def _room(kind: frozenset[Mutation]) -> int:
    """Say how many entries of a publisher the topic has to hold, so that nothing leaves it before it was seen."""
    return 20 if Mutation.BURSTS in kind else 6


def _kind(publisher: Publisher) -> str:
    return "+".join(sorted(one.name for one in publisher.mutations)) or "none"


def _told(publisher: Publisher, number: int) -> str:
    return f"{_kind(publisher)}: {publisher.name} article {number}"
