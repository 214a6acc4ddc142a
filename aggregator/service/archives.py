"""Months of topics: those that are over are written once and for good, the one that runs whenever it is asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.topic import Access, Topic
from aggregator.pipeline.ports import ArchiveStore, Clock
from aggregator.publish import compose

MOST_ITEMS = 1_000
GRACE = timedelta(hours=1)
"""What is under way when a month ends belongs to it; so late nothing is any more."""

_REMEMBERED = 16
"""Months that are over, in memory: readers that follow archives come one after another."""

_FRESH_SECONDS = 60.0

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Archive:
    """A month of a topic, ready to be sent; ``final`` once it never changes again."""

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
        paint: Writes a month.
    """

    def __init__(
        self,
        store: ArchiveStore,
        clock: Clock,
        plan: Callable[[], Facts],
        paint: Callable[[Edition, SiteFacts], Rendition],
    ) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._paint = paint
        self._running: dict[tuple[str, str], tuple[float, Rendition]] = {}
        self._final: dict[tuple[str, str], Rendition] = {}
        # Months are large: however many ask, one is read or written at a time.
        self._one_at_a_time = asyncio.Lock()

    async def find(self, slug: str, month: str) -> Archive | None:
        """Find a month of a topic in force; None where nothing was announced.

        Raises:
            StoreError: The store does not answer.
        """
        topic = next((one for one in self._plan().topics if one.slug == slug), None)
        if topic is None or not _MONTH.fullmatch(month):
            return None
        async with self._one_at_a_time:
            kept = self._final.pop((slug, month), None) or await self._store.archive(slug, month)
            if kept is not None:
                self._remember(slug, month, kept)
                return Archive(kept, final=True)
            if month >= self._first_open():
                return await self._run(topic, month)
            return await self._close(topic, month)

    async def edition(self, slug: str, month: str) -> Edition | None:
        """Give a month of a public topic in force, to be shown; None where nothing was announced.

        Raises:
            StoreError: The store does not answer.
        """
        topic = next((one for one in self._plan().topics if one.slug == slug), None)
        if topic is None or topic.access is not Access.PUBLIC or not _MONTH.fullmatch(month):
            return None
        return await self._month(topic, month)

    async def close_months(self) -> int:
        """Write down every month that is over, before anything of it is pruned; say how many."""
        topics = {topic.slug: topic for topic in self._plan().topics}
        closed = 0
        for slug, month in await self._store.open_months(tuple(topics.values()), self._first_open()):
            closed += await self._close(topics[slug], month) is not None
        return closed

    def _first_open(self) -> str:
        """Name the first month that is not over."""
        return f"{self._clock.now() - GRACE:%Y-%m}"

    async def _close(self, topic: Topic, month: str) -> Archive | None:
        document = await self._written(topic, month, final=True)
        if document is None:
            return None
        await self._store.keep_archive(topic.slug, month, document)
        return Archive(await self._store.archive(topic.slug, month) or document, final=True)

    def _remember(self, slug: str, month: str, document: Rendition) -> None:
        """Keep a month that is over in memory, and let go of the one that was not asked for longest."""
        self._final[slug, month] = document
        while len(self._final) > _REMEMBERED:
            del self._final[next(iter(self._final))]

    async def _run(self, topic: Topic, month: str) -> Archive | None:
        """Write a month that runs, once a minute at most; its date is that of the first time that it was written so."""
        at, known = self._running.get((topic.slug, month), (0.0, None))
        if known is not None and self._clock.monotonic() - at < _FRESH_SECONDS:
            return Archive(known, final=False)
        document = await self._written(topic, month, final=False)
        if document is None:
            return None
        if known is not None and known.etag == document.etag:
            document = known
        self._running = {key: one for key, one in self._running.items() if key[1] == month}
        self._running[topic.slug, month] = (self._clock.monotonic(), document)
        return Archive(document, final=False)

    async def _written(self, topic: Topic, month: str, *, final: bool) -> Rendition | None:
        edition = await self._month(topic, month)
        if edition is None:
            return None
        return await asyncio.to_thread(self._paint, replace(edition, final=final), self._plan().site)

    async def _month(self, topic: Topic, month: str) -> Edition | None:
        now, site = self._clock.now(), self._plan().site
        edition = await self._store.month(topic, month, now, partial(compose, now=now, site=site), most=MOST_ITEMS)
        if edition is None:
            return None
        # A month is a record: what an editor pinned stands in its place.
        entries = tuple(sorted(edition.entries, key=lambda entry: entry.announced_at, reverse=True))
        return replace(edition, entries=entries)
