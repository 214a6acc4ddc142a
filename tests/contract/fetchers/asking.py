"""A document, and ways to ask for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, FetchFailed, FetchRequest
from tests.web import Reply

FEED = b"<rss version='2.0'><channel><title>Wire</title></channel></rss>" * 20
AGENT = ("User-Agent", "aggregator/0.1 (+https://feeds.example.org)")


def asking(url: str, *headers: tuple[str, str], **more: Any) -> FetchRequest:
    return FetchRequest(url=url, headers=(AGENT, *headers), **({"timeout": timedelta(seconds=5)} | more))


async def failed(fetcher: HttpFetcher, request: FetchRequest, kind: Failure) -> FetchFailed:
    outcome = await fetcher.fetch(request)
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind == kind, outcome
    assert outcome.detail
    return outcome


def encoded(body: bytes, coding: str, **headers: str) -> Reply:
    return Reply(200, (("Content-Encoding", coding), *headers.items()), body)
