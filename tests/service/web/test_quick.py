"""The short way of prepared answers, held against uvicorn's own, byte by byte."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.service.web.documents import Answer
from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from tests.service.web.visits import build, make_rendition

pytestmark = pytest.mark.anyio

LAST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
TAG = b'If-None-Match: "harbour-atom-1"\r\n'


class Counted:
    """Hands on to an application, and counts what came by the long way."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += scope["path"] != "/livez"
        await self._app(scope, receive, send)

    def ready(self, scope: Scope) -> Answer | None:
        found: Answer | None = self._app.ready(scope)
        return found


def long_way(app: ASGIApp) -> ASGIApp:
    """Hide from the server that anything is ready."""

    async def handed_on(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return handed_on


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[WebServer]:
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def said(app: ASGIApp, request: bytes) -> bytes:
    """Send bytes on one connection, and give all that came until the server hung up."""
    async with serving(app) as server, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request)
        answer = await reader.read(-1)
        writer.close()
    return re.sub(rb"(?im)^(date: )[^\r]*", rb"\1now", answer)


def get(target: bytes, headers: bytes = b"", method: bytes = b"GET", version: bytes = b"1.1") -> bytes:
    return method + b" " + target + b" HTTP/" + version + b"\r\nHost: x\r\n" + headers + b"\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        get(b"/harbour.atom"),
        get(b"/harbour.atom", method=b"HEAD"),
        get(b"/harbour.atom", TAG),
        get(b"/harbour.atom", TAG, method=b"HEAD"),
        get(b"/harbour.atom", b"Accept-Encoding: gzip\r\n"),
        get(b"/harbour.atom", b"If-Modified-Since: Mon, 23 Nov 2026 12:00:00 GMT\r\n"),
        get(b"/harbour.atom", b"Connection: Keep-Alive\r\n"),
        get(b"/harbour.atom", b"Connection: close\r\n"),
        get(b"/harbour.atom?a=b%20c"),
        get(b"/harbour.atom?raw", b"Sec-Fetch-Dest: document\r\n"),
        get(b"/topics.opml"),
        get(b"/harbour.atom") + get(b"/harbour.rss", TAG) + get(b"/harbour.json"),
    ],
)
async def test_what_is_ready_is_sent_at_once_and_is_what_uvicorn_would_send(request_: bytes):
    app = Counted(build())
    quick = await said(app, request_ + LAST)
    assert app.calls == 0
    assert quick == await said(long_way(build()), request_ + LAST)
    assert quick.startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    "request_",
    [
        get(b"/harbour.atom", version=b"1.0"),
        get(b"/harbour.atom", b"Connection: keep-alive\r\n", version=b"1.0"),
        get(b"/harbour.atom", b"Content-Length: 3\r\n") + b"abc",
        get(b"/harbour.atom", b"Transfer-Encoding: chunked\r\n") + b"3\r\nabc\r\n0\r\n\r\n",
        get(b"/harbour.atom", b"Expect: 100-continue\r\n"),
        get(b"/harbour.atom", b"Upgrade: h2c\r\n"),
        get(b"/harbour.atom", b"Connection: keep-alive, te\r\n"),
        get(b"/harbour.atom", b"Sec-Fetch-Dest: document\r\n"),
        get(b"/h%61rbour.atom"),
        get(b"/harbour.atom#top"),
        get(b"http://x/harbour.atom"),
        get(b"/harbour.atom", method=b"POST"),
        get(b"/harbour.atom", method=b"OPTIONS"),
        get(b"*", method=b"OPTIONS"),
        get(b"/nothing.atom"),
        get(b"/docks.atom"),
        get(b"/whales.atom"),
        get(b"/harbour/feed"),
        get(b"/"),
        get(b"/") + get(b"/harbour.atom") + get(b"/"),
        get(b"/harbour.atom") + get(b"/") + get(b"/harbour.rss", TAG) + get(b"/harbour.atom", TAG),
        get(b"/harbour.atom", b"bad header\r\n"),
    ],
)
async def test_what_is_peculiar_goes_the_long_way_and_every_answer_keeps_its_place(request_: bytes):
    app = Counted(build())
    quick, slow = await said(app, request_ + LAST), await said(long_way(build()), request_ + LAST)
    assert quick == slow
    assert app.calls > 0 or b" 400 " in slow.partition(b"\r\n")[0]


async def test_who_does_not_read_is_given_nothing_more():
    body = os.urandom(600_000)
    shelf = Shelf()
    shelf.put_document(make_rendition("big.atom", body, gzipped=None))
    requests = 60
    async with serving(build(shelf)) as server, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(get(b"/big.atom") * requests + LAST)
        (protocol,) = await _settled(server)
        assert protocol.transport.get_write_buffer_size() <= 2 * len(body)
        received = await reader.read(-1)
        writer.close()
    assert received.count(b"HTTP/1.1 200 OK\r\n") == requests + 1
    assert received.count(body) == requests


async def test_an_idle_connection_is_closed_when_its_time_is_up():
    async with serving(build()) as server, asyncio.timeout(5):
        server._server.config.timeout_keep_alive = 0.2
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(2):
            writer.write(get(b"/harbour.atom", TAG))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 304")
            await asyncio.sleep(0.12)
        assert await reader.read(-1) == b""
        writer.close()


async def test_stopping_does_not_wait_for_who_was_answered():
    async with serving(build()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(get(b"/harbour.atom", TAG))
        assert (await reader.readline()).startswith(b"HTTP/1.1 304")
        async with asyncio.timeout(2):
            await server.stop()
        writer.close()


async def _settled(server: WebServer) -> list[Any]:
    """Wait until the server has sent what it can; give its connections."""
    connections: set[Any] = server._server.server_state.connections
    before = -1
    while not connections or (size := sum(one.transport.get_write_buffer_size() for one in connections)) != before:
        before = size if connections else -1
        await asyncio.sleep(0.1)
    return list(connections)
