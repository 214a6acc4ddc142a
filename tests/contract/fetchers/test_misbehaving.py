"""Servers that misbehave cost their own poll and nothing else."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from datetime import timedelta
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
import trustme

from aggregator.fetch import HttpFetcher, client
from aggregator.model.fetching import Failure, Fetched, FetchFailed, NotModified
from tests.contract.fetchers.asking import FEED, asking, failed
from tests.web import Asked, Reply, ScriptedWeb

pytestmark = pytest.mark.anyio


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
