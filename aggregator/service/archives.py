"""Months of topics: those that are over are written once and for good, the one that runs whenever it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.month import MonthPart, parts_of, read_month
from aggregator.model.topic import Access, Topic
from aggregator.pipeline.ports import ArchiveStore, Clock
from aggregator.publish import compose

MOST_ITEMS = 250
"""A part of a month is a page that people can read, and a document that readers can take in."""

GRACE = timedelta(hours=1)
"""What is under way when a month ends belongs to it; so late nothing is any more."""

_REMEMBERED = 16
"""Months that are over, in memory: readers that follow archives come one after another."""

_FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Archive:
    """A part of a month of a topic, ready to be sent; ``final`` once it never changes again."""

    document: Rendition
    final: bool


class Facts(Protocol):
    """What archives want to know of a configuration."""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics in force."""
        ...

    @property
    def site(self) -> SiteFacts:
        """Where we publish."""
        ...


class Archives:
    """Finds and closes months.

    Args:
        store: Keeps those that are over.
        clock: Says which are.
        plan: Gives the configuration in force.
        paint: Writes a part of a month.
        most: Items of a part. What is over stays in the parts in which it was written.
    """

    def __init__(
        self,
        store: ArchiveStore,
        clock: Clock,
        plan: Callable[[], Facts],
        paint: Callable[[Edition, SiteFacts], Rendition],
        *,
        most: int = MOST_ITEMS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._paint = paint
        self._most = most
        self._running: dict[tuple[str, MonthPart], tuple[float, Rendition]] = {}
        self._final: dict[tuple[str, str], Rendition] = {}
        # Months are large: however many ask, one is read or written at a time.
        self._one_at_a_time = asyncio.Lock()

    async def find(self, slug: str, name: str) -> Archive | None:
        """Find a month of a topic in force, or a part of one; None where there is none.

        Raises:
            StoreError: The store does not answer.
        """
        topic, part = self._topic(slug), read_month(name)
        if topic is None or part is None:
            return None
        async with self._one_at_a_time:
            kept = self._final.pop((slug, name), None) or await self._store.archive(slug, name)
            if kept is None and part.month < self._first_open():
                # Where the newest part is kept, all are that there ever were.
                if part.number is None or await self._store.archive(slug, part.month) is None:
                    await self._close(topic, part.month)
                kept = await self._store.archive(slug, name)
            if kept is not None:
                self._remember(slug, name, kept)
                return Archive(kept, final=True)
            return await self._run(topic, part) if part.month >= self._first_open() else None

    async def edition(self, slug: str, name: str) -> Edition | None:
        """Give a month of a public topic in force, or a part of one, to be shown; None where there is none.

        Raises:
            StoreError: The store does not answer.
        """
        topic, part = self._topic(slug), read_month(name)
        if topic is None or topic.access is not Access.PUBLIC or part is None:
            return None
        return await self._part(topic, part)

    async def kept(self, slug: str) -> tuple[str, ...]:
        """Name the months of a topic that are over and written down, and their parts.

        Raises:
            StoreError: The store does not answer.
        """
        return await self._store.kept_months(slug)

    async def chain(self, slug: str, newest: str | None) -> tuple[MonthPart, ...]:
        """Name the months up to one, and their parts, as each leads to the next, the newest first.

        Raises:
            StoreError: The store does not answer.
        """
        if newest is None:
            return ()
        months = [one for one in await self._store.told_months(slug) if one[0] <= newest]
        return tuple(part for month, items in months for part in parts_of(month, items, self._most))

    async def close_months(self) -> int:
        """Write down every month that is over, before anything of it is pruned; say how many."""
        topics = {topic.slug: topic for topic in self._plan().topics}
        closed = 0
        for slug, month in await self._store.open_months(tuple(topics.values()), self._first_open()):
            async with self._one_at_a_time:
                closed += await self._close(topics[slug], month)
        return closed

    def _topic(self, slug: str) -> Topic | None:
        return next((one for one in self._plan().topics if one.slug == slug), None)

    def _first_open(self) -> str:
        """Name the first month that is not over."""
        return f"{self._clock.now() - GRACE:%Y-%m}"

    async def _close(self, topic: Topic, month: str) -> bool:
        """Write down every part of a month, the newest last: once that is there, all are, whatever broke off before."""
        newest = await self._part(topic, MonthPart(month))
        if newest is None:
            return False
        before = read_month(newest.older) if newest.older else None
        full = before.number or 0 if before is not None and before.month == month else 0
        for number in range(1, full + 1):
            part = await self._part(topic, MonthPart(month, number))
            if part is not None:
                await self._keep(topic, part)
        await self._keep(topic, newest)
        return True

    async def _keep(self, topic: Topic, part: Edition) -> None:
        document = await self._painted(replace(part, final=True))
        await self._store.keep_archive(topic.slug, part.month or "", document)

    def _remember(self, slug: str, name: str, document: Rendition) -> None:
        """Keep what is over in memory, and let go of what was not asked for longest."""
        self._final[slug, name] = document
        while len(self._final) > _REMEMBERED:
            del self._final[next(iter(self._final))]

    async def _run(self, topic: Topic, part: MonthPart) -> Archive | None:
        """Write what still runs, once a minute at most; its date is that of the first time that it was written so."""
        at, known = self._running.get((topic.slug, part), (0.0, None))
        if known is not None and self._clock.monotonic() - at < _FRESH_SECONDS:
            return Archive(known, final=False)
        edition = await self._part(topic, part)
        if edition is None:
            return None
        document = await self._painted(edition)
        if known is not None and known.etag == document.etag:
            document = known
        self._running = {key: one for key, one in self._running.items() if key[1].month == part.month}
        self._running[topic.slug, part] = (self._clock.monotonic(), document)
        return Archive(document, final=False)

    async def _painted(self, edition: Edition) -> Rendition:
        return await asyncio.to_thread(self._paint, edition, self._plan().site)

    async def _part(self, topic: Topic, part: MonthPart) -> Edition | None:
        now, site = self._clock.now(), self._plan().site
        composing = partial(compose, now=now, site=site)
        edition = await self._store.month(topic, part, now, composing, most=self._most)
        if edition is None:
            return None
        # A month is a record: what an editor pinned stands in its place.
        entries = tuple(sorted(edition.entries, key=lambda entry: entry.announced_at, reverse=True))
        return replace(edition, entries=entries)
