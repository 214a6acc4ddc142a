"""The parts that every process works with, opened and closed in order."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aggregator import __version__
from aggregator.bootstrap.plans import authority, make_plan
from aggregator.model.edition import Edition, EditionEntry, Rendition
from aggregator.settings import Settings

if TYPE_CHECKING:  # only the daemon pays for importing these
    from aggregator.pipeline.liking import Schooling
    from aggregator.pipeline.ports import Clock
    from aggregator.service.engine import Engine
    from aggregator.service.house import House, Plan
    from aggregator.service.web.shelf import Shelf
    from aggregator.store.sqlite import SqliteStore

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
DATABASE = "aggregator.db"


def database_path(settings: Settings) -> Path:
    """Say where the database is, or will be."""
    return Path(settings.data) / DATABASE


def open_store(settings: Settings) -> SqliteStore:
    """Open the database for writing; the data folder's lock must be held."""
    from aggregator.store.sqlite import SqliteStore

    return SqliteStore.open(database_path(settings), site_authority=authority(settings))


def open_store_for_reading(settings: Settings) -> SqliteStore | None:
    """Open the database read-only; None when nothing was stored yet."""
    from aggregator.store.sqlite import SqliteStore

    path = database_path(settings)
    return SqliteStore.open_for_reading(path) if path.exists() else None


def can_read_articles() -> bool:
    """Say whether the extra ``fulltext`` is installed."""
    return all(importlib.util.find_spec(name) for name in ("trafilatura", "protego"))


async def schooled(store: SqliteStore, settings: Settings) -> tuple[Schooling, ...]:
    """Say what topics learn from their examples, for commands that only read; what is learned there is not kept."""
    from aggregator.pipeline.liking import school
    from aggregator.semantic import load_meaning

    return await school(store, settings.topics, load_meaning() if settings.semantic else None, keep=False)


def open_house(settings: Settings, clock: Clock | None = None) -> House:
    """Put the parts together, on the machine's clock or another one. Call it inside the running event loop."""
    from aggregator.fetch import FileFetcher, HttpFetcher, RoutingFetcher, Visits
    from aggregator.publish import Painter, render_markdown
    from aggregator.publish.smtp import SmtpMailer
    from aggregator.schedule import user_agent
    from aggregator.semantic import load_meaning
    from aggregator.service.clock import SystemClock
    from aggregator.service.house import House
    from aggregator.service.reading import PooledArticles, PooledReader
    from aggregator.service.workers import WorkerPool

    clock = clock or SystemClock()
    network = settings.network
    http = HttpFetcher(
        allow_private=network.allow_private,
        ports=network.ports,
        max_connections=network.max_connections,
        now=clock.now,
        proxy=network.proxy,
        visits=Visits(clock.monotonic, clock.sleep),
    )
    pool = WorkerPool("aggregator.pipeline.read:read_asked", size=max(1, os.cpu_count() or 1))
    pages = WorkerPool("aggregator.pipeline.article:read_article", size=1) if can_read_articles() else None
    store = open_store(settings)
    painter = Painter(_report_entry)

    async def close() -> None:
        await asyncio.gather(http.close(), pool.close(), *([pages.close()] if pages else []))
        await store.close()

    return House(
        store=store,
        fetcher=RoutingFetcher(http, FileFetcher()),
        poster=http,
        mailer=SmtpMailer(),
        reader=PooledReader(pool),
        clock=clock,
        user_agent=user_agent(__version__, settings.site.contact),
        render=lambda edition, site: (*painter.render(edition, site), render_markdown(edition, site)),
        render_archive=painter.render_archive,
        documents=_documents,
        close=close,
        articles=PooledArticles(pages) if pages else None,
        meaning=load_meaning(),
    )


def _report_entry(edition: Edition, entry: EditionEntry, error: Exception) -> None:
    """Log that an entry was left out of a feed, so that it spoils no other."""
    logger.error("topic %s: entry %s cannot be written and is left out: %r", edition.slug, entry.short_id, error)


def _documents(plan: Plan) -> tuple[Rendition, ...]:
    """Render what belongs to no single topic: the lists of topics and of sources."""
    from aggregator.publish import OPML_MEDIA_TYPE, render_sources_opml, render_topics_opml, rendition

    now = datetime.now(UTC)
    lists = {
        "topics.opml": render_topics_opml(plan.topics, plan.site),
        "sources.opml": render_sources_opml(plan.sources, plan.site),
    }
    return tuple(rendition(name, OPML_MEDIA_TYPE, body, now) for name, body in lists.items())


@asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[tuple[House, Engine, Shelf]]:
    """Hold the data folder, open every part, and close all of it at the end.

    Raises:
        StoreBusy: A daemon or another command holds the data folder.
    """
    from aggregator.service.engine import Engine
    from aggregator.service.lock import FolderLock
    from aggregator.service.web.shelf import Shelf

    lock = FolderLock(Path(settings.data))
    lock.acquire()
    try:
        house = open_house(settings, clock)
        try:
            plan = make_plan(settings)
            shelf = Shelf()
            yield house, Engine(house, plan, shelf), shelf
        finally:
            await house.close()
    finally:
        lock.release()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end on the fastest event loop that there is."""
    # Hardly anything here refers to itself: looking for what does after every 700 new objects finds next to nothing.
    gc.set_threshold(10_000, 20, 20)
    try:
        import uvloop
    except ImportError:  # not on every platform
        return asyncio.run(main)
    return uvloop.run(main)
