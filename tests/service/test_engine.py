"""The engine over a store and a web in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.liking import Example
from aggregator.model.status import EntryFilter
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.service.web.shelf import Shelf
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.poster import FakePoster
from tests.fakes.reader import FakeReader
from tests.fakes.store import FakeStore
from tests.press import articles, mixed

URLS = ("https://ap.example/feed.xml", "https://bbc.example/feed.xml")


def house_on(store: FakeStore, fetcher: FakeFetcher) -> House:
    async def close() -> None:
        await store.close()

    return House(
        store=store,
        fetcher=fetcher,
        poster=FakePoster(),
        reader=FakeReader(),
        clock=FakeClock(),
        user_agent="aggregator/test",
        render=lambda _edition, _site: (),
        documents=lambda _plan: (),
        close=close,
    )


def plan_of(folder: Path, *sources: str) -> Plan:
    path = folder / "aggregator.yaml"
    path.write_text(f"sources: [{', '.join(sources)}]\ntopics: {{all: {{}}}}\n", encoding="utf-8")
    return make_plan(read_settings(path, {}))


def told(title: str) -> bytes:
    item = f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid></item>"
    return f"<rss version='2.0'><channel><title>T</title><language>en</language>{item}</channel></rss>".encode()


@pytest.mark.anyio
async def test_stories_go_on_when_a_source_is_given_another_id(tmp_path: Path):
    store, fetcher = FakeStore(), FakeFetcher()
    house = house_on(store, fetcher)
    engine = Engine(house, plan_of(tmp_path, f"'{URLS[0]}'", f"'{URLS[1]}'"), Shelf())
    fetcher.script(URLS[0], fetched(URLS[0], told("Ferry aground off Malta coast"), etag='"1"'))
    fetcher.script(URLS[1], fetched(URLS[1], told("Parliament votes on budget"), etag='"1"'))
    await engine.start()
    await engine.poll_due()
    await engine.change(plan_of(tmp_path, f"{{id: press, url: '{URLS[0]}'}}", f"'{URLS[1]}'"))
    fetcher.script(URLS[1], fetched(URLS[1], told("Malta: ferry aground near coast"), etag='"2"'))
    house.clock.turn(timedelta(days=1))
    await engine.poll_due()
    found = await store.entries(EntryFilter(), house.clock.now())
    stories = {stored.entry.title: stored.story.source for stored, _ in found if stored.story}
    assert stories["Malta: ferry aground near coast"] == "press"
    assert len(stories) == 3


EXAMPLES = articles("floods", 8)
LIKING = """
sources: [{{id: wire, url: "{urls[0]}"}}, {{id: press, url: "{urls[1]}"}}]
policies: {{stories: {{granularity: off}}}}
topics: {{wet: {{mode: entries, like: {{entries: {names}}}}}, drawn: {{from: [wet], mode: entries}}}}
"""


def items(told_: Sequence[Example]) -> bytes:
    written = "".join(
        f"<item><title>{one.title}</title><link>https://w.example/{one.name}</link>"
        f"<description>{one.text}</description></item>"
        for one in told_
    )
    return f"<rss version='2.0'><channel><title>T</title>{written}</channel></rss>".encode()


async def members(store: FakeStore, slug: str) -> set[str]:
    found = await store.entries(EntryFilter(topic=slug), FakeClock().now())
    return {str(stored.entry.url).rpartition("/")[2] for stored, _ in found}


@pytest.mark.anyio
async def test_topics_learn_as_soon_as_their_examples_and_enough_else_are_there(tmp_path: Path):
    store, fetcher = FakeStore(), FakeFetcher()
    house = house_on(store, fetcher)
    path = tmp_path / "aggregator.yaml"
    names = [f"https://w.example/{one.name}" for one in EXAMPLES]
    path.write_text(LIKING.format(urls=URLS, names=names), encoding="utf-8")
    engine = Engine(house, make_plan(read_settings(path, {})), Shelf())
    await engine.start()
    fetcher.script(URLS[0], fetched(URLS[0], items(EXAMPLES), etag='"1"'))
    await engine.poll_named(["wire"])
    assert await members(store, "wet") == set()
    fetcher.script(URLS[1], fetched(URLS[1], items(mixed(40, 1000)), etag='"1"'))
    house.clock.turn(timedelta(minutes=16))
    await engine.poll_named(["press"])
    wet = await members(store, "wet")
    assert {one.name for one in EXAMPLES} <= wet
    assert await members(store, "drawn") == wet
    learned = await store.tastes()
    house.clock.turn(timedelta(days=1))
    fetcher.script(URLS[0], fetched(URLS[0], items((*EXAMPLES, *articles("floods", 3, 9000))), etag='"2"'))
    await engine.poll_due()
    assert await store.tastes() == learned
    assert len(await members(store, "wet") - wet) in {2, 3}
