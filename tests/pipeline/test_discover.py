"""Searching for feeds, over a web of loopback sockets, with the real fetcher, reader and turns."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.discovery import Discovery, How
from aggregator.model.fetching import FetchRequest
from aggregator.pipeline.discover import MAX_REQUESTS, DiscoverParts, discover, web_address
from aggregator.service.clock import SystemClock
from aggregator.service.turns import PacedFetcher
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.reader import FakeReader
from tests.web import Reply, ScriptedWeb, document

RSS = b"""<rss version="2.0"><channel><title>Posts</title><item><title>One</title><guid>1</guid>
<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item><item><title>Two</title><guid>2</guid></item></channel></rss>"""
GAP = timedelta(seconds=0.02)


@asynccontextmanager
async def searching(*, private=("127.0.0.0/8",)):
    clock = SystemClock()
    http = HttpFetcher(allow_private=private)
    fetcher = PacedFetcher(http, clock, lambda url: (url.split("/")[2], GAP))
    parts = DiscoverParts(fetcher=fetcher, reader=FakeReader(), clock=clock, user_agent="aggregator/test")
    try:
        yield parts
    finally:
        await http.close()


async def search(url: str) -> Discovery:
    async with searching() as parts:
        return await discover(url, parts)


def page(text: str) -> Reply:
    return document(f"<!doctype html><html>{text}</html>".encode(), media_type="text/html")


def declared(href: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


@pytest.mark.anyio
async def test_a_feed_is_its_own_answer_with_one_request():
    async with ScriptedWeb() as web:
        url = web.publish("/feed", RSS)
        found = await search(url)
    (feed,) = found.feeds
    assert (feed.url, feed.how, feed.title, feed.format, feed.entries) == (url, How.ITSELF, "Posts", "rss20", 2)
    assert feed.titles == ("One", "Two")
    assert feed.newest_at is not None
    assert found.requests == 1


@pytest.mark.anyio
async def test_what_a_page_declares_is_asked_and_comments_come_last():
    async with ScriptedWeb() as web:
        url = web.script("/", page(declared("/comments", "Comments") + declared("/posts", "Posts") + declared("/gone")))
        web.publish("/comments", RSS.replace(b"Posts", b"Comments on Posts"))
        web.publish("/posts", RSS)
        web.script("/gone", Reply(404))
        found = await search(url)
    assert [feed.url for feed in found.feeds] == [web.url("/posts"), web.url("/comments")]
    assert [(one.url, one.why) for one in found.rejected][1:] == [
        (web.url("/gone"), "127.0.0.1 answered 404 Not Found")
    ]
    assert found.requests == 4


@pytest.mark.anyio
async def test_links_come_in_where_nothing_is_declared_and_usual_places_where_nothing_is_linked():
    async with ScriptedWeb() as web:
        linking = web.script("/a/", page('<a href="/about">About</a><a href="news.rss">RSS</a>'))
        web.publish("/a/news.rss", RSS)
        silent = web.script("/b/", page('<meta name="generator" content="Hugo 0.1">'))
        web.publish("/b/index.xml", RSS)
        by_link, by_guess = await search(linking), await search(silent)
        bare = await search(web.script("/c/", page("")))
    assert [(feed.how, feed.url) for feed in by_link.feeds] == [(How.LINKED, web.url("/a/news.rss"))]
    assert [(feed.how, feed.url) for feed in by_guess.feeds] == [(How.GUESSED, web.url("/b/index.xml"))]
    assert (by_link.requests, by_guess.requests) == (2, 2)
    assert bare.feeds == ()
    assert bare.requests <= MAX_REQUESTS


@pytest.mark.anyio
async def test_where_the_page_is_gone_the_top_of_the_site_is_looked_at():
    async with ScriptedWeb() as web:
        gone = web.script("/old/feed", Reply(410))
        web.script("/", page(declared("/new.xml")))
        web.publish("/new.xml", RSS)
        found = await search(gone)
    assert [feed.url for feed in found.feeds] == [web.url("/new.xml")]


@pytest.mark.anyio
async def test_a_permanent_redirect_is_followed_into_the_answer_and_a_temporary_one_is_not():
    async with ScriptedWeb() as web:
        target = web.publish("/target", RSS)
        moved = web.script("/moved", Reply(301, (("Location", "/target"),)))
        aside = web.script("/aside", Reply(302, (("Location", "/target"),)))
        assert [feed.url for feed in (await search(moved)).feeds] == [target]
        assert [feed.url for feed in (await search(aside)).feeds] == [aside]


@pytest.mark.anyio
async def test_a_server_that_says_enough_is_asked_no_more():
    async with ScriptedWeb() as web:
        url = web.script("/", page(""))
        for path in ("/feed", "/feed.xml", "/atom.xml"):
            web.script(path, Reply(429))
        found = await search(url)
    assert found.feeds == ()
    assert found.requests == 2


@pytest.mark.anyio
async def test_a_page_with_many_feeds_costs_few_requests_and_names_the_others():
    async with ScriptedWeb() as web:
        url = web.script("/", page("".join(declared(f"/{n}.xml") for n in range(30))))
        for n in range(30):
            web.publish(f"/{n}.xml", RSS)
        found = await search(url)
    assert (len(found.feeds), len(found.more), found.requests) == (5, 25, 6)


@pytest.mark.anyio
async def test_one_host_is_asked_one_at_a_time_with_its_gap():
    async with ScriptedWeb() as web:
        url = web.script("/", page(declared("/a.xml") + declared("/b.xml")))
        web.publish("/a.xml", RSS)
        web.publish("/b.xml", RSS)
        await search(url)
        times = [asked.monotonic for asked in web.log]
    assert len(times) == 3
    assert min(later - earlier for earlier, later in pairwise(times)) >= GAP.total_seconds() * 0.9


@pytest.mark.anyio
async def test_addresses_that_are_not_public_are_not_dialled_wherever_they_come_from():
    async with ScriptedWeb() as web:
        web.publish("/feed", RSS)
        async with searching(private=()) as parts:
            direct = await discover(web.url("/"), parts)
        fake = FakeFetcher()
        evil = "https://evil.example/"
        fake.script(evil, fetched(evil, b"<html>" + declared(web.url("/feed")).encode()))

        class Mixed:
            async def fetch(self, request: FetchRequest):
                return await (fake if "evil" in request.url else parts.fetcher).fetch(request)

        async with searching(private=()) as parts:
            mixed = DiscoverParts(fetcher=Mixed(), reader=parts.reader, clock=parts.clock, user_agent="x")
            by_page = await discover(evil, mixed)
        local = await search("file:///etc/passwd")
        assert list(web.log) == []
    assert (direct.feeds, by_page.feeds, local.feeds) == ((), (), ())
    assert "not a public address" in by_page.rejected[1].why
    assert local.requests == 0


@pytest.mark.anyio
async def test_hosts_that_are_known_are_asked_for_the_feed_at_once_and_directories_are_looked_up():
    fake = FakeFetcher()
    for url in ("https://github.com/ann/tool/releases.atom", "https://show.example/rss"):
        fake.script(url, fetched(url, RSS))
    directory = "https://itunes.apple.com/lookup?id=1200361736&entity=podcast"
    fake.script(directory, fetched(directory, b'{"results": [{"feedUrl": "https://show.example/rss"}]}'))
    channel = "https://www.youtube.com/@ann"
    videos = "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl"
    fake.script(channel, fetched(channel, b'<html><script>"externalId":"UC0123456789abcdefghijkl"</script>'))
    fake.script(videos, fetched(videos, RSS))
    parts = DiscoverParts(fetcher=fake, reader=FakeReader(), clock=SystemClock(), user_agent="x")
    assert (await discover("https://github.com/ann/tool", parts)).feeds[0].how is How.KNOWN
    assert fake.requests[0].url == "https://github.com/ann/tool/releases.atom"
    podcast = await discover("https://podcasts.apple.com/us/podcast/x/id1200361736", parts)
    assert [feed.url for feed in podcast.feeds] == ["https://show.example/rss"]
    assert [feed.url for feed in (await discover(channel, parts)).feeds] == [videos]


@pytest.mark.anyio
async def test_an_address_without_a_scheme_is_tried_securely_first():
    fake = FakeFetcher()
    fake.script("http://site.example/", fetched("http://site.example/", RSS))
    parts = DiscoverParts(fetcher=fake, reader=FakeReader(), clock=SystemClock(), user_agent="x")
    found = await discover("site.example/", parts)
    assert [request.url for request in fake.requests] == ["https://site.example/", "http://site.example/"]
    assert [feed.url for feed in found.feeds] == ["http://site.example/"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (" https://a.example ", ("https://a.example",)),
        ("localhost:8080/x", ("https://localhost:8080/x", "http://localhost:8080/x")),
        ("feed:https://a.example/f", ("https://a.example/f",)),
        ("//a.example/f", ("https://a.example/f", "http://a.example/f")),
        ("mailto:ann@a.example", ("mailto:ann@a.example",)),
    ],
)
def test_what_users_type_is_taken_for_what_they_mean(text, urls):
    assert web_address(text) == urls
