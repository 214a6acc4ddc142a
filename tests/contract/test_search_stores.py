"""What every store does for searching: the index narrows down, judging decides, and nothing is missed on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.entry import Entry
from aggregator.model.searching import Asked, Found
from aggregator.model.verdict import Revised, Unchanged
from aggregator.pipeline.ports import Store
from aggregator.pipeline.search import index_some, search
from aggregator.topics import sought, words_of
from tests.builders import NOON, make_entry, make_source
from tests.contract.house import AGROUND, LIFTED, settled
from tests.contract.steps import REASON, bring, deciding, new

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ENTRIES = (
    make_entry("1", title="Drones over Baghdad", summary="", content_html="<p>The <b>Prime</b> Minister's visit</p>"),
    make_entry("2", title="A drone", categories=("World News",), language="en-GB", url="https://news.example.org/2"),
    make_entry("3", title="新東京都知事", summary="", content_html="", authors=("Jane Doe",)),
    make_entry("4", title="Prime drone, minister", summary="C++ and .NET", content_html="", url=None),
)
WAYS = ("not at all", "in part", "whole")


@pytest.fixture(params=WAYS)
async def store(store: Store, request: pytest.FixtureRequest) -> Store:
    """Let four entries have arrived, and be in the index or not."""
    await store.sync_sources([make_source(tags=("x",)), make_source("other")], NOON)
    await bring(store, new(*ENTRIES[:2]))
    await bring(store, new(*ENTRIES[2:]), at=NOON + DAY)
    if request.param != "not at all":
        limit = 2 if request.param == "in part" else 99
        assert await store.index_words(limit, words_of) == min(limit, 4)
    return store


async def found(store: Store, text: str, **changes: object) -> str:
    result = await search(store, replace(Asked(text=text, now=NOON + 2 * DAY), **changes))
    return "".join(hit.stored.entry.key.guid for hit in result.hits)


@pytest.mark.parametrize(
    ("text", "guids"),
    [
        ("drone", "42"),
        ("drone*", "421"),
        ("-drone baghdad", "1"),
        ("drone -prime", "2"),
        ('"prime minister"', "1"),
        ('"minister prime"~2', "41"),
        ('"prime min*"', "1"),
        ("title:prime", "4"),
        ("text:c++ OR text:c", "4"),
        (".net", "4"),
        ("summary:(c .net)", "4"),
        ("東京", "3"),
        ("都知事", "3"),
        ("京東", ""),
        ("知", "3"),
        ('author:"jane doe"', "3"),
        ('category:"world news"', "2"),
        ("world", "2"),
        ("lang:en", "2"),
        ("lang:en-gb drone", "2"),
        ("lang:de", ""),
        ("domain:example.org", "2"),
        ("domain:lwn.example", "31"),
        ("url:example.org", "2"),
        ("/drone,? m/i", "4"),
        ("drone /Prime/", "4"),
        ("source:lwn drone", "42"),
        ("tag:x -drone", "31"),
        ("source:other", ""),
        ("baghdad -source:lwn", ""),
        ("(baghdad OR source:other) -tag:y", "1"),
        ("drone* words>=4", "1"),
        ("words<4 drone*", "42"),
        ("after:2026-11-23 weight>=1", "4321"),
        ("age<1d", ""),
        ("drone OR words<2", "423"),
    ],
)
async def test_a_search_finds_what_the_query_holds_for_the_last_first(store: Store, text: str, guids: str):
    assert sorted(await found(store, text)) == sorted(guids)
    assert list(await found(store, text)) == sorted(guids, reverse=True)


async def test_a_search_goes_on_where_it_ended(store: Store):
    pages: list[Found] = []
    before: str | None = ""
    while before is not None:
        page = await search(store, Asked(text="drone* OR /京/", now=NOON, limit=1, before=before))
        pages.append(page)
        before = page.before
    assert [hit.stored.entry.key.guid for page in pages for hit in page.hits] == ["4", "3", "2", "1"]


async def test_what_is_found_says_where(store: Store):
    (hit,) = (await search(store, Asked(text='"prime minister"', now=NOON))).hits
    assert hit.reason.evidence == 'text: "Prime Minister\'s"'
    assert dict(hit.reason.facts) == {"at": "text:0:4:20@1-16"}
    assert (hit.source.id, hit.story) == ("lwn", "")


async def test_an_edit_is_found_by_what_it_says_now(store: Store):
    edited = make_entry("2", title="A balloon", categories=("Science",))
    await bring(store, [Revised(entry=edited, revision=1, reason=REASON)], at=NOON + DAY)
    for _ in range(3):
        assert await found(store, "drone") == "4"
        assert await found(store, "balloon category:science") == "2"
        assert await found(store, 'category:"world news" OR lang:en') == ""
        await index_some(store)


async def test_what_was_pruned_is_gone(store: Store):
    await store.curate(9, deciding())
    for days in (199, 209):
        await bring(store, [Unchanged(key=ENTRIES[2].key)], at=NOON + days * DAY)
    assert (await store.prune(NOON + 210 * DAY)).entries == 3
    for _ in range(3):
        assert await found(store, "drone* OR 京 OR domain:example.org") == "3"
        assert (await search(store, Asked(text="drone", now=NOON))).hits == ()
        await index_some(store)
    assert (await search(store, Asked(text="drone", now=NOON))).looked_at == 0


async def test_once_indexed_only_what_has_the_words_is_judged(store: Store):
    while await index_some(store):
        pass
    assert await store.index_words(99, words_of) == 0
    result = await search(store, Asked(text="title:baghdad -sport", now=NOON))
    assert (result.looked_at, result.waiting, result.before) == (1, 0, None)
    result = await search(store, Asked(text="source:other drone", now=NOON))
    assert result.looked_at == 0


async def test_sources_with_credentials_stay_out_of_public_searches(store: Store):
    await store.sync_sources([make_source(headers=(("authorization", "x"),)), make_source("other")], NOON)
    assert await found(store, "drone") == "42"
    private = (await search(store, Asked(text="drone", now=NOON))).hits[0].source.private
    assert await found(store, "drone", public=True) == ("" if private else "42")


async def test_a_search_may_ask_for_the_story(store: Store):
    house = await settled(store)
    for outlet, title in (("ap", AGROUND), ("bbc", "Malta: ferry aground near coast"), ("cnn", LIFTED)):
        await house.arrive(outlet, title)
    await house.curate()
    for _ in range(2):
        hits = (await search(store, Asked(text="outlets>=2 aground", now=NOON))).hits
        assert [hit.source.id for hit in hits] == ["bbc", "ap"]
        assert len({hit.story for hit in hits}) == 1
        await index_some(store)


async def test_an_endless_search_ends_and_says_where_to_go_on(store: Store):
    many: list[Entry] = [make_entry(f"m{number}", title="Nothing", published_at=None) for number in range(1_200)]
    await bring(store, new(*many), at=NOON + DAY)
    first = await search(store, Asked(text="/Baghdad/", now=NOON))
    assert first.hits == ()
    assert first.before is not None
    assert 900 <= first.looked_at <= 1_100
    second = await search(store, Asked(text="/Baghdad/", now=NOON, before=first.before))
    assert [hit.stored.entry.key.guid for hit in second.hits] == ["1"]
    assert second.before is None


def test_what_is_sought_is_what_all_sources_may_hold():
    wanted = sought(Asked(text="drone", now=NOON))
    assert wanted.limit == 20
    assert not wanted.asks_for_story
