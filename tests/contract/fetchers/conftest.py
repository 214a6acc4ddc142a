"""The fetcher in all its forms, and the scripted web that plays the servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from aggregator.fetch import HttpFetcher
from tests.builders import NOON
from tests.web import ScriptedWeb


@pytest.fixture
async def web() -> AsyncIterator[ScriptedWeb]:
    async with ScriptedWeb(now=lambda: NOON) as running:
        yield running


@pytest.fixture(params=["lean", "lean on uvloop", "aiohttp", "stock"])
def carrier(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def anyio_backend(carrier: str) -> tuple[str, dict[str, bool]]:
    """Run on both event loops what is our own on both."""
    return "asyncio", {"use_uvloop": "uvloop" in carrier}


@pytest.fixture
def transport(carrier: str) -> Any:
    return carrier.split(maxsplit=1)[0]


@pytest.fixture
async def fetcher(transport: Any) -> AsyncIterator[HttpFetcher]:
    made = HttpFetcher(allow_private=["127.0.0.0/8"], transport=transport, now=lambda: NOON)
    yield made
    await made.close()


@pytest.fixture
async def guarded(transport: Any) -> AsyncIterator[HttpFetcher]:
    """A fetcher that allows nothing private."""
    made = HttpFetcher(transport=transport, ports=range(1, 65536))
    yield made
    await made.close()
