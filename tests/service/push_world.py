"""A publisher, a hub and us: real sockets to both, a real database, a clock that the test turns."""

from __future__ import annotations

import itertools
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.source import Source, SourceState
from aggregator.model.status import EntryFilter
from aggregator.model.websub import PushState
from aggregator.pipeline.poll import Polled, PollParts, poll
from aggregator.pipeline.websub import PushParts
from aggregator.schedule.websub import Us
from aggregator.service.push import PushDesk
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.shelf import Shelf
from aggregator.store.sqlite import SqliteStore
from tests.builders import NOON, make_source
from tests.fakes.clock import FakeClock
from tests.fakes.reader import FakeReader
from tests.pages.samples import SITE
from tests.service.web.visits import Insides, Readiness
from tests.web import ScriptedWeb
from tests.web.hub import ScriptedHub

AGENT = "aggregator/test"


def feed(*names: str, text: str = "Text of") -> bytes:
    """Write a document; its entries are an hour apart, the first one the newest."""
    items = "".join(
        f"<item><title>{name}</title><guid isPermaLink='false'>{name}</guid><link>https://p.example/{name}</link>"
        f"<pubDate>{format_datetime(NOON - timedelta(hours=age))}</pubDate>"
        f"<description>{text} {name}.</description></item>"
        for age, name in enumerate(names)
    )
    return (
        f"<rss version='2.0'><channel><title>P</title><link>https://p.example/</link>{items}</channel></rss>".encode()
    )


@dataclass(slots=True)
class World:
    """All of it.

    Attributes:
        us: What the settings say of us; a test may change it.
        sources: What is configured; a test may change it, and ``sync``.
        news: How often new entries were announced to the engine.
    """

    web: ScriptedWeb
    hub: ScriptedHub
    store: SqliteStore
    fetcher: HttpFetcher
    clock: FakeClock
    us: Us
    sources: dict[str, Source]
    reader: FakeReader = field(default_factory=FakeReader)
    base: str = ""
    news: int = 0
    desk: PushDesk = field(init=False)
    _nonces: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        parts = PushParts(
            store=self.store,
            poster=self.fetcher,
            reader=self.reader,
            clock=self.clock,
            user_agent=AGENT,
            us=lambda: self.us,
            source=self.sources.get,
            new_nonce=lambda: f"nonce-{next(self._nonces)}",
            spacing=timedelta(),
        )
        self.desk = PushDesk(parts, self._count)

    def publish(self, *names: str, hub: bool = True, etag: str | None = None, text: str = "Text of") -> None:
        """Put a document with these entries on the publisher's server, with a hub or without."""
        links = f'<{self.hub.url}>; rel="hub", </feed.xml>; rel="self"' if hub else ""
        headers = (("Link", links),) if hub else ()
        self.web.publish("/feed.xml", feed(*names, text=text), etag=etag, headers=headers)

    async def sync(self) -> None:
        await self.store.sync_sources(tuple(self.sources.values()), self.clock.now())

    async def poll_due(self) -> list[Polled]:
        """Poll what is due now."""
        parts = PollParts(
            store=self.store, fetcher=self.fetcher, reader=self.reader, clock=self.clock, user_agent=AGENT
        )
        return [await poll(claim, parts) for claim in await self.store.claim_due(self.clock.now(), 10)]

    async def subscribed(self, *names: str) -> None:
        """Poll the publisher for the first time and let the hub verify."""
        self.publish(*(names or ("one",)))
        await self.poll_due()
        await self.tend()

    async def tend(self) -> None:
        """Look after the subscriptions, and wait until the hub is done with what it was told."""
        await self.desk.tend()
        await self.hub.settled()

    async def taken(self) -> None:
        """Take what was received."""
        while not self.desk._waiting.empty():
            pushed = self.desk._waiting.get_nowait()
            self.desk._waiting_bytes -= len(pushed.body)
            await self.desk._take(pushed)

    async def state(self) -> SourceState:
        status = await self.store.status((), self.clock.now(), polls=30)
        return status.sources[0].state

    async def push_state(self) -> PushState:
        push = (await self.state()).push
        assert push is not None
        return push

    async def turn_to_due(self) -> None:
        """Let time pass until the source is due."""
        due_at = (await self.state()).next_poll_at
        assert due_at is not None
        self.clock.turn(max(due_at - self.clock.now(), timedelta()) + timedelta(seconds=1))

    async def titles(self) -> set[str]:
        return {stored.entry.title for stored, _ in await self.store.entries(EntryFilter(), self.clock.now())}

    def turn(self, **by: float) -> None:
        self.clock.turn(timedelta(**by))

    async def visit(self, callback: str, query: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=self.hub.transport) as client:
            return await client.get(callback, params=query)

    def _count(self) -> None:
        self.news += 1


def certificate(folder: Path) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself."""
    pem = folder / "hub.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    try:
        subprocess.run([*command, "-keyout", str(pem), "-out", str(folder / "c.pem")], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    pem.write_bytes(pem.read_bytes() + (folder / "c.pem").read_bytes())
    return pem


@asynccontextmanager
async def made_world(folder: Path, *, pem: Path | None = None) -> AsyncIterator[World]:
    """Build a world; with a certificate its hub is secure, and signs."""
    tls = None
    if pem is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem)
    async with AsyncExitStack() as stack:
        clock = FakeClock()
        web = await stack.enter_async_context(ScriptedWeb(now=clock.now))
        hub = await stack.enter_async_context(ScriptedHub(tls=tls))
        store = SqliteStore.open(folder / "a.db", site_authority="t.example")
        stack.push_async_callback(store.close)
        fetcher = HttpFetcher(allow_private=["127.0.0.0/8"], now=clock.now)
        stack.push_async_callback(fetcher.close)
        source = make_source("p", url=web.url("/feed.xml"), pace_key="p", spacing=timedelta())
        world = World(
            web=web,
            hub=hub,
            store=store,
            fetcher=fetcher,
            clock=clock,
            us=Us(callback_base=None, key=b"k" * 32),
            sources={"p": source},
        )
        app = make_app(Shelf(), SITE, Behind(inside=Insides(), checks=Readiness(), hubs=world.desk))
        hub.transport = httpx.ASGITransport(app)
        world.base = "http://us.example/websub/"
        world.us = replace(world.us, callback_base=world.base)
        await world.sync()
        yield world
