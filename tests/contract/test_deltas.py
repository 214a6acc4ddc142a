"""Deltas and conditions over the wire, whatever carries them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchRequest, NotModified
from aggregator.model.source import Validators
from tests.web import Reply, ScriptedWeb, document

pytestmark = pytest.mark.anyio

DELTA = b"<rss version='2.0'><channel><item><title>new</title></item></channel></rss>"
ASKED = (("If-None-Match", '"1"'), ("If-Modified-Since", "Mon, 23 Nov 2026 11:00:00 GMT"), ("A-IM", "feed"))
CONDITIONS = ("if-none-match", "if-modified-since", "a-im")


@pytest.fixture
async def web() -> AsyncIterator[ScriptedWeb]:
    async with ScriptedWeb() as running:
        yield running


@pytest.fixture(params=["aiohttp", "stock"])
async def fetcher(request: pytest.FixtureRequest) -> AsyncIterator[HttpFetcher]:
    made = HttpFetcher(allow_private=["127.0.0.0/8"], transport=request.param)
    yield made
    await made.close()


def asking(url: str, host: str | None = None) -> FetchRequest:
    return FetchRequest(url=url, headers=ASKED, timeout=timedelta(seconds=5), validators_host=host)


def reply(*headers: tuple[str, str]) -> Reply:
    return Reply(226, (*headers, ("ETag", '"2"')), DELTA)


@pytest.mark.parametrize("manipulations", ["feed", "Feed", "feed;x=1"])
async def test_a_delta_is_a_body_that_is_marked_as_partial(web: ScriptedWeb, fetcher: HttpFetcher, manipulations: str):
    outcome = await fetcher.fetch(asking(web.script("/f", reply(("IM", manipulations)))))
    assert isinstance(outcome, Fetched)
    assert (outcome.status, outcome.body, outcome.partial) == (226, DELTA, True)
    assert outcome.validators == Validators(etag='"2"')
    assert web.asked("/f")[0].header("a-im") == "feed"


async def test_a_200_that_says_so_is_partial_too_and_any_other_is_whole(web: ScriptedWeb, fetcher: HttpFetcher):
    marked = await fetcher.fetch(asking(web.script("/f", Reply(200, (("IM", "feed"),), DELTA))))
    plain = await fetcher.fetch(asking(web.script("/g", Reply(200, (("IM", "gzip"),), DELTA))))
    assert isinstance(marked, Fetched)
    assert isinstance(plain, Fetched)
    assert (marked.partial, plain.partial) == (True, False)


@pytest.mark.parametrize("headers", [(), (("IM", "vcdiff"),), (("IM", "feed, gzip"),)])
async def test_226_with_anything_else_is_refused(
    web: ScriptedWeb, fetcher: HttpFetcher, headers: tuple[tuple[str, str], ...]
):
    outcome = await fetcher.fetch(asking(web.script("/f", reply(*headers))))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.kind, outcome.status) == (Failure.BAD_BODY, 226)


async def test_226_to_who_did_not_ask_is_refused(web: ScriptedWeb, fetcher: HttpFetcher):
    outcome = await fetcher.fetch(FetchRequest(url=web.script("/f", reply(("IM", "feed")))))
    assert isinstance(outcome, FetchFailed)
    assert outcome.status == 226


async def test_conditions_go_to_the_host_that_gave_the_validators_and_to_no_other(
    web: ScriptedWeb, fetcher: HttpFetcher
):
    web.script("/doc", document(DELTA, etag='"1"'))
    web.script("/old", Reply(301, (("Location", web.url("/doc", "127.0.0.2")),)))
    outcome = await fetcher.fetch(asking(web.url("/old"), "127.0.0.2"))
    assert isinstance(outcome, NotModified)
    assert [web.asked("/old")[0].header(name) for name in CONDITIONS] == [None, None, None]
    assert web.asked("/doc")[0].header("if-none-match") == '"1"'
    other = await fetcher.fetch(asking(web.url("/old"), "127.0.0.1"))
    assert isinstance(other, Fetched)
    assert web.asked("/old")[1].header("if-none-match") == '"1"'
    assert web.asked("/doc")[1].header("if-none-match") is None


async def test_a_304_of_a_host_that_was_sent_no_condition_is_refused(web: ScriptedWeb, fetcher: HttpFetcher):
    outcome = await fetcher.fetch(asking(web.script("/f", Reply(304)), "127.0.0.9"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind is Failure.BAD_BODY
