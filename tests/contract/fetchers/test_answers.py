"""What every fetcher makes of an answer, whatever carries it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified
from aggregator.model.source import Validators
from aggregator.text.digests import digest128
from tests.contract.fetchers.asking import AGENT, FEED, asking, failed
from tests.fakes.fetcher import FakeFetcher
from tests.web import Asked, Reply, ScriptedWeb

pytestmark = pytest.mark.anyio


async def test_a_document_comes_with_validators_digest_and_size(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    stamp = "Mon, 23 Nov 2026 11:00:00 GMT"
    url = web.publish("/feed.xml", FEED, etag='W/"a,b"', last_modified=stamp, headers=(("X-Two", "1"), ("x-two", "2")))
    outcome = await fetcher.fetch(asking(url))
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.status, outcome.body, outcome.wire_bytes) == (url, 200, FEED, len(FEED))
    assert outcome.digest == digest128(FEED)
    assert outcome.validators == Validators(etag='W/"a,b"', last_modified=stamp)
    assert dict(outcome.headers)["x-two"] == "1, 2"
    assert outcome.hops == ()
    assert outcome.elapsed > timedelta()


async def test_only_the_headers_of_the_request_are_sent(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.publish("/feed.xml", FEED)
    await fetcher.fetch(asking(url, ("Accept", "application/atom+xml"), ("X-Key", "1")))
    sent = {name.lower(): value for name, value in web.asked("/feed.xml")[0].headers}
    assert sent == {
        "host": f"127.0.0.1:{web.port}",
        "user-agent": AGENT[1],
        "accept": "application/atom+xml",
        "x-key": "1",
        "accept-encoding": "gzip, deflate, br, zstd",
        "connection": "close",
    }
    assert ("X-Key", "1") in web.asked("/feed.xml")[0].headers


async def test_nothing_is_added_even_to_an_empty_request(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await fetcher.fetch(FetchRequest(url=web.publish("/feed.xml", FEED)))
    assert {name.lower() for name, _ in web.asked("/feed.xml")[0].headers} == {"host", "accept-encoding", "connection"}


async def test_validators_go_back_verbatim_and_bring_304(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    stamp = "Mon, 23 Nov 2026 11:00:00 GMT"
    url = web.publish("/feed.xml", FEED, etag='W/"x:1"', last_modified=stamp)
    outcome = await fetcher.fetch(asking(url, ("If-None-Match", 'W/"x:1"'), ("If-Modified-Since", stamp)))
    assert isinstance(outcome, NotModified)
    assert outcome.validators == Validators(etag='W/"x:1"', last_modified=stamp)
    assert outcome.url == url
    row = web.asked("/feed.xml")[0]
    assert (row.header("if-none-match"), row.header("if-modified-since")) == ('W/"x:1"', stamp)


async def test_of_a_header_given_twice_the_last_one_counts(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await fetcher.fetch(asking(web.publish("/feed.xml", FEED), ("user-agent", "mine/1")))
    sent = [value for name, value in web.asked("/feed.xml")[0].headers if name.lower() == "user-agent"]
    assert sent == ["mine/1"]


async def test_no_cookie_is_kept(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.publish("/feed.xml", FEED, headers=(("Set-Cookie", "id=1; Path=/"),))
    await fetcher.fetch(asking(url))
    await fetcher.fetch(asking(url))
    assert [row.header("cookie") for row in web.asked("/feed.xml")] == [None, None]


async def test_304_to_an_unconditional_request_is_no_answer(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.script("/feed.xml", Reply(304))
    await failed(fetcher, asking(url), Failure.BAD_BODY)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, Failure.BAD_BODY),
        (206, Failure.BAD_BODY),
        (226, Failure.BAD_BODY),
        (300, Failure.BAD_BODY),
        (302, Failure.REDIRECTED),
        (401, Failure.HTTP_4XX),
        (404, Failure.HTTP_4XX),
        (410, Failure.GONE),
        (429, Failure.RATE_LIMITED),
        (500, Failure.HTTP_5XX),
        (503, Failure.HTTP_5XX),
        (599, Failure.HTTP_5XX),
        (700, Failure.BAD_BODY),
    ],
)
async def test_a_status_has_its_kind(web: ScriptedWeb, fetcher: HttpFetcher, status: int, kind: Failure) -> None:
    url = web.script("/feed.xml", Reply(status))
    outcome = await failed(fetcher, asking(url), kind)
    assert outcome.status == status
    assert str(status) in outcome.detail


async def test_early_hints_before_the_answer_are_passed_over(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    def hinting(asked: Asked) -> Reply:
        asked.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        return Reply(203, (), FEED)

    outcome = await fetcher.fetch(asking(web.script("/feed.xml", hinting)))
    assert isinstance(outcome, Fetched)
    assert (outcome.status, outcome.body) == (203, FEED)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Monday, 23-Nov-26 12:02:00 GMT", 120),
        ("Mon Nov 23 12:02:00 2026", 120),
        ("-5", None),
        ("soon", None),
        ("9" * 40, 7 * 86400),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_read(
    web: ScriptedWeb, fetcher: HttpFetcher, status: int, value: str, seconds: int | None
) -> None:
    outcome = await fetcher.fetch(asking(web.script("/feed.xml", Reply(status, (("Retry-After", value),)))))
    assert isinstance(outcome, FetchFailed)
    assert outcome.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.fixture(params=["real", "fake"])
async def served(request: pytest.FixtureRequest, web: ScriptedWeb, transport: Any) -> AsyncIterator[Callable[..., Any]]:
    """Fetch a document at an address, by any fetcher."""
    stamp = "Mon, 23 Nov 2026 11:00:00 GMT"
    if request.param == "fake":
        fake = FakeFetcher()
        fake.serve("http://fake.example/feed.xml", FEED, etag='"1"', last_modified=stamp)
        yield lambda *headers: fake.fetch(asking("http://fake.example/feed.xml", *headers))
    else:
        fetcher = HttpFetcher(allow_private=["127.0.0.1"], transport=transport)
        url = web.publish("/feed.xml", FEED, etag='"1"', last_modified=stamp)
        yield lambda *headers: fetcher.fetch(asking(url, *headers))
        await fetcher.close()


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((), Fetched),
        ((("If-None-Match", '"1"'),), NotModified),
        ((("If-None-Match", '"0"'),), Fetched),
        ((("If-None-Match", '"0"'), ("If-Modified-Since", "Mon, 23 Nov 2026 11:00:00 GMT")), Fetched),
        ((("If-Modified-Since", "Mon, 23 Nov 2026 11:00:00 GMT"),), NotModified),
    ],
)
async def test_conditions_hold_on_every_fetcher(
    served: Callable[..., Any], headers: tuple[tuple[str, str], ...], kind: type[FetchOutcome]
) -> None:
    outcome = await served(*headers)
    assert type(outcome) is kind
    assert outcome.validators == Validators(etag='"1"', last_modified="Mon, 23 Nov 2026 11:00:00 GMT")
    if isinstance(outcome, Fetched):
        assert (outcome.status, outcome.body, outcome.wire_bytes, outcome.partial) == (200, FEED, len(FEED), False)
        assert outcome.digest == digest128(FEED)
    assert {"etag", "last-modified"} <= dict(outcome.headers).keys()
    assert outcome.url.endswith("/feed.xml")


@pytest.mark.parametrize("url", ["", "feed", "http://", "ftp://h/", "http://127.0.0.1:1/feed.xml"])
async def test_where_nothing_is_there_is_a_failure_with_words_from_every_fetcher(transport: Any, url: str) -> None:
    fetcher = HttpFetcher(allow_private=["127.0.0.1"], transport=transport)
    for outcome in (await fetcher.fetch(asking(url)), await FakeFetcher().fetch(asking(url))):
        assert isinstance(outcome, FetchFailed)
        assert outcome.detail
    await fetcher.close()
