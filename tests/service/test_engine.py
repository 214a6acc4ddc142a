"""The engine over a store and a web in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.status import EntryFilter
from aggregator.model.topic import Access
from aggregator.pipeline.curate import BATCH
from aggregator.publish import Painter
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.service.web.shelf import Shelf
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.store import FakeStore
from tests.service.houses import house_on

URLS = ("https://ap.example/feed.xml", "https://bbc.example/feed.xml")


def plan_of(folder: Path, *sources: str, topics: str = "{all: {}}") -> Plan:
    path = folder / "aggregator.yaml"
    path.write_text(f"sources: [{', '.join(sources)}]\ntopics: {topics}\n", encoding="utf-8")
    return make_plan(read_settings(path, {}))


def told(*titles: str) -> bytes:
    items = "".join(f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid></item>" for title in titles)
    return f"<rss version='2.0'><channel><title>T</title><language>en</language>{items}</channel></rss>".encode()


class WatchedShelf(Shelf):
    """A shelf that says when a topic is put there."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = ""
        self.put_again = asyncio.Event()

    def put(self, edition: Edition, renditions: Sequence[Rendition]) -> None:
        super().put(edition, renditions)
        if edition.slug == self.wanted:
            self.put_again.set()


@dataclass(slots=True)
class Running:
    """An engine that has polled one document, and is given other topics."""

    folder: Path
    engine: Engine
    house: House
    shelf: WatchedShelf

    @classmethod
    async def with_titles(cls, folder: Path, *titles: str, topics: str = "{all: {}}") -> Running:
        fetcher = FakeFetcher()
        fetcher.script(URLS[0], fetched(URLS[0], told(*titles), etag='"1"'))
        house, shelf = house_on(FakeStore(), fetcher=fetcher), WatchedShelf()
        source = f"{{url: '{URLS[0]}', backfill: 999}}"
        running = cls(folder, Engine(house, plan_of(folder, source, topics=topics), shelf), house, shelf)
        await running.engine.start()
        await running.engine.poll_due()
        return running

    async def change(self, topics: str) -> None:
        self.house.clock.turn(timedelta(minutes=1))
        await self.engine.change(plan_of(self.folder, f"{{url: '{URLS[0]}', backfill: 999}}", topics=topics))

    def items(self, slug: str) -> int | None:
        edition = self.shelf.edition(slug)
        return None if edition is None else len(edition.entries)


@pytest.mark.anyio
async def test_a_topic_that_is_widened_floods_nobody_and_a_new_one_is_shown_once_it_is_whole(tmp_path: Path):
    titles = [f"Number {number}{' odd' if number % 2 else ''}" for number in range(BATCH + 20)]
    running = await Running.with_titles(tmp_path, *titles, topics='{some: {match: "519", mode: entries}}')
    assert running.items("some") == 1
    before = running.shelf.version
    running.shelf.wanted = "fresh"
    await running.change("{some: {match: number, mode: entries}, fresh: {match: odd, limit: 999, mode: entries}}")
    assert running.items("fresh") is None
    (some, fresh) = (await running.engine.status()).topics
    assert 0 < some.matched == fresh.matched < 1
    going_on = asyncio.create_task(running.engine.keep_matched())
    await asyncio.wait_for(running.shelf.put_again.wait(), 60)
    going_on.cancel()
    assert running.items("fresh") == BATCH // 2 + 10
    assert running.items("some") == 1
    assert running.shelf.version > before
    (some, _) = (await running.engine.status()).topics
    assert (some.matched, some.entries) == (1.0, BATCH + 20)


@pytest.mark.anyio
async def test_a_topic_that_was_renamed_leads_on_and_one_that_was_removed_is_gone_until_it_returns(tmp_path: Path):
    running = await Running.with_titles(tmp_path, "Ferry aground", topics="{ships: {}, storms: {}}")
    feed_id = running.shelf.edition("ships").feed_id
    await running.change("{boats: {aliases: [ships]}}")
    assert (running.shelf.aliases, running.shelf.retired) == ({"ships": "boats"}, {"storms"})
    assert running.shelf.edition("ships") is running.shelf.edition("storms") is None
    assert running.shelf.edition("boats").feed_id == feed_id
    assert running.items("boats") == 1
    await running.change("{boats: {aliases: [ships]}, storms: {}}")
    assert running.shelf.retired == frozenset()
    assert running.items("storms") == 1


@pytest.mark.anyio
async def test_nothing_is_said_of_private_topics_that_were_renamed_or_taken_away(tmp_path: Path):
    shelf = Shelf()
    engine = Engine(house_on(FakeStore()), plan_of(tmp_path, f"'{URLS[0]}'"), shelf)
    await engine.start()
    (topic,) = engine.plan.topics
    renamed = replace(topic, slug="everything", aliases=("all",))
    secret = replace(topic, slug="mine", aliases=("former",), access=Access.TOKEN)
    await engine.change(replace(engine.plan, topics=(renamed, secret)))
    assert (shelf.aliases, shelf.retired) == ({"all": "everything"}, frozenset())
    await engine.change(replace(engine.plan, topics=(replace(topic, slug="other"),)))
    assert (shelf.aliases, shelf.retired) == ({}, {"everything"})


@pytest.mark.anyio
async def test_what_cannot_be_rendered_leaves_what_was_served_before(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    store, fetcher, shelf, painter = FakeStore(), FakeFetcher(), Shelf(), Painter()
    broken = False

    def paint(edition: Edition, site: SiteFacts) -> tuple[Rendition, ...]:
        if broken:
            raise RuntimeError("broken on purpose")
        return painter.render(edition, site)

    engine = Engine(replace(house_on(store, fetcher=fetcher), render=paint), plan_of(tmp_path, f"'{URLS[0]}'"), shelf)
    fetcher.script(URLS[0], fetched(URLS[0], told("Ferry aground off Malta coast"), etag='"1"'))
    await engine.start()
    await engine.poll_due()
    before = shelf.rendition("all.atom")
    assert before is not None
    assert b"Ferry" in before.body
    broken = True
    await engine.change(replace(engine.plan, site=replace(engine.plan.site, title="Another")))
    assert shelf.rendition("all.atom") == before
    assert "topic all cannot be rendered" in caplog.text


@pytest.mark.anyio
async def test_stories_go_on_when_a_source_is_given_another_id(tmp_path: Path):
    store, fetcher = FakeStore(), FakeFetcher()
    house = house_on(store, fetcher=fetcher)
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
    house, shelf = house_on(store, fetcher=fetcher), Shelf()
    engine = Engine(house, plan_of(tmp_path, f"'{URLS[0]}'", topics="{all: {match: 'story-age>=2h'}}"), shelf)
    fetcher.script(URLS[0], fetched(URLS[0], told("Ferry aground off Malta coast"), etag='"1"'))
    await engine.start()
    await engine.poll_due()
    assert not engine.unsettled.is_set()
    for hours, entries in ((1, 0), (1, 1)):
        house.clock.turn(timedelta(hours=hours))
        await engine.chores.look_at_time()
        assert engine.unsettled.is_set() is bool(entries)
        await engine.settle()
        (topic,) = (await engine.status()).topics
        assert topic.entries == entries


@pytest.mark.anyio
async def test_while_polls_go_on_whole_batches_are_curated_and_the_rest_waits(tmp_path: Path, monkeypatch):
    settler = (await Running.with_titles(tmp_path, "Ferry aground")).engine.settler
    begun: list[int] = []
    over, twice, arrived = asyncio.Event(), asyncio.Event(), 0

    async def curate_some() -> None:
        begun.append(arrived)
        if len(begun) == 2:
            twice.set()

    monkeypatch.setattr(settler, "_curate_some", curate_some)
    going_on = asyncio.create_task(settler.curate_until(over, lambda: arrived))
    arrived = BATCH - 1
    await asyncio.sleep(0.5)
    assert begun == []
    arrived = 2 * BATCH + 1
    await asyncio.wait_for(twice.wait(), 10)
    await asyncio.sleep(0.5)
    over.set()
    await going_on
    assert begun == [arrived, arrived]
