"""The one place that names concrete parts and puts them together."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
import os
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from aggregator import __version__
from aggregator.model.edition import Edition, EditionEntry, Rendition, SiteFacts
from aggregator.parse import read_opml
from aggregator.settings import Network, Settings, load_settings
from aggregator.topics import parse_query

if TYPE_CHECKING:  # only the daemon pays for importing these
    from aggregator.model.discovery import Discovery
    from aggregator.model.planned import Proposed
    from aggregator.pipeline.liking import Schooling
    from aggregator.pipeline.ports import Clock
    from aggregator.publish import WrittenSite
    from aggregator.service.daemon import Daemon
    from aggregator.service.engine import Engine
    from aggregator.service.house import House, Plan
    from aggregator.service.push import PushDesk
    from aggregator.service.web.server import WebServer
    from aggregator.service.web.shelf import Shelf
    from aggregator.store.sqlite import SqliteStore

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

DATABASE = "aggregator.db"
WEBSUB_KEY = "websub.key"
GENERATOR = f"aggregator {__version__}"


def read_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Load the configuration with everything that checking it takes.

    Raises:
        SettingsError: With every problem.
    """
    return load_settings(
        path,
        environment=os.environ if environment is None else environment,
        read_opml=read_opml,
        check_query=parse_query,
    )


def make_plan(settings: Settings) -> Plan:
    """Put a configuration into the form that the service works with."""
    from aggregator.service.house import Plan

    return Plan(settings=settings, site=site_facts(settings), sources=settings.sources, topics=settings.topics)


def proposed(settings: Settings) -> Proposed:
    """Put a configuration into the form in which it is tried out."""
    from aggregator.model.planned import Proposed
    from aggregator.semantic import load_meaning

    meaning = load_meaning() if settings.semantic else None
    return Proposed(sources=settings.sources, topics=settings.topics, site=site_facts(settings), meaning=meaning)


def site_facts(settings: Settings) -> SiteFacts:
    """Say as what and where we publish; without a ``base-url`` it is the address that we listen on."""
    server = settings.server
    host = f"[{server.host}]" if ":" in server.host else server.host
    local = "127.0.0.1" if server.host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    base_url = settings.site.base_url or f"http://{local}:{server.port}"
    return SiteFacts(
        title=settings.site.title,
        base_url=base_url,
        language=settings.site.language,
        contact=settings.site.contact,
        generator=GENERATOR,
        icon_url=f"{base_url}/-/icon.svg",
    )


def authority(settings: Settings) -> str:
    """Name who mints our ids (RFC 4151): the host of the ``base-url``, a domain name and no address."""
    host = urlsplit(settings.site.base_url or "").hostname or ""
    return host if any(letter.isalpha() for letter in host) and ":" not in host else "localhost"


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
    pool = WorkerPool("aggregator.pipeline.read:read_document", size=max(1, os.cpu_count() or 1))
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


def make_push(house: House, engine: Engine) -> PushDesk:
    """Make the place where hubs call; without a public ``base-url`` it asks no hub for anything.

    Raises:
        AggregatorError: The key in the data folder cannot be used.
    """
    import secrets

    from aggregator.pipeline.websub import PushParts
    from aggregator.schedule.websub import Us
    from aggregator.service.keys import installation_key
    from aggregator.service.push import PushDesk
    from aggregator.settings import is_public_base

    key = installation_key(Path(engine.plan.settings.data) / WEBSUB_KEY)

    def us() -> Us:
        settings = engine.plan.settings
        base = settings.site.base_url
        return Us(
            callback_base=f"{base}/websub/" if base and is_public_base(base) else None,
            key=key,
            wanted=settings.network.websub,
            sha1=settings.network.websub_sha1,
        )

    parts = PushParts(
        store=house.store,
        poster=house.poster,
        reader=house.reader,
        clock=house.clock,
        user_agent=house.user_agent,
        us=us,
        source=engine.source,
        new_nonce=lambda: secrets.token_hex(16),
    )
    return PushDesk(parts, engine.unsettled.set)


async def search_feeds(address: str, network: Network, contact: str | None) -> Discovery:
    """Find the feeds behind an address with parts of our own, for when no daemon runs."""
    from aggregator.fetch import HttpFetcher
    from aggregator.pipeline.discover import DiscoverParts, discover
    from aggregator.schedule import host_of, user_agent
    from aggregator.service.clock import SystemClock
    from aggregator.service.reading import PooledReader
    from aggregator.service.turns import PacedFetcher
    from aggregator.service.workers import WorkerPool
    from aggregator.settings.pacing import pace_of

    clock = SystemClock()
    http = HttpFetcher(allow_private=network.allow_private, ports=network.ports, now=clock.now, proxy=network.proxy)
    pool = WorkerPool("aggregator.pipeline.read:read_document", size=1)
    try:
        parts = DiscoverParts(
            fetcher=PacedFetcher(http, clock, lambda url: pace_of(host_of(url), network)),
            reader=PooledReader(pool),
            clock=clock,
            user_agent=user_agent(__version__, contact),
        )
        return await discover(address, parts)
    finally:
        await asyncio.gather(http.close(), pool.close())


def make_web(house: House, engine: Engine, shelf: Shelf, daemon: Daemon) -> WebServer:
    """Make the web server over what is on the shelf; it does not listen yet."""
    from aggregator.service.insight import Insight
    from aggregator.service.operator import Commands
    from aggregator.service.web.app import Behind, make_app
    from aggregator.service.web.gate import Gate
    from aggregator.service.web.server import WebServer

    server = engine.plan.settings.server
    behind = Behind(
        inside=Insight(house.store, house.clock, engine),
        checks=daemon.ready,
        hubs=daemon.push,
        turnstile=daemon.turnstile,
        archives=daemon.keeping.archives,
        doors=daemon.keeping.doors,
        operator=Commands(house, engine, daemon.commands()),
        gate=Gate(server.admin_token, engine.plan.settings.site.base_url or "", server.host, house.clock.monotonic),
    )
    app = make_app(shelf, engine.plan.site, behind)
    return WebServer(app, server.host, server.port)


def _documents(plan: Plan) -> tuple[Rendition, ...]:
    """Render what belongs to no single topic: the lists of topics and of sources."""
    from aggregator.publish import OPML_MEDIA_TYPE, render_sources_opml, render_topics_opml, rendition

    now = datetime.now(UTC)
    lists = {
        "topics.opml": render_topics_opml(plan.topics, plan.site),
        "sources.opml": render_sources_opml(plan.sources, plan.site),
    }
    return tuple(rendition(name, OPML_MEDIA_TYPE, body, now) for name, body in lists.items())


async def build_site(house: House, engine: Engine, shelf: Shelf, folder: Path) -> WrittenSite:
    """Write everything on the shelf as a static site.

    Raises:
        PublishError: A file could not be put in its place.
        StoreError: What the pages show could not be read.
    """
    from aggregator.model.topic import Access
    from aggregator.publish import write_site
    from aggregator.service.keeping import Keeping
    from aggregator.service.site import look, make_site

    plan = engine.plan
    seen = await look(house.store, shelf, Keeping(house, engine).archives, await engine.status())
    public = [topic.slug for topic in plan.topics if topic.access is Access.PUBLIC]
    made = make_site(plan.site, shelf, seen, public)
    return write_site(folder, made.files, made.keeps)


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
