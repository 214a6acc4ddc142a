"""Requests through a proxy: the target is checked first, secrets stay where they belong."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from aggregator.fetch import HttpFetcher, client as fetch_client
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchRequest, Posted, PostRequest
from tests.service.push_world import certificate
from tests.web import Reply, ScriptedWeb
from tests.web.hub import ScriptedHub
from tests.web.proxy import ScriptedProxy

pytestmark = pytest.mark.anyio

FEED = b"<rss version='2.0'><channel><title>Wire</title></channel></rss>"
BASIC = "Basic " + base64.b64encode(b"ann:s3cret word").decode()


@pytest.fixture
async def web() -> AsyncIterator[ScriptedWeb]:
    async with ScriptedWeb() as running:
        yield running


@pytest.fixture
async def proxy() -> AsyncIterator[ScriptedProxy]:
    async with ScriptedProxy() as running:
        yield running


@pytest.fixture
async def fetcher(proxy) -> AsyncIterator[HttpFetcher]:
    made = HttpFetcher(allow_private=["127.0.0.0/8"], proxy=proxy.url)
    yield made
    await made.close()


def asking(url: str, **more: object) -> FetchRequest:
    return FetchRequest(url=url, timeout=timedelta(seconds=10), **more)  # type: ignore[arg-type]


async def failed(fetcher: HttpFetcher, request: FetchRequest) -> FetchFailed:
    outcome = await fetcher.fetch(request)
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


async def test_a_plain_address_is_named_whole_and_validators_travel(web, proxy, fetcher):
    url = web.publish("/feed.xml", FEED, etag='"1"')
    outcome = await fetcher.fetch(asking(url, headers=(("If-None-Match", '"0"'), ("User-Agent", "a/1"))))
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.url) == (FEED, url)
    assert proxy.lines == [f"GET {url} HTTP/1.1"]
    assert f"host: 127.0.0.1:{web.port}" in proxy.heads[0].lower()
    assert web.asked("/feed.xml")[0].header("if-none-match") == '"0"'


async def test_a_secure_address_goes_through_a_tunnel_to_the_address_that_was_checked(proxy, tmp_path, monkeypatch):
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    fetch_client.tls_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    made = HttpFetcher(allow_private=["127.0.0.0/8"], proxy=proxy.url)
    async with ScriptedHub(tls=context, verifies=False) as hub:
        outcome = await made.post(PostRequest(url=hub.url, form=(("hub.mode", "publish"),)))
        named = await made.post(PostRequest(url=hub.url.replace("127.0.0.1", "localhost"), form=()))
    await made.close()
    fetch_client.tls_context.cache_clear()
    assert isinstance(outcome, Posted)
    assert isinstance(named, FetchFailed)  # the certificate is for the address only
    assert named.kind is Failure.TLS
    assert proxy.lines[0] == f"CONNECT 127.0.0.1:{hub.port} HTTP/1.1"
    assert all("localhost" not in line for line in proxy.lines)


async def test_the_proxy_alone_gets_its_credentials(web, proxy):
    proxy.wants = BASIC
    with_credentials = proxy.url.replace("//", "//ann:s3cret%20word@")
    made = HttpFetcher(allow_private=["127.0.0.0/8"], proxy=with_credentials)
    outcome = await made.fetch(asking(web.publish("/feed.xml", FEED)))
    await made.close()
    assert isinstance(outcome, Fetched)
    assert web.asked("/feed.xml")[0].header("proxy-authorization") is None
    refused = HttpFetcher(allow_private=["127.0.0.0/8"], proxy=proxy.url)
    assert "407" in (await failed(refused, asking(web.url("/feed.xml")))).detail
    assert "407" in (await failed(refused, asking(f"https://127.0.0.1:{web.port}/"))).detail
    await refused.close()


async def test_secrets_of_a_source_do_not_follow_a_redirect_through_the_proxy(web, proxy, fetcher):
    web.script("/old.xml", Reply(302, (("Location", f"http://127.0.0.2:{web.port}/new.xml"),)))
    web.publish("/new.xml", FEED)
    request = asking(
        web.url("/old.xml"), headers=(("Authorization", BASIC),), secret_headers=frozenset({"authorization"})
    )
    assert isinstance(await fetcher.fetch(request), Fetched)
    assert [BASIC in head for head in proxy.heads] == [True, False]


async def test_a_source_may_have_a_proxy_of_its_own_or_none(web, proxy, fetcher):
    url = web.publish("/feed.xml", FEED)
    async with ScriptedProxy() as own:
        await fetcher.fetch(asking(url, proxy=own.url))
        await fetcher.fetch(asking(url, proxy=""))
        assert (len(own.lines), len(proxy.lines), len(web.asked("/feed.xml"))) == (1, 0, 2)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://10.0.0.1/", "http://[fd00::1]/", "http://127.0.0.1:81/"])
async def test_what_may_not_be_dialled_is_not_asked_of_the_proxy(proxy, url):
    made = HttpFetcher(proxy=proxy.url)
    assert (await failed(made, asking(url))).kind is Failure.BLOCKED
    await made.close()
    assert proxy.lines == []


async def test_a_redirect_through_the_proxy_is_checked_too(web, proxy, fetcher):
    web.script("/feed.xml", Reply(302, (("Location", "http://169.254.169.254/latest/meta-data/"),)))
    assert (await failed(fetcher, asking(web.url("/feed.xml")))).kind is Failure.BLOCKED
    assert len(proxy.lines) == 1


async def test_a_name_that_nobody_knows_is_dns_and_never_reaches_the_proxy(proxy, fetcher):
    assert (await failed(fetcher, asking("http://nobody.invalid/"))).kind is Failure.DNS
    assert proxy.lines == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_not_there_is_named_and_the_source_not_blamed(web, scheme):
    made = HttpFetcher(allow_private=["127.0.0.0/8"], proxy="http://ann:hunter2@127.0.0.1:9")
    outcome = await failed(made, asking(f"{scheme}://127.0.0.1:{web.port}/"))
    await made.close()
    assert outcome.kind is Failure.UNREACHABLE
    assert "the proxy 127.0.0.1:9 cannot be reached" in outcome.detail
    assert "hunter2" not in outcome.detail


async def test_a_proxy_that_refuses_a_tunnel_is_quoted(web, proxy, fetcher):
    proxy.refuses = 403
    outcome = await failed(fetcher, asking(f"https://127.0.0.1:{web.port}/"))
    assert f"the proxy 127.0.0.1:{proxy.port} refuses: 403 Refused" in outcome.detail
