"""Topics learn while the engine runs: as soon as what they need is there, and not again for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.liking import Example
from aggregator.model.status import EntryFilter
from aggregator.service.engine import Engine
from aggregator.service.web.shelf import Shelf
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.store import FakeStore
from tests.press import articles, mixed
from tests.service.houses import house_on
from tests.service.test_engine import URLS

EXAMPLES = articles("floods", 8)
LIKING = """
sources: [{{id: wire, url: "{urls[0]}"}}, {{id: press, url: "{urls[1]}"}}]
policies: {{stories: {{granularity: off}}}}
topics:
  wet: {{mode: entries, like: {{entries: {names}}}}}
  drawn: {{from: [wet], mode: entries}}
  asked: {{match: "nothing OR like:wet", mode: entries}}
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
    house = house_on(store, fetcher=fetcher)
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
    assert await members(store, "drawn") == await members(store, "asked") == wet
    learned = await store.tastes()
    house.clock.turn(timedelta(days=1))
    fetcher.script(URLS[0], fetched(URLS[0], items((*EXAMPLES, *articles("floods", 3, 9000))), etag='"2"'))
    await engine.poll_due()
    assert await store.tastes() == learned
    assert len(await members(store, "wet") - wet) in {2, 3}


@pytest.mark.anyio
async def test_a_pin_teaches_the_topic_that_it_is_in(tmp_path: Path):
    store, fetcher = FakeStore(), FakeFetcher()
    house = house_on(store, fetcher=fetcher)
    path = tmp_path / "aggregator.yaml"
    path.write_text(LIKING.format(urls=URLS, names=[one.title for one in EXAMPLES]), encoding="utf-8")
    engine = Engine(house, make_plan(read_settings(path, {})), Shelf())
    await engine.start()
    fetcher.script(URLS[1], fetched(URLS[1], items(mixed(40, 1000)), etag='"1"'))
    await engine.poll_named(["press"])
    (before,) = await store.tastes()
    await engine.edit(Act(kind=ActKind.PIN, named=("https://w.example/bread-1000",), who="ann"))
    assert not engine.unsettled.is_set()
    pin = Act(kind=ActKind.PIN, named=("https://w.example/floods-1000",), topic="wet", scope=Scope.ENTRY, who="ann")
    await engine.edit(pin)
    assert engine.unsettled.is_set()
    await engine.settle()
    (after,) = await store.tastes()
    assert len(after.examples) == len(before.examples) + 1
    assert await members(store, "asked") == await members(store, "wet")
    assert not engine.unsettled.is_set()
