"""The application on a real socket."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from aggregator.errors import AggregatorError
from aggregator.service.web.server import WebServer
from tests.service.web.visits import build

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(host: str = "127.0.0.1") -> AsyncIterator[WebServer]:
    server = WebServer(build(), host, 0)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def test_the_server_answers_as_soon_as_it_has_started():
    async with serving() as server, httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/harbour.atom")
        again = await client.get("/harbour.atom", headers={"If-None-Match": answer.headers["etag"]})
        head = await client.head("/harbour.atom")
        page = await client.get("/")
    assert (answer.status_code, again.status_code, head.status_code, page.status_code) == (200, 304, 200, 200)
    assert answer.headers["content-encoding"] == "gzip"
    assert head.headers["content-length"] == answer.headers["content-length"]
    assert "date" in answer.headers
    assert "server" not in answer.headers


async def test_signals_stay_with_the_daemon():
    before = (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT))
    async with serving():
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


async def test_an_address_in_use_is_told_with_what_to_do():
    async with serving() as first:
        second = WebServer(build(), "127.0.0.1", first.port)
        with pytest.raises(AggregatorError) as caught:
            await second.start()
    assert str(caught.value).startswith(f"address 127.0.0.1:{first.port} is in use")
    assert "server.listen" in str(caught.value)
    await second.stop()


async def test_an_address_of_another_computer_and_a_name_of_none_are_told():
    with pytest.raises(AggregatorError, match=r"192\.0\.2\.1:0 is not an address of this computer"):
        await WebServer(build(), "192.0.2.1", 0).start()
    with pytest.raises(AggregatorError, match="no such host"):
        await WebServer(build(), "bad host name", 0).start()


async def test_localhost_answers_on_every_address_that_it_has():
    async with serving("localhost") as server, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{server.port}/livez")).status_code == 200


async def test_stopping_lets_go_of_the_address_even_with_an_idle_connection_open():
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(2):
            await server.stop()
        writer.close()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", server.port))


async def test_a_request_that_is_not_http_does_no_harm():
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/livez")).status_code == 200
