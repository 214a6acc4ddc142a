"""The engine over a store and a web in memory."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.status import EntryFilter
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.service.web.shelf import Shelf
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.poster import FakePoster
from tests.fakes.reader import FakeReader
from tests.fakes.store import FakeStore

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


def plan_of(folder: Path, *sources: str, match: str = "") -> Plan:
    path = folder / "aggregator.yaml"
    rule = f"{{match: '{match}'}}" if match else "{}"
    path.write_text(f"sources: [{', '.join(sources)}]\ntopics: {{all: {rule}}}\n", encoding="utf-8")
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


@pytest.mark.anyio
async def test_what_comes_of_age_for_a_topic_is_settled_without_a_poll(tmp_path: Path):
    store, fetcher = FakeStore(), FakeFetcher()
    house, shelf = house_on(store, fetcher), Shelf()
    engine = Engine(house, plan_of(tmp_path, f"'{URLS[0]}'", match="story-age>=2h"), shelf)
    fetcher.script(URLS[0], fetched(URLS[0], told("Ferry aground off Malta coast"), etag='"1"'))
    await engine.start()
    await engine.poll_due()
    assert not engine.unsettled.is_set()
    for hours, entries in ((1, 0), (1, 1)):
        house.clock.turn(timedelta(hours=hours))
        await engine.look_at_time()
        assert engine.unsettled.is_set() is bool(entries)
        await engine.settle()
        (topic,) = (await engine.status()).topics
        assert topic.entries == entries
