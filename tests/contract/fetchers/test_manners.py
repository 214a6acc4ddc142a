"""How a fetcher behaves towards those whom it asks."""

from __future__ import annotations

import asyncio
import itertools
import logging
from datetime import timedelta
from typing import Any

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Fetched
from tests.contract.fetchers.asking import FEED, asking
from tests.web import Asked, Reply, ScriptedWeb, document

pytestmark = pytest.mark.anyio


async def test_no_more_than_so_many_at_once_and_waiting_costs_no_deadline(web: ScriptedWeb, transport: Any) -> None:
    fetcher = HttpFetcher(allow_private=["127.0.0.0/8"], max_connections=2, transport=transport)
    web.script("/feed.xml", document(FEED, etag='"1"', wait=0.25))
    requests = [
        asking(web.url("/feed.xml", f"127.0.0.{1 + host}"), timeout=timedelta(seconds=0.8)) for host in range(8)
    ]
    outcomes = await asyncio.gather(*(fetcher.fetch(request) for request in requests))
    await fetcher.close()
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    spans = [(row.monotonic, row.ended or 0.0) for row in web.log]
    assert max(sum(start <= moment < end for start, end in spans) for moment, _ in spans) == 2


async def test_a_host_that_several_redirects_lead_to_gets_one_request_at_a_time_with_pauses(
    web: ScriptedWeb, fetcher: HttpFetcher
) -> None:
    web.script("/feed.xml", document(FEED, etag='"1"', wait=0.05))
    web.script("/old.xml", Reply(301, (("Location", web.url("/feed.xml", "127.0.0.9")),)))
    requests = [
        asking(
            web.url("/old.xml", f"127.0.0.{1 + host}"), timeout=timedelta(seconds=0.3), spacing=timedelta(seconds=0.1)
        )
        for host in range(4)
    ]
    outcomes = await asyncio.gather(*(fetcher.fetch(request) for request in requests))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)  # waiting for the turn costs no deadline
    rows = sorted((row for row in web.log if row.address == "127.0.0.9"), key=lambda row: row.monotonic)
    gaps = [later.monotonic - (row.ended or 0.0) for row, later in itertools.pairwise(rows)]
    assert len(gaps) == 3
    assert min(gaps) >= 0.099


async def test_a_redirect_on_the_same_host_is_followed_at_once(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    web.publish("/feed.xml", FEED)
    web.script("/old.xml", Reply(301, (("Location", "/feed.xml"),)))
    outcome = await fetcher.fetch(asking(web.url("/old.xml"), spacing=timedelta(seconds=30)))
    assert isinstance(outcome, Fetched)


async def test_cancelling_passes_through(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    arrived = asyncio.Event()

    async def hang(asked: Asked) -> None:
        arrived.set()
        await asked.gone()

    task = asyncio.create_task(fetcher.fetch(asking(web.script("/feed.xml", hang))))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await fetcher.fetch(asking(web.url("/m/ok/1.xml"))), Fetched)


async def test_no_address_is_logged(web: ScriptedWeb, fetcher: HttpFetcher, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await fetcher.fetch(asking(web.publish("/feed.xml?token=s3cret", FEED)))
    assert "s3cret" not in caplog.text


async def test_a_connection_is_not_kept(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.publish("/feed.xml", FEED)
    for _ in range(3):
        await fetcher.fetch(asking(url))
    assert web.counts["connections"] == 3
