"""What every way of sending a form does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, FetchFailed, FetchRequest, Posted, PostRequest
from aggregator.pipeline.ports import Poster
from tests.builders import NOON
from tests.fakes.poster import FakePoster
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


async def refused(poster: Poster, request: PostRequest, kind: Failure) -> FetchFailed:
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


async def test_of_a_refusal_no_more_is_quoted_than_can_be_read(hub, poster):
    hub.reply = (400, {}, "no such\ntopic " + "x" * 9000)
    outcome = await refused(poster, posting(hub.url), Failure.HTTP_4XX)
    assert "no such topic" in outcome.detail
    assert len(outcome.detail) < 400


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


async def test_an_address_that_is_written_as_a_number_is_not_asked(poster):
    assert isinstance(await poster.post(posting("http://2130706433/")), FetchFailed)


# What the fake does, too


Answer = Callable[[int, str, int | None], str]


@pytest.fixture(params=["lean", "aiohttp", "stock", "fake"])
async def answered(request: pytest.FixtureRequest, hub: ScriptedHub) -> AsyncIterator[tuple[Poster, Answer]]:
    """A poster, and how to let a hub answer so: status, text, seconds to wait; gives the hub's address."""
    if request.param == "fake":
        fake = FakePoster()

        def play(status: int, text: str, wait: int | None) -> str:
            retry_after = None if wait is None else timedelta(seconds=wait)
            fake.answer("https://hub.example/", status, text, retry_after=retry_after)
            return "https://hub.example/"

        yield fake, play
        return
    made = HttpFetcher(allow_private=["127.0.0.0/8"], transport=request.param, now=lambda: NOON)

    def script(status: int, text: str, wait: int | None) -> str:
        hub.reply = (status, {} if wait is None else {"Retry-After": str(wait)}, text)
        return hub.url

    yield made, script
    await made.close()


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_a_form_that_was_taken_is_posted(answered, status):
    poster, answer = answered
    url = answer(status, "", None)
    assert await poster.post(posting(url)) == Posted(url=url, status=status)


@pytest.mark.parametrize(
    ("status", "kind", "wait"),
    [
        (400, Failure.HTTP_4XX, None),
        (404, Failure.HTTP_4XX, None),
        (410, Failure.GONE, None),
        (429, Failure.RATE_LIMITED, 90),
        (500, Failure.HTTP_5XX, None),
        (503, Failure.HTTP_5XX, 90),
    ],
)
async def test_a_refusal_has_its_kind_its_wish_and_what_was_said(answered, status, kind, wait):
    poster, answer = answered
    url = answer(status, "no such topic", wait)
    outcome = await refused(poster, posting(url), kind)
    assert (outcome.status, outcome.url) == (status, url)
    assert "no such topic" in outcome.detail
    assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait))


@pytest.mark.parametrize("url", ["", "hub", "http://", "ftp://h/", "http://127.0.0.1:1/"])
async def test_where_nobody_can_be_asked_there_is_a_failure_with_words(answered, url):
    poster, _ = answered
    outcome = await poster.post(posting(url))
    assert isinstance(outcome, FetchFailed)
    assert outcome.detail
