"""What every way of sending a form does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, FetchFailed, FetchRequest, Posted, PostRequest
from tests.builders import NOON
from tests.web import ScriptedWeb
from tests.web.hub import ScriptedHub

pytestmark = pytest.mark.anyio

FORM = (("hub.mode", "subscribe"), ("hub.topic", "https://p.example/ü?a=1&b=2"), ("hub.secret", "s+ %"))


@pytest.fixture
async def hub() -> AsyncIterator[ScriptedHub]:
    async with ScriptedHub(verifies=False) as running:
        yield running


@pytest.fixture(params=["lean", "aiohttp", "stock"])
async def poster(request: pytest.FixtureRequest) -> AsyncIterator[HttpFetcher]:
    made = HttpFetcher(allow_private=["127.0.0.0/8"], transport=request.param, now=lambda: NOON)
    yield made
    await made.close()


def posting(url: str, **more: object) -> PostRequest:
    return PostRequest(url=url, form=FORM, headers=(("User-Agent", "a/1"),), **more)  # type: ignore[arg-type]


async def refused(poster: HttpFetcher, request: PostRequest, kind: Failure) -> FetchFailed:
    outcome = await poster.post(request)
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind == kind, outcome
    return outcome


async def test_a_form_arrives_as_it_was_meant_and_with_nothing_more(hub, poster):
    outcome = await poster.post(posting(hub.url))
    assert outcome == Posted(url=hub.url, status=202)
    (asked,) = hub.asked
    assert asked.form == dict(FORM)
    assert asked.headers.keys() == {"host", "user-agent", "content-type", "content-length", "connection"}


async def test_credentials_in_the_address_become_a_header(hub, poster):
    await poster.post(posting(hub.url.replace("//", "//ann:pw@")))
    assert hub.asked[0].headers["authorization"] == "Basic YW5uOnB3"


@pytest.mark.parametrize("status", [307, 308])
async def test_the_form_is_sent_again_where_a_redirect_says_so(hub, poster, status):
    hub.moved = [(status, "/a"), (status, f"http://127.0.0.1:{hub.port}/b")]
    outcome = await poster.post(posting(hub.url))
    assert outcome == Posted(url=f"http://127.0.0.1:{hub.port}/b", status=202)
    assert [asked.path for asked in hub.asked] == ["/hub", "/a", "/b"]
    assert hub.asked[2].form == dict(FORM)


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_redirect_that_would_lose_the_form_is_a_refusal(hub, poster, status):
    hub.moved = [(status, "/a")]
    outcome = await refused(poster, posting(hub.url), Failure.REDIRECTED)
    assert (outcome.status, len(hub.asked)) == (status, 1)


async def test_redirects_end(hub, poster):
    hub.moved = [(307, "/again")] * 9
    await refused(poster, posting(hub.url), Failure.REDIRECTED)
    assert len(hub.asked) == 6


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Failure.HTTP_4XX), (410, Failure.GONE), (429, Failure.RATE_LIMITED), (503, "http_5xx")]
)
async def test_a_refusal_has_its_kind_and_is_quoted(hub, poster, status, kind):
    hub.reply = (status, {"Retry-After": "90"}, "no such\ntopic " + "x" * 9000)
    outcome = await refused(poster, posting(hub.url), kind)
    assert outcome.status == status
    assert "no such topic" in outcome.detail
    assert len(outcome.detail) < 400
    assert outcome.retry_after == (timedelta(seconds=90) if status in {429, 503} else None)


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "file:///etc/passwd", "http://127.0.0.1.nip.example:99999/"])
async def test_a_redirect_to_where_nothing_may_go_is_not_followed(hub, poster, target):
    hub.moved = [(307, target)]
    assert isinstance(await poster.post(posting(hub.url)), FetchFailed)
    assert len(hub.asked) == 1


async def test_forms_and_polls_take_turns_at_a_host_with_a_pause_between(hub, poster):
    spacing = timedelta(seconds=0.5)
    poll = FetchRequest(url=hub.url, spacing=spacing)
    first = await poster.post(posting(hub.url, spacing=spacing))
    began = asyncio.get_running_loop().time()
    await asyncio.gather(poster.fetch(poll), poster.post(posting(hub.url, spacing=spacing, timeout=spacing * 0.9)))
    assert isinstance(first, Posted)
    assert asyncio.get_running_loop().time() - began >= 0.95  # waiting for a turn is no delay of the server's
    assert len(hub.asked) == 3


async def test_a_server_that_does_not_answer_is_a_timeout(poster):
    async with ScriptedWeb() as web:
        url = web.url("/m/hang/1.xml")
        await refused(poster, posting(url, timeout=timedelta(seconds=0.5)), Failure.TIMEOUT)


@pytest.mark.parametrize("url", ["", "hub", "http://", "ftp://h/", "http://2130706433/", "http://127.0.0.1:1/"])
async def test_what_cannot_be_asked_is_a_failure_and_no_error(poster, url):
    assert isinstance(await poster.post(posting(url)), FetchFailed)
