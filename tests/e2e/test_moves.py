"""A feed that moves, from the first redirect to the last: real server, store, parser and pages."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.bootstrap import opened, read_settings
from aggregator.model.source import SourceCondition
from aggregator.model.status import EntryFilter
from aggregator.service.engine import Engine
from tests.fakes.clock import FakeClock
from tests.web.exchange import Reply, document
from tests.web.server import ScriptedWeb

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ITEM = "<item><title>{0}</title><guid isPermaLink='false'>{0}</guid><link>https://a.example/{0}</link></item>"


def feed(*names: str) -> Reply:
    items = "".join(ITEM.format(name) for name in names)
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()
    return document(body, etag=f'"{"-".join(names)}"')


@asynccontextmanager
async def running(tmp_path, url: str, more: str = ""):
    """Run the parts over one source that comes without an id, by a clock that the test turns."""
    path = tmp_path / "aggregator.yaml"
    path.write_text(
        "network: {allow-private: [127.0.0.0/8], host-spacing: 0s" + more + "}\n"
        f"sources: ['{url}']\ntopics: {{all: {{}}}}\n",
        encoding="utf-8",
    )
    async with opened(read_settings(path, {})) as (house, made, shelf):
        clock = FakeClock()
        engine = Engine(replace(house, clock=clock), made.plan, shelf)
        await engine.start()
        yield engine, clock, house
        await engine.stop(timedelta())


async def polled(engine: Engine, clock: FakeClock, by: timedelta = DAY):
    clock.turn(by)
    await engine.poll_due()
    return (await engine.status()).sources[0]


async def keys(house) -> dict[str, str]:
    found = await house.store.entries(EntryFilter(), house.clock.now())
    return {stored.entry.title: stored.entry.key.short for stored, _ in found}


@pytest.mark.parametrize("status", [301, 308])
async def test_a_move_is_adopted_after_five_days_and_then_really_polled(tmp_path, status):
    async with ScriptedWeb() as web:
        old = web.script("/feed", feed("a", "b"))
        new = web.url("/moved", "127.0.0.2")
        async with running(tmp_path, old) as (engine, clock, house):
            one = await polled(engine, clock)
            before, name = await keys(house), one.source.id
            web.script("/feed", Reply(status, (("Location", new),)))
            web.script("/moved", feed("b", "c"))
            for day in range(4):
                one = await polled(engine, clock, 1.2 * DAY)
                assert one.state.moved_to is None, day
            one = await polled(engine, clock, 1.2 * DAY)
            assert one.state.moved_to == new
            assert one.state.condition is SourceCondition.MOVED
            assert one.source.pace_key == "127.0.0.2"
            asked = len(web.asked("/feed"))
            web.script("/moved", feed("b", "c", "d"))
            one = await polled(engine, clock, 1.2 * DAY)
            assert (one.polls[0].outcome, one.polls[0].new) == ("new", 1)
            assert f"to {new}" in one.polls[0].sent
            assert len(web.asked("/feed")) == asked
            assert web.asked("/moved")[-1].header("if-none-match") == '"b-c"'
            after = await keys(house)
            assert {title: after[title] for title in before} == before
            assert sorted(after) == ["a", "b", "c", "d"]
            assert one.source.id == name
        # Over a restart, and when the settings follow.
        async with running(tmp_path, old) as (engine, clock, _):
            assert (await engine.status()).sources[0].state.moved_to == new
        async with running(tmp_path, new) as (engine, clock, house):
            (one,) = (await engine.status()).sources
            assert (one.source.id, one.source.url, one.state.moved_to) == (name, new, None)
            assert one.state.validators.etag == '"b-c-d"'
            assert sorted(await keys(house)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_is_followed_for_ever_and_stays_conditional(tmp_path, status):
    async with ScriptedWeb() as web:
        old = web.script("/feed", Reply(status, (("Location", web.url("/elsewhere", "127.0.0.2")),)))
        web.script("/elsewhere", feed("a"))
        async with running(tmp_path, old) as (engine, clock, _):
            for _ in range(8):
                one = await polled(engine, clock, 1.2 * DAY)
            assert (one.state.moved_to, one.state.condition) == (None, SourceCondition.OK)
        assert len(web.asked("/feed")) == 8
        assert [row.status for row in web.asked("/elsewhere")] == [200] + [304] * 7


async def test_a_strange_document_behind_a_redirect_is_read_but_its_address_is_not_taken_over(tmp_path):
    async with ScriptedWeb() as web:
        old = web.script("/feed", feed("a", "b"))
        async with running(tmp_path, old) as (engine, clock, _):
            await polled(engine, clock)
            web.script("/feed", Reply(301, (("Location", web.url("/parked", "127.0.0.2")),)))
            for number in range(8):
                web.script("/parked", feed("ad", f"ad {number}"))
                one = await polled(engine, clock, 1.2 * DAY)
            assert one.state.moved_to is None
            assert "shares no entry" in one.polls[0].detail
            assert web.asked("/feed")[-1].status == 301


async def test_an_adopted_address_that_dies_is_given_up_for_the_configured_one(tmp_path):
    async with ScriptedWeb() as web:
        old = web.script("/feed", feed("a"))
        async with running(tmp_path, old) as (engine, clock, _):
            await polled(engine, clock)
            web.script("/feed", Reply(301, (("Location", web.url("/moved", "127.0.0.2")),)))
            web.script("/moved", feed("a", "b"))
            for _ in range(5):
                one = await polled(engine, clock, 1.2 * DAY)
            assert one.state.moved_to is not None
            web.script("/moved", Reply(404))
            web.script("/feed", feed("a", "b", "c"))
            for _ in range(8):
                one = await polled(engine, clock, 1.2 * DAY)
            assert one.state.moved_to is None
            assert (one.state.condition, one.polls[0].outcome) == (SourceCondition.OK, "new")
            assert one.source.pace_key == "127.0.0.1"
            assert [move.to_url for move in one.state.moves] == [web.url("/moved", "127.0.0.2"), old]


async def test_deltas_are_merged_and_can_be_switched_off(tmp_path):
    async with ScriptedWeb() as web:
        part = feed("c").body
        delta = Reply(226, (("IM", "feed"), ("ETag", '"a-b-c"')), part)
        url = web.script("/feed", feed("a", "b"), delta, feed("a", "b", "c"))
        async with running(tmp_path, url) as (engine, clock, house):
            await polled(engine, clock)
            one = await polled(engine, clock, 1.2 * DAY)
            assert (one.polls[0].status, one.polls[0].new) == (226, 1)
            assert sorted(await keys(house)) == ["a", "b", "c"]
            assert web.asked("/feed")[-1].header("a-im") == "feed"
            one = await polled(engine, clock, 1.2 * DAY)
            assert one.polls[0].outcome == "not_modified"
            assert web.asked("/feed")[-1].header("if-none-match") == '"a-b-c"'
            web.script("/feed", feed("b", "c", "d"))
            one = await polled(engine, clock, 1.2 * DAY)
            assert (one.polls[0].new, one.polls[0].revised) == (1, 0)
            assert sorted(await keys(house)) == ["a", "b", "c", "d"]
        async with running(tmp_path, url, ", deltas: false") as (engine, clock, _):
            await polled(engine, clock, 9 * DAY)
            assert web.asked("/feed")[-1].header("a-im") is None
