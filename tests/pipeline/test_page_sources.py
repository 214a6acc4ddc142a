"""Sources of which only a web page is known, from the configuration to the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.bootstrap import opened, read_settings
from tests.web import Reply, ScriptedWeb, document

RSS = b"""<rss version="2.0"><channel><title>Posts</title>%s</channel></rss>"""
ITEM = b"<item><title>%s</title><guid isPermaLink='false'>%s</guid></item>"


def feed(*names: bytes) -> bytes:
    return RSS % b"".join(ITEM % (name, name) for name in names)


def page(*hrefs: str) -> Reply:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in hrefs)
    return document(f"<!doctype html><html>{links}</html>".encode(), media_type="text/html")


@pytest.fixture
def settings_for(tmp_path):
    def write(url: str):
        path = tmp_path / "aggregator.yaml"
        path.write_text(
            "network: {allow-private: [127.0.0.0/8], host-spacing: 0s}\n"
            f"sources: [{{id: blog, page: '{url}'}}]\ntopics: {{all: {{}}}}\n",
            encoding="utf-8",
        )
        return read_settings(path, {})

    return write


async def state(engine):
    return (await engine.status(polls=3)).sources[0]


@pytest.mark.anyio
async def test_the_feed_is_found_on_the_page_remembered_and_polled(settings_for):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page("/comments/feed", "/feed")))
        web.publish("/feed", feed(b"a", b"b"), etag='"1"')
        async with opened(settings) as (_, engine, _):
            await engine.start()
            assert await engine.poll_due() == ()
            found = await state(engine)
            assert found.state.moved_to == web.url("/feed")
            assert found.source.url == web.url("/")
            assert [poll.outcome for poll in found.polls] == ["new", "unchanged"]
            assert found.polls[1].detail == f"the page offers {web.url('/feed')}, which is polled from now on"
            assert found.entries == 2
        async with opened(settings) as (_, engine, _):
            await engine.start()
            await engine.poll_named(["blog"])
            assert (await state(engine)).polls[0].outcome == "not_modified"
        assert [asked.path for asked in web.log] == ["/", "/feed", "/feed"]
        assert "text/html" in (web.asked("/")[0].header("accept") or "")
        assert "text/html" not in (web.asked("/feed")[0].header("accept") or "")


@pytest.mark.anyio
@pytest.mark.parametrize(("answer", "polls"), [(Reply(410), 1), (Reply(404), 3), (page(), 3)])
async def test_a_feed_that_is_lost_is_looked_for_on_the_page_again(settings_for, answer, polls):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page("/old"), page("/new")))
        web.script("/old", document(feed(b"a")), answer)
        web.publish("/new", feed(b"a", b"b"))
        async with opened(settings) as (_, engine, _):
            await engine.start()
            await engine.poll_due()
            for _ in range(polls):
                assert await engine.poll_named(["blog"]) == ("blog",)
            lost = await state(engine)
            assert lost.state.moved_to is None
            assert "the page is looked at again" in (lost.state.last_error or "")
            await engine.poll_named(["blog"])
            await engine.poll_named(["blog"])
            healed = await state(engine)
        assert (healed.state.moved_to, healed.state.condition, healed.state.last_error) == (web.url("/new"), "ok", None)
        assert healed.entries == 2


@pytest.mark.anyio
async def test_a_page_without_a_feed_fails_with_the_reason_and_a_server_that_is_down_loses_nothing(settings_for):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page(), page("/posts"), Reply(500)))
        web.script("/posts", document(feed(b"a")), Reply(503))
        async with opened(settings) as (_, engine, _):
            await engine.start()
            assert await engine.poll_due() == ("blog",)
            assert "404" in ((await state(engine)).state.last_error or "")
            await engine.poll_named(["blog"])
            await engine.poll_named(["blog"])
            for _ in range(4):
                await engine.poll_named(["blog"])
            assert (await state(engine)).state.moved_to == web.url("/posts")


@pytest.mark.anyio
async def test_where_a_page_offers_no_feed_the_usual_places_are_tried_one_for_each_visit(settings_for):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page()))
        web.publish("/feed.xml", feed(b"a"))
        async with opened(settings) as (_, engine, _):
            await engine.start()
            assert await engine.poll_due() == ("blog",)
            failed = (await state(engine)).state
            assert (failed.moved_to, failed.condition, failed.errors) == (None, "failing", 1)
            assert failed.next_poll_why == "a usual place held no feed: the page is asked, then the next place"
            assert failed.next_poll_at is not None
            assert failed.next_poll_at - failed.moves[-1].at == timedelta(minutes=5)
            await engine.poll_named(["blog"])
            await engine.poll_named(["blog"])
            found = await state(engine)
            assert [poll.outcome for poll in found.polls[:2]] == ["new", "unchanged"]
            assert found.polls[1].detail == f"the page offers no feed; {web.url('/feed.xml')} is tried, a usual place"
            assert (found.state.moved_to, found.state.errors) == (web.url("/feed.xml"), 0)
            assert found.state.condition == "ok"
        assert [asked.path for asked in web.log] == ["/", "/feed", "/", "/feed.xml"]


@pytest.mark.anyio
async def test_a_page_without_any_feed_is_told_so_after_few_places(settings_for):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page()))
        web.script("/rss", Reply(503))
        async with opened(settings) as (_, engine, _):
            await engine.start()
            for _ in range(24):
                await engine.poll_named(["blog"])
            last = await state(engine)
            held = web.asked("/rss")
            assert held
            assert last.state.moved_to == web.url("/rss")
            web.script("/rss", Reply(404))
            for _ in range(24):
                await engine.poll_named(["blog"])
            last = await state(engine)
        asked = [one.path for one in web.log if one.path not in {"/", "/rss"}]
        assert sorted(asked) == sorted(set(asked))
        assert len(asked) < 8
        assert last.state.moved_to is None
        assert last.polls[0].outcome == "not_a_feed"
        assert "offers no feed" in (last.state.last_error or "")
        assert last.state.condition == "failing"


@pytest.mark.anyio
async def test_a_guess_is_guarded_like_any_address(settings_for):
    async with ScriptedWeb() as web:
        settings = settings_for(web.script("/", page()))
        web.script("/feed", Reply(301, (("Location", "http://10.0.0.1/feed"),)))
        async with opened(settings) as (_, engine, _):
            await engine.start()
            assert await engine.poll_due() == ("blog",)
            refused = await state(engine)
            assert "10.0.0.1" in refused.polls[0].detail
            assert refused.state.moved_to is None


@pytest.mark.anyio
async def test_a_page_that_moves_in_the_settings_is_begun_anew(settings_for):
    async with ScriptedWeb() as web:
        first = settings_for(web.script("/one", page("/feed")))
        web.publish("/feed", feed(b"a"))
        async with opened(first) as (_, engine, _):
            await engine.start()
            await engine.poll_due()
        second = settings_for(web.script("/two", page("/other")))
        web.publish("/other", feed(b"b"))
        async with opened(second) as (_, engine, _):
            await engine.start()
            assert (await state(engine)).state.moved_to is None
            await engine.poll_due()
            assert (await state(engine)).state.moved_to == web.url("/other")
        (source,) = second.sources
        assert replace(source, page=False).url == web.url("/two")
