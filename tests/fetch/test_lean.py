"""What the lean transport does with names of several addresses; all else is in the contract of the fetchers."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from aggregator.fetch.guard import AddressGuard
from aggregator.fetch.lean import LeanTransport
from aggregator.fetch.names import Names
from tests.web import Asked, ScriptedWeb

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
async def web() -> AsyncIterator[ScriptedWeb]:
    async with ScriptedWeb() as running:
        if not running.own_addresses:
            pytest.skip("needs a second loopback address")
        yield running


def transport(addresses: Sequence[str]) -> LeanTransport:
    guard = AddressGuard(["127.0.0.0/8", "::1"], [])
    return LeanTransport(Names(guard, lambda _host, _port: addresses), lambda: pytest.fail("no TLS here"))


async def ask(addresses: Sequence[str], port: int) -> tuple[httpx.Response, bytes]:
    carrier = transport(addresses)
    response = await carrier.handle_async_request(httpx.Request("GET", f"http://feeds.example:{port}/feed.xml"))
    body = b"".join([piece async for piece in response.stream])  # type: ignore[union-attr]
    await response.stream.aclose()  # type: ignore[union-attr]
    await carrier.aclose()
    return response, body


async def test_an_address_that_refuses_is_passed_over_at_once(web: ScriptedWeb) -> None:
    web.publish("/feed.xml", b"<rss/>")
    started = asyncio.get_running_loop().time()
    response, body = await ask(["::1", "127.0.0.1"], web.port)
    assert (response.status_code, body) == (200, b"<rss/>")
    assert web.asked("/feed.xml")[0].header("host") == f"feeds.example:{web.port}"
    assert asyncio.get_running_loop().time() - started < 5


async def test_an_address_that_does_not_answer_costs_a_moment_only() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    # A listener whose queue is full answers no more connections, as a host behind a firewall does.
    with socket.socket() as deaf:
        try:
            deaf.bind(("127.0.0.77", port))
        except OSError:
            pytest.skip("needs a second loopback address")
        deaf.listen(0)
        knocking = [socket.socket() for _ in range(4)]
        for knock in knocking:
            knock.setblocking(False)
            knock.connect_ex(("127.0.0.77", port))
        _, body = await asyncio.wait_for(ask(["127.0.0.77", "127.0.0.1"], port), 5)
        for knock in knocking:
            knock.close()
    server.close()
    assert body == b"<rss/>"


async def test_of_two_addresses_that_answer_one_is_asked(web: ScriptedWeb) -> None:
    web.publish("/feed.xml", b"<rss/>")
    await ask(["127.0.0.1", "127.0.0.2"], web.port)
    await asyncio.sleep(0.3)
    assert len(web.log) == 1


async def test_when_no_address_answers_the_last_reason_is_told(web: ScriptedWeb) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await ask(["127.0.0.1", "127.0.0.2", "127.0.0.3"], unused.getsockname()[1])


async def test_a_cancelled_race_leaves_no_connection_behind(web: ScriptedWeb) -> None:
    arrived = asyncio.Event()

    async def hang(asked: Asked) -> None:
        arrived.set()
        await asked.gone()

    web.script("/feed.xml", hang)
    asking = asyncio.create_task(ask(["127.0.0.1", "127.0.0.2"], web.port))
    await asyncio.wait_for(arrived.wait(), 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gc.collect()  # a transport that was not closed would warn


async def test_a_method_with_content_is_carried_too(web: ScriptedWeb) -> None:
    bodies: list[str] = []

    async def take(asked: Asked) -> None:
        bodies.append(asked.method)
        asked.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    web.script("/hub", take)
    carrier = transport(["127.0.0.1"])
    request = httpx.Request("POST", f"http://hub.example:{web.port}/hub", data={"hub.mode": "subscribe"})
    response = await carrier.handle_async_request(request)
    await response.stream.aclose()  # type: ignore[union-attr]
    await carrier.aclose()
    assert response.status_code == 202
    assert bodies == ["POST"]
