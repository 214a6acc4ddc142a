"""No fetcher dials what is not public."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, Fetched, FetchFailed, Hop
from tests.contract.fetchers.asking import FEED, asking, failed
from tests.web import Reply, ScriptedWeb

pytestmark = pytest.mark.anyio


@pytest.fixture
async def canary() -> AsyncIterator[tuple[int, list[object]]]:
    """A listener on loopback that nobody may reach."""
    visits: list[object] = []

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(writer)
        writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], visits
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0x7f000001",
        "0x7f.1",
        "2130706433",
        "127.1",
        "0",
        "0.0.0.0",
        "169.254.169.254",
        "127.0.0.1.",
        "evil.example\\@127.0.0.1",
        "user@127.0.0.1",
    ],
)
async def test_what_is_not_public_is_never_dialled(
    guarded: HttpFetcher, canary: tuple[int, list[object]], host: str
) -> None:
    port, visits = canary
    name, at, rest = host.rpartition("@")
    outcome = await failed(guarded, asking(f"http://{name}{at}{rest}:{port}/feed.xml"), Failure.BLOCKED)
    await asyncio.sleep(0)
    assert visits == []
    assert "allow-private" in outcome.detail or "spelling" in outcome.detail


@pytest.mark.parametrize("host", ["①②⑦.⓪.⓪.①", "127。0。0。1", "0177.0.0.1"])
async def test_digits_in_disguise_reach_nothing(
    guarded: HttpFetcher, canary: tuple[int, list[object]], host: str
) -> None:
    port, visits = canary
    assert isinstance(await guarded.fetch(asking(f"http://{host}:{port}/")), FetchFailed)
    assert visits == []


async def test_a_redirect_to_a_private_address_is_blocked(
    web: ScriptedWeb, canary: tuple[int, list[object]], transport: Any
) -> None:
    if not web.own_addresses:
        pytest.skip("needs a second loopback address")
    port, visits = canary
    fetcher = HttpFetcher(allow_private=["127.0.0.9/32"], transport=transport)
    web.script("/feed.xml", Reply(301, (("Location", f"http://127.0.0.1:{port}/admin"),)))
    outcome = await failed(fetcher, asking(web.url("/feed.xml", "127.0.0.9")), Failure.BLOCKED)
    await fetcher.close()
    assert visits == []
    assert outcome.hops == (Hop(301, f"http://127.0.0.1:{port}/admin"),)


async def test_a_name_on_the_list_may_be_polled_on_any_port(web: ScriptedWeb, transport: Any) -> None:
    fetcher = HttpFetcher(allow_private=["LocalHost"], transport=transport)
    web.publish("/feed.xml", FEED)
    by_name = await fetcher.fetch(asking(web.url("/feed.xml", "localhost")))
    by_number = await fetcher.fetch(asking(web.url("/feed.xml")))
    await fetcher.close()
    assert isinstance(by_name, Fetched)
    assert isinstance(by_number, FetchFailed)
