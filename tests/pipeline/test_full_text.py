"""Whole articles, from the configuration to the topic, over loopback sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.bootstrap import opened, read_settings
from aggregator.model.article import Article, PageWanted
from aggregator.model.entry import EntryKey
from aggregator.model.fetching import Failure
from aggregator.model.reading import Unreadable
from aggregator.model.status import EntryFilter
from aggregator.pipeline.full_text import choose
from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.web import Reply, ScriptedWeb, document

TEASER = "The ferry was late."
LONG = " ".join(f"Sentence number {n} tells what happened to the ferry in the harbour that day." for n in range(40))
PAGE = (
    "<!doctype html><html><head><title>Ferry</title></head><body><nav><a href='/'>Home</a> <a href='/x'>More</a></nav>"
    f"<article><h1>Ferry</h1><p>{LONG}</p><p>It had <a href='/heron'>a heron</a> on board.<script>alert(1)</script></p>"
    "</article><footer>All rights reserved, subscribe to our newsletter</footer></body></html>"
)


def feed(*links: str, text: str = TEASER) -> bytes:
    items = "".join(
        f"<item><title>Ferry {n}</title><guid isPermaLink='false'>{n}</guid><link>{link}</link>"
        f"<description>{text}</description></item>"
        for n, link in enumerate(links)
    )
    return f'<rss version="2.0"><channel><title>Teasers</title>{items}</channel></rss>'.encode()


@pytest.fixture
def settings_for(tmp_path):
    def write(url: str, private: str = "127.0.0.0/8"):
        path = tmp_path / "aggregator.yaml"
        path.write_text(
            f"network: {{allow-private: ['{private}'], host-spacing: 0s}}\ndefaults: {{backfill: 3}}\n"
            f"sources: [{{id: teasers, url: '{url}', content: full-text}}]\n"
            "topics: {all: {}, herons: {match: heron}}\n",
            encoding="utf-8",
        )
        return read_settings(path, {})

    return write


async def contents(house) -> dict[str, str]:
    found = await house.store.entries(EntryFilter(), house.clock.now())
    return {stored.entry.key.guid: stored.entry.content_html for stored, _ in found}


async def topics(house) -> dict[str, tuple[str, ...]]:
    found = await house.store.entries(EntryFilter(), house.clock.now())
    return {stored.entry.key.guid: stored.topics for stored, _ in found}


def html(text: str) -> Reply:
    return document(text.encode(), media_type="text/html; charset=utf-8")


@pytest.mark.anyio
async def test_the_article_takes_the_place_of_the_teaser_once_and_topics_see_it(settings_for):
    async with ScriptedWeb() as web:
        page = web.script("/ferry", html(PAGE))
        web.script("/robots.txt", document(b"User-agent: *\nDisallow: /private\n", media_type="text/plain"))
        url = web.publish("/feed", feed(page))
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            (content,) = (await contents(house)).values()
            assert "Sentence number 39" in content
            assert f'href="{web.url("/heron")}"' in content
            assert "alert" not in content
            assert "newsletter" not in content
            assert (await topics(house))["0"] == ("all", "herons")
            await engine.poll_named(["teasers"])
            await engine.read_pages()
        assert [asked.path for asked in web.log] == ["/feed", "/robots.txt", "/ferry", "/feed"]
        sent = web.asked("/ferry")[0]
        assert (sent.header("user-agent") or "").startswith("aggregator/")
        assert sent.header("if-none-match") is None


@pytest.mark.anyio
async def test_what_the_feed_carries_stays_where_the_page_says_less_or_nothing(settings_for):
    async with ScriptedWeb() as web:
        short = web.script("/short", html("<html><article><p>Short words only.</p></article></html>"))
        missing = web.script("/missing", Reply(404))
        picture = web.script("/picture", document(b"\x89PNG\r\n\x1a\n" + b"\0" * 500, media_type="image/png"))
        url = web.publish("/feed", feed(short, missing, picture, text=f"{TEASER} {LONG}"))
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            await engine.read_pages()
            assert all(LONG[:50] in content for content in (await contents(house)).values())
        assert [asked.path for asked in web.log].count("/missing") == 1


@pytest.mark.anyio
async def test_robots_are_obeyed_and_where_they_cannot_be_had_nothing_is_read(settings_for):
    async with ScriptedWeb() as web:
        open_page, closed = web.script("/open", html(PAGE)), web.script("/closed/a", html(PAGE))
        web.script("/robots.txt", document(b"User-agent: aggregator\nDisallow: /closed/\n", media_type="text/plain"))
        other = web.url("/open", "127.0.0.2")
        url = web.publish("/feed", feed(open_page, closed))
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            found = await contents(house)
            assert ("Sentence" in found["0"], "Sentence" in found["1"]) == (True, False)
            web.script("/robots.txt", Reply(503))
            web.publish("/feed", feed(open_page, closed, other), etag='"2"')
            await engine.poll_named(["teasers"])
            assert "Sentence" not in (await contents(house))["2"]
        assert web.asked("/closed/a") == []
        assert len(web.asked("/open")) == 1


@pytest.mark.anyio
async def test_a_page_that_fails_for_now_is_tried_later_and_its_site_left_alone(settings_for):
    async with ScriptedWeb() as web:
        web.script("/robots.txt", Reply(404))
        first = web.script("/a", Reply(503, (("Retry-After", "7200"),)))
        second = web.script("/b", html(PAGE))
        url = web.publish("/feed", feed(first, second))
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            assert web.asked("/b") == []
            now = house.clock.now()
            assert await house.store.pages_wanted(["teasers"], now, 9) == ()
            later = await house.store.pages_wanted(["teasers"], now + timedelta(hours=2, minutes=1), 9)
            assert [(page.key.guid, page.attempts) for page in later] == [("0", 1), ("1", 0)]


@pytest.mark.anyio
async def test_a_page_that_is_refused_holds_its_host_for_polls_too(settings_for):
    async with ScriptedWeb() as web:
        web.script("/robots.txt", Reply(404))
        page = web.script("/a", Reply(429, (("Retry-After", "7200"),)))
        url = web.publish("/feed", feed(page))
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            await engine.poll_named(["teasers"])
            assert [asked.path for asked in web.log] == ["/feed", "/robots.txt", "/a"]
            view = await house.store.source_view("teasers", house.clock.now())
            assert view is not None
            assert view.pace is not None
            assert view.pace.hold_until is not None
            assert view.pace.findings[0].source_id == "pages of 127.0.0.1"
            assert view.pace.spacing is not None


@pytest.mark.anyio
async def test_a_host_that_holds_polls_is_asked_for_no_page_and_that_is_no_try(settings_for):
    clock = FakeClock()
    async with ScriptedWeb() as web:
        web.script("/robots.txt", Reply(404))
        pages = [web.script(path, Reply(500), html(PAGE)) for path in ("/0", "/1")]
        url = web.script("/feed", document(feed(*pages)), Reply(429, (("Retry-After", "3600"),)))
        async with opened(settings_for(url), clock) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            clock.turn(timedelta(minutes=5))
            assert await engine.poll_named(["teasers"]) == ("teasers",)
            clock.turn(timedelta(minutes=56))
            await engine.read_pages()
            assert len(web.log) == 4
            assert await house.store.pages_wanted(["teasers"], clock.now(), 9) == ()
            clock.turn(timedelta(minutes=5))
            waiting = await house.store.pages_wanted(["teasers"], clock.now(), 9)
            assert [(page.key.guid, page.attempts) for page in waiting] == [("0", 1), ("1", 0)]


@pytest.mark.anyio
async def test_an_edited_entry_is_read_anew_and_an_old_one_is_not(settings_for):
    async with ScriptedWeb() as web:
        web.script("/robots.txt", Reply(404))
        pages = [web.script(f"/{n}", html(PAGE)) for n in range(5)]
        url = web.publish("/feed", feed(*pages), etag='"1"')
        async with opened(settings_for(url)) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            # Beyond the backfill entries are kept, and their pages left alone.
            assert sorted({asked.path for asked in web.log} & {f"/{n}" for n in range(5)}) == ["/0", "/1", "/2"]
            web.publish("/feed", feed(*pages, text="The ferry was later still."), etag='"2"')
            await engine.poll_named(["teasers"])
            assert "Sentence" in (await contents(house))["0"]
            assert len(web.asked("/0")) == 2
            kept = await house.store._reader.run(
                lambda db: db.execute("SELECT feed_html FROM full_texts ORDER BY entry_id").fetchone()
            )
            assert "later still" in kept[0]


@pytest.mark.anyio
async def test_addresses_that_are_not_public_are_not_dialled_for_an_entry(settings_for):
    async with ScriptedWeb() as web:
        inner = web.script("/secret", html(PAGE))
        around = web.url("/around", "127.0.0.2")
        web.script("/around", Reply(302, (("Location", inner),)))
        web.script("/robots.txt", Reply(404))
        web.publish("/feed", feed(inner, around))
        settings = settings_for(web.url("/feed", "127.0.0.2"), private="127.0.0.2/32")
        async with opened(settings) as (house, engine, _):
            await engine.start()
            await engine.poll_due()
            assert all("Sentence" not in content for content in (await contents(house)).values())
        assert web.asked("/secret") == []
        assert [asked.path for asked in web.log] == ["/feed", "/robots.txt", "/around"]


@pytest.mark.parametrize(
    ("own", "found", "outcome"),
    [
        ("", "word " * 50, "kept"),
        ("x" * 100, "y" * 119, "shorter"),
        ("x" * 100, "y" * 121, "kept"),
        ("", "", "shorter"),
    ],
)
def test_only_what_is_clearly_longer_is_kept(own, found, outcome):
    page = PageWanted(key=EntryKey("s", "1"), url="https://a.example/", content_html=f"<p>{own}</p>")
    chosen = choose(page, Article(content_html=f"<p>{found}</p>", text=found, summary=""), NOON)
    assert chosen.outcome == outcome
    assert (chosen.content_html is not None) == (outcome == "kept")
    none = choose(page, Unreadable(Failure.PARSE_KILLED, "it took too long"), NOON)
    assert (none.outcome, none.content_html, none.again_at) == ("no_article", None, None)
