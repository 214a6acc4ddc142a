"""What the lean transport does with names of several addresses; all else is in the contract of the fetchers."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from aggregator.fetch.client import read_target
from aggregator.fetch.fault import Fault
from aggregator.fetch.guard import AddressGuard
from aggregator.fetch.lean import LeanWire
from aggregator.fetch.names import Names
from aggregator.fetch.wire import Headers
from aggregator.model.fetching import Failure
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


def wire(addresses: Sequence[str]) -> LeanWire:
    guard = AddressGuard(["127.0.0.0/8", "::1"], [])
    return LeanWire(Names(guard, lambda _host, _port: addresses), lambda: pytest.fail("no TLS here"))


async def ask(addresses: Sequence[str], port: int) -> tuple[int, bytes]:
    carrier = wire(addresses)
    answer = await carrier.ask(read_target(f"http://feeds.example:{port}/feed.xml"), ())
    body = b"".join([piece async for piece in answer.chunks()])
    await answer.close()
    await carrier.close()
    return answer.status, body


async def test_an_address_that_refuses_is_passed_over_at_once(web: ScriptedWeb) -> None:
    web.publish("/feed.xml", b"<rss/>")
    started = asyncio.get_running_loop().time()
    assert await ask(["::1", "127.0.0.1"], web.port) == (200, b"<rss/>")
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
        with pytest.raises(Fault, match=r"feeds\.example refuses the connection"):
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
    carrier = wire(["127.0.0.1"])
    answer = await carrier.ask(read_target(f"http://hub.example:{web.port}/hub"), (), b"hub.mode=subscribe")
    await answer.close()
    await carrier.close()
    assert answer.status == 202
    assert bodies == ["POST"]
    assert web.asked("/hub")[0].header("content-length") == "18"


@pytest.mark.parametrize(
    "headers",
    [
        (("X", "a\r\nb: c"),),
        (("X", "a\nb"),),
        (("X y", "a"),),
        (("", "a"),),
        (("X:", "a"),),
        (("X", "\x00"),),
        (("X", "\udc80"),),
        (("Ä", "a"),),
    ],
)
async def test_what_is_not_allowed_in_http_is_not_sent(web: ScriptedWeb, headers: Headers) -> None:
    carrier = wire(["127.0.0.1"])
    with pytest.raises(Fault, match="not allowed in HTTP") as caught:
        await carrier.ask(read_target(f"http://feeds.example:{web.port}/feed.xml"), headers)
    await carrier.close()
    assert caught.value.kind is Failure.UNREACHABLE
    assert not web.log
