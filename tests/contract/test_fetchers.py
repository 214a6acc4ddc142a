"""What every fetcher does, whatever carries it; the scripted web plays the servers."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import logging
import socket
import subprocess
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import brotli
import pytest
import trustme
import zstandard

from aggregator.fetch import HttpFetcher, client
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest, Hop, NotModified
from aggregator.model.source import Validators
from aggregator.text.digests import digest128
from tests.builders import NOON
from tests.fakes.fetcher import FakeFetcher
from tests.web import Asked, Reply, ScriptedWeb, document

pytestmark = pytest.mark.anyio

FEED = b"<rss version='2.0'><channel><title>Wire</title></channel></rss>" * 20
AGENT = ("User-Agent", "aggregator/0.1 (+https://feeds.example.org)")


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


# What comes back


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


# Redirects


async def test_a_chain_of_redirects_is_followed_and_told(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    web.script("/old.xml", Reply(301, (("Location", "/mid.xml?a=1#top"),)))
    web.script("/mid.xml", Reply(307, (("Location", web.url("/new.xml")),)))
    web.publish("/new.xml", FEED, etag='"n"')
    outcome = await fetcher.fetch(asking(web.url("/old.xml"), ("If-None-Match", '"n"')))
    assert isinstance(outcome, NotModified)
    assert outcome.hops == (Hop(301, web.url("/mid.xml?a=1")), Hop(307, web.url("/new.xml")))
    assert outcome.url == web.url("/new.xml")
    assert [web.asked(path)[0].header("if-none-match") for path in ("/old.xml", "/mid.xml", "/new.xml")] == ['"n"'] * 3


async def test_redirects_in_a_circle_fail(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await failed(fetcher, asking(web.url("/m/loop/1.xml")), Failure.REDIRECTED)
    assert "circle" in outcome.detail
    assert len(web.log) == 1


async def test_the_sixth_redirect_fails(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    for step in range(8):
        web.script(f"/{step}", Reply(302, (("Location", f"/{step + 1}"),)))
    outcome = await failed(fetcher, asking(web.url("/0")), Failure.REDIRECTED)
    assert len(outcome.hops) == 5
    assert len(web.log) == 6


async def test_secrets_stay_with_their_host(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    other = web.url("/there.xml", "127.0.0.2" if web.own_addresses else "localhost")
    web.script("/here.xml", Reply(302, (("Location", "/near.xml"),)))
    web.script("/near.xml", Reply(302, (("Location", other),)))
    web.script("/there.xml", Reply(302, (("Location", web.url("/back.xml")),)))
    web.publish("/back.xml", FEED)
    request = asking(
        web.url("/here.xml"),
        ("Authorization", "Basic eDp5"),
        ("X-Key", "k"),
        secret_headers=frozenset({"authorization"}),
    )
    assert isinstance(await fetcher.fetch(request), Fetched)
    sent = {row.path: (row.header("authorization"), row.header("x-key")) for row in web.log}
    assert sent["/here.xml"] == sent["/near.xml"] == ("Basic eDp5", "k")
    assert sent["/there.xml"] == sent["/back.xml"] == (None, "k")


async def test_credentials_in_the_address_are_sent_and_not_repeated(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    web.publish("/feed.xml", FEED)
    outcome = await fetcher.fetch(asking(f"http://me:p%40ss@127.0.0.1:{web.port}/feed.xml"))
    assert isinstance(outcome, Fetched)
    assert web.asked("/feed.xml")[0].header("authorization") == "Basic bWU6cEBzcw=="
    assert "p%40ss" not in repr(outcome)
    assert "p@ss" not in repr(outcome)


@pytest.mark.parametrize("location", ["http://[::1", "http://h:notaport/", "http://", "http://a b/"])
async def test_a_redirect_to_no_address_fails(web: ScriptedWeb, fetcher: HttpFetcher, location: str) -> None:
    outcome = await fetcher.fetch(asking(web.script("/feed.xml", Reply(302, (("Location", location),)))))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind in (Failure.REDIRECTED, Failure.UNREACHABLE)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"])
async def test_a_redirect_to_another_scheme_is_blocked(web: ScriptedWeb, fetcher: HttpFetcher, location: str) -> None:
    url = web.script("/feed.xml", Reply(302, (("Location", location),)))
    await failed(fetcher, asking(url), Failure.BLOCKED)


# The address guard


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


# Bodies


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("GZip, br", lambda body: brotli.compress(gzip.compress(body))),
    ("", gzip.compress),
    ("gzip", lambda body: gzip.compress(body) + b"\0\0 trailing"),
    ("gzip", lambda body: gzip.compress(body[:700]) + gzip.compress(body[700:])),
]


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
async def test_a_coded_body_is_decoded(
    web: ScriptedWeb, fetcher: HttpFetcher, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(FEED)
    outcome = await fetcher.fetch(asking(web.script("/feed.xml", encoded(packed, coding))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED
    assert outcome.wire_bytes == len(packed)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("compress", FEED),
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(FEED, mtime=0), mtime=0), mtime=0)),
        ("gzip", FEED),
        ("gzip", gzip.compress(FEED, mtime=0)[:-12]),
        ("deflate", zlib.compress(FEED)[:-6]),
        ("br", brotli.compress(FEED)[:-4]),
        ("zstd", zstandard.compress(FEED)[:-4]),
        ("zstd", b"not zstd at all"),
    ],
    # A name made of the bytes would hold the time at which gzip wrote them.
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes",
)
async def test_a_body_that_cannot_be_decoded_is_bad(
    web: ScriptedWeb, fetcher: HttpFetcher, coding: str, body: bytes
) -> None:
    await failed(fetcher, asking(web.script("/feed.xml", encoded(body, coding))), Failure.BAD_BODY)


@cache
def bomb(coding: str) -> bytes:
    """Pack a hundred megabytes of nothing."""
    nothing = bytes(100_000_000)
    if coding == "gzip twice":
        return gzip.compress(bomb("gzip"), 9)
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": lambda body: gzip.compress(body, 1),
        "br": lambda body: brotli.compress(body, quality=1),
        "zstd": zstandard.compress,
    }
    return packers[coding](nothing)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", "gzip"), ("gzip, gzip", "gzip twice"), ("gzip", "gzip twice"), ("br", "br"), ("zstd", "zstd")],
)
async def test_a_bomb_is_stopped_at_the_cap(web: ScriptedWeb, fetcher: HttpFetcher, coding: str, packed: str) -> None:
    url = web.script("/feed.xml", encoded(bomb(packed), coding))
    await fetcher.fetch(asking(web.url("/warm-up")))
    tracemalloc.start()
    await failed(fetcher, asking(url, max_bytes=2_000_000), Failure.TOO_LARGE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


async def test_an_announced_length_beyond_the_cap_is_not_read(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.script("/feed.xml", Reply(200, (("Content-Length", "6000000"),), FEED))
    await failed(fetcher, asking(url), Failure.TOO_LARGE)


async def test_an_endless_body_is_stopped_at_the_cap(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(web.url("/m/endless/1.xml"), max_wire_bytes=300_000), Failure.TOO_LARGE)


async def test_a_body_shorter_than_announced_is_bad(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(web.url("/m/cut/1.xml")), Failure.BAD_BODY)


async def test_an_empty_body_is_a_body(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await fetcher.fetch(asking(web.url("/m/empty/1.xml")))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b""


async def test_chunks_are_put_together(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await fetcher.fetch(asking(web.url("/m/chunked/1.xml")))
    assert isinstance(outcome, Fetched)
    assert outcome.body == web.document(1).body


# Servers that misbehave


async def test_a_server_that_never_answers_ends_at_the_deadline(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    request = asking(web.url("/m/hang/1.xml"), timeout=timedelta(seconds=0.3))
    outcome = await failed(fetcher, request, Failure.TIMEOUT)
    assert timedelta(seconds=0.2) < outcome.elapsed < timedelta(seconds=2)


async def test_a_drip_ends_at_the_deadline(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    request = asking(web.url("/m/drip/1.xml"), timeout=timedelta(seconds=0.4))
    outcome = await failed(fetcher, request, Failure.TIMEOUT)
    assert outcome.elapsed < timedelta(seconds=2)


async def test_redirects_do_not_stretch_the_deadline(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    for step in range(5):
        web.script(f"/{step}", Reply(302, (("Location", f"/{step + 1}"),), wait=0.15))
    outcome = await failed(fetcher, asking(web.url("/0"), timeout=timedelta(seconds=0.35)), Failure.TIMEOUT)
    assert 1 <= len(outcome.hops) <= 3


async def test_a_slow_body_ends_before_the_deadline(web: ScriptedWeb, transport: Any) -> None:
    class Impatient(HttpFetcher):
        grace = timedelta(seconds=0.2)

    fetcher = Impatient(allow_private=["127.0.0.1"], transport=transport)
    outcome = await failed(fetcher, asking(web.url("/m/drip/1.xml")), Failure.TIMEOUT)
    await fetcher.close()
    assert "bytes a second" in outcome.detail
    assert outcome.elapsed < timedelta(seconds=2)


async def test_a_reset_before_the_answer_is_unreachable(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    async def reset(asked: Asked) -> None:
        asked.abort()

    await failed(fetcher, asking(web.script("/feed.xml", reset)), Failure.UNREACHABLE)


async def test_a_reset_within_the_body_is_a_bad_body(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(web.url("/m/reset/1.xml")), Failure.BAD_BODY)


async def test_a_connection_closed_without_an_answer_is_unreachable(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    async def close(asked: Asked) -> None:
        asked.close()

    await failed(fetcher, asking(web.script("/feed.xml", close)), Failure.UNREACHABLE)


async def test_a_refused_connection_is_unreachable(fetcher: HttpFetcher) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        outcome = await failed(fetcher, asking(url), Failure.UNREACHABLE)
    assert "refuse" in outcome.detail


async def test_a_name_that_does_not_exist_is_dns(fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking("http://nowhere.invalid/"), Failure.DNS)


@pytest.mark.parametrize(
    "raw",
    [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"],
)
async def test_what_is_not_http_is_bad(web: ScriptedWeb, fetcher: HttpFetcher, raw: bytes) -> None:
    async def junk(asked: Asked) -> None:
        asked.write(raw)
        asked.close()

    await failed(fetcher, asking(web.script("/feed.xml", junk)), Failure.BAD_BODY)


async def test_endless_headers_are_bounded(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    sent = 0

    async def flood(asked: Asked) -> None:
        nonlocal sent
        asked.write(b"HTTP/1.1 200 OK\r\n")
        while await asked.drain():
            asked.write(b"X-More: " + b"x" * 8000 + b"\r\n")
            sent += 8010

    await failed(fetcher, asking(web.script("/feed.xml", flood)), Failure.BAD_BODY)
    assert sent < 20_000_000


async def test_a_long_policy_header_is_no_fault(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.publish("/feed.xml", FEED, headers=(("Content-Security-Policy", "img-src " + "x" * 20_000),))
    assert isinstance(await fetcher.fetch(asking(url)), Fetched)


async def test_a_location_of_raw_bytes_is_followed(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    async def redirect(asked: Asked) -> None:
        asked.write("HTTP/1.1 302 Found\r\nLocation: /zürich.xml\r\nContent-Length: 0\r\n\r\n".encode())

    web.script("/feed.xml", redirect)
    web.publish("/zürich.xml", FEED)
    outcome = await fetcher.fetch(asking(web.url("/feed.xml")))
    assert isinstance(outcome, Fetched)
    assert outcome.url == web.url("/z%C3%BCrich.xml")


def raw(web: ScriptedWeb, *pieces: bytes, close: bool = True) -> str:
    """Answer with these bytes, piece by piece."""

    async def answer(asked: Asked) -> None:
        for piece in pieces:
            asked.write(piece)
            await asyncio.sleep(0.002)
        if close:
            asked.close()

    return web.script("/feed.xml", answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + FEED,
        b"HTTP/1.1 200\r\nContent-Length: 1260\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-Length: 1260\n\n" + FEED,
        b"HTTP/1.1 200 OK\r\nX-Empty:\r\nX-Blank: \r\nContent-Length: 1260\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nUpgrade: h2,h2c\r\nConnection: Upgrade, close\r\nContent-Length: 1260\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n4ec;name=value\r\n"
        + FEED
        + b"\r\n0\r\nX-Sum: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Key: caf\xe9 \xc3\xa9\r\n\r\n" + FEED,
    ],
)
async def test_an_odd_answer_is_an_answer(web: ScriptedWeb, fetcher: HttpFetcher, answer: bytes) -> None:
    assert len(FEED) == 1260
    outcome = await fetcher.fetch(asking(raw(web, answer)))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED


async def test_what_comes_behind_the_announced_length_is_nobodys(
    web: ScriptedWeb, fetcher: HttpFetcher, transport: str
) -> None:
    if transport == "aiohttp":
        pytest.skip("this fall-back refuses such an answer")
    outcome = await fetcher.fetch(asking(raw(web, b"HTTP/1.1 200 OK\r\nContent-Length: 1260\r\n\r\n" + FEED + b"more")))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED


async def test_an_answer_may_come_byte_by_byte(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\nX: y\r\n\r\n'
    url = raw(web, *(answer[at : at + 1] for at in range(len(answer))))
    outcome = await fetcher.fetch(asking(url, ("If-None-Match", '"abc"')))
    assert isinstance(outcome, NotModified)
    assert outcome.validators.etag == '"abc"'


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4ec\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4ec\r\n" + FEED + b"\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1261\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1260",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n",
    ],
)
async def test_half_an_answer_is_none(web: ScriptedWeb, fetcher: HttpFetcher, answer: bytes) -> None:
    outcome = await fetcher.fetch(asking(raw(web, answer)))
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind in (Failure.BAD_BODY, Failure.UNREACHABLE)


async def test_endless_early_hints_are_bounded(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    sent = 0

    async def hint(asked: Asked) -> None:
        nonlocal sent
        while await asked.drain():
            asked.write(b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"x" * 4000 + b">\r\n\r\n")
            sent += 4041

    outcome = await fetcher.fetch(asking(web.script("/feed.xml", hint), timeout=timedelta(seconds=0.5)))
    assert isinstance(outcome, FetchFailed)


async def test_a_body_that_comes_faster_than_it_is_read_does_not_pile_up(
    web: ScriptedWeb, fetcher: HttpFetcher
) -> None:
    await fetcher.fetch(asking(web.url("/warm-up")))
    url = raw(web, b"HTTP/1.1 200 OK\r\n\r\n" + FEED * 4000)
    outcome = await fetcher.fetch(asking(url, max_wire_bytes=6_000_000))
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED * 4000


async def test_an_entity_tag_beyond_ascii_goes_back_as_it_came(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = raw(web, 'HTTP/1.1 200 OK\r\nETag: "Zürich"\r\nContent-Length: 1260\r\n\r\n'.encode() + FEED)
    first = await fetcher.fetch(asking(url))
    assert isinstance(first, Fetched)
    assert first.validators.etag == '"Zürich"'
    await fetcher.fetch(asking(url, ("If-None-Match", '"Zürich"')))
    assert web.asked("/feed.xml")[1].header("if-none-match") in ('"Zürich"', '"Zürich"'.encode().decode("latin-1"))


async def test_plain_http_on_a_secure_address_is_tls(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(f"https://127.0.0.1:{web.port}/"), Failure.TLS)


async def test_a_certificate_that_nobody_signed_is_tls(fetcher: HttpFetcher, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=localhost", "-days", "1", "-keyout", str(key), "-out", str(certificate)]
    try:
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=context)
    outcome = await failed(fetcher, asking(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), Failure.TLS)
    server.close()
    await server.wait_closed()
    assert "certificate" in outcome.detail


async def test_a_certificate_of_a_trusted_authority_is_accepted_for_its_names_only(
    transport: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, context = trustme.CA(), SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    client.tls_context.cache_clear()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1260\r\n\r\n" + FEED)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    fetcher = HttpFetcher(allow_private=["127.0.0.1"], transport=transport)
    good = await fetcher.fetch(asking(f"https://localhost:{port}/"))
    await failed(fetcher, asking(f"https://127.0.0.1:{port}/"), Failure.TLS)
    await fetcher.close()
    server.close()
    client.tls_context.cache_clear()
    assert isinstance(good, Fetched), good
    assert good.body == FEED


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "//host/feed.xml",
        "http://",
        "http:///feed.xml",
        "http://[::1/",
        "http://a b/",
        "http://h:99999/",
        "http://h:port/",
        "http://h/\x00",
        "http://" + "a" * 300 + ".example/",
        "http://a..b.example/",
        "http://-.example/",
        "mailto:me@example.org",
    ],
)
async def test_what_is_no_address_is_a_failure_and_no_error(fetcher: HttpFetcher, url: str) -> None:
    assert isinstance(await fetcher.fetch(asking(url)), FetchFailed)


async def test_a_header_with_a_line_break_is_a_failure_and_no_error(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await fetcher.fetch(asking(web.publish("/feed.xml", FEED), ("X-Key", "a\r\nX-Other: secret")))
    assert isinstance(outcome, FetchFailed)
    assert "secret" not in outcome.detail
    assert len(web.log) == 0


# Manners


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


# The fake keeps the same word


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
