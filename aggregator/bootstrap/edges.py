"""The parts at the edges: the web, hubs, feeds that are searched for, the static site."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import __version__
from aggregator.settings import Network

if TYPE_CHECKING:  # only the daemon pays for importing these
    from aggregator.model.discovery import Discovery
    from aggregator.publish import WrittenSite
    from aggregator.service.daemon import Daemon
    from aggregator.service.engine import Engine
    from aggregator.service.house import House
    from aggregator.service.push import PushDesk
    from aggregator.service.site_months import Before
    from aggregator.service.web.server import WebServer
    from aggregator.service.web.shelf import Shelf

WEBSUB_KEY = "websub.key"


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
    pool = WorkerPool("aggregator.pipeline.read:read_asked", size=1)
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
        operator=Commands(house, engine, daemon.commands(), daemon.reloads),
        gate=Gate(server.admin_token, engine.plan.settings.site.base_url or "", server.host, house.clock.monotonic),
    )
    app = make_app(shelf, engine.plan.site, behind)
    return WebServer(app, server.host, server.port)


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
    months = Keeping(house, engine).archives
    await months.close_months()
    before = await asyncio.to_thread(_left_by_the_last_build, folder)
    status = await engine.status()
    seen = await look(plan.site, house.store, shelf, months=months, status=status, before=before)
    public = [topic.slug for topic in plan.topics if topic.access is Access.PUBLIC]
    made = make_site(plan.site, shelf, seen, public)
    return write_site(folder, made.files, made.keeps)


def _left_by_the_last_build(folder: Path) -> Before:
    from aggregator.publish import files_of
    from aggregator.service.site import LOOK
    from aggregator.service.site_months import Before

    there = files_of(folder)
    return Before(there, (folder / LOOK).read_text(encoding="utf-8", errors="replace") if LOOK in there else "")
