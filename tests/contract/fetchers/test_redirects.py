"""Redirects are followed by hand, and told hop by hop."""

from __future__ import annotations

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, Fetched, FetchFailed, Hop, NotModified
from tests.contract.fetchers.asking import FEED, asking, failed
from tests.web import Reply, ScriptedWeb

pytestmark = pytest.mark.anyio


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
