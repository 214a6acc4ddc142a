"""Explanations of sources and entries, from what a store knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from aggregator.model.overrides import NO_OVERRIDES, Identity, Overrides
from aggregator.model.source import Every as HowOften, Source
from aggregator.model.status import EntryFilter
from aggregator.model.story import StoryPolicy
from aggregator.pages.json_shapes import explanation_json
from aggregator.pipeline.curate import Desk, curate
from aggregator.pipeline.explain import explain_entry, explain_source
from aggregator.pipeline.poll import PollParts, poll
from aggregator.topics import TopicSet
from tests.builders import NOON, make_topic
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher
from tests.fakes.reader import FakeReader
from tests.fakes.store import FakeStore
from tests.web.gates import Every
from tests.web.newsrooms import GatedWeb, newsrooms

DOCUMENT = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title><link>https://h.example/</link>
<description>d</description><item><title>Ferry reopens</title><guid isPermaLink="false">f1</guid>
<link>https://h.example/1?utm_source=x</link><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
TOPICS = (make_topic("ships", match="ferry"), make_topic("planes", match="aeroplane"))


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def parts(store, fetcher, clock) -> PollParts:
    return PollParts(store=store, fetcher=fetcher, reader=FakeReader(), clock=clock, user_agent="aggregator/test")


async def poll_due(store, fetcher, clock) -> None:
    for claim in await store.claim_due(clock.now(), 10):
        polled = await poll(claim, parts(store, fetcher, clock))
        clock.turn(timedelta(seconds=1))
        if polled.halted:
            return


async def harbour(store, clock, url="https://h.example/feed?token=s3cret&page=1") -> FakeFetcher:
    fetcher = FakeFetcher()
    fetcher.serve(url, DOCUMENT, last_modified="Mon, 23 Nov 2026 10:00:00 GMT")
    source = Source(id="harbour", id_given=True, url=url, pace_key="h.example", every=HowOften())
    await store.sync_sources([source], clock.now())
    await poll_due(store, fetcher, clock)
    return fetcher


def records(explanation, stage: str) -> list[tuple[str, str, str]]:
    return [(one.verdict, one.rule, one.evidence) for one in explanation.records if one.stage == stage]


@pytest.mark.anyio
async def test_a_source_tells_its_pace_its_validators_its_rhythm_and_its_polls(store):
    clock = FakeClock()
    fetcher = await harbour(store, clock)
    clock.turn(timedelta(hours=30))
    await poll_due(store, fetcher, clock)
    told = await explain_source(store, "harbour", clock.now())
    assert (told.kind, told.id, told.title, told.state) == ("source", "harbour", "Harbour", "ok")
    assert told.url == "https://h.example/feed?token=…&page=1"
    assert records(told, "settings") == [("1 h to 1 d", "every", "follows what comes")]
    assert records(told, "pace") == [
        ("h.example", "host", "the host by itself; 0 other sources; one request at a time, 1 s apart")
    ]
    (request,) = records(told, "request")
    assert request == ("conditional", "validators", 'ETag "1", Last-Modified Mon, 23 Nov 2026 10:00:00 GMT')
    second, first = records(told, "poll")
    assert first[:2] == ("new", "200")
    assert "sent no condition: no document was read before" in first[2]
    assert "1 new" in first[2]
    assert second[:2] == ("not_modified", "304")
    assert 'sent If-None-Match: "1"; If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT' in second[2]
    (schedule,) = records(told, "schedule")
    assert schedule[0].startswith("next poll at 2026-11-25T")
    assert schedule[2] in second[2]


@pytest.mark.anyio
async def test_a_limit_is_told_with_what_showed_it_and_what_it_holds(store):
    clock = FakeClock()
    rooms = newsrooms(["one.example"] * 4, start=NOON, days=1, rates=(1, 4), seed=1)
    fetcher = GatedWeb(rooms, (Every(timedelta(minutes=1)),), clock.now)
    sources = [
        Source(id=f"s{number}", id_given=True, url=room.url, pace_key=room.host) for number, room in enumerate(rooms)
    ]
    await store.sync_sources(sources, clock.now())
    await poll_due(store, fetcher, clock)
    told = await explain_source(store, "s1", clock.now())
    learned, *_ = records(told, "limit")
    assert learned[:2] == ("one request every 1 min", "learned")
    assert "shorter pause is tried once it has stood for 1 d" in learned[2]
    (finding,) = records(told, "evidence")
    assert finding[:2] == ("host", "refused")
    assert "held 59 s" in finding[2]
    assert {rule for _, rule, _ in records(told, "hold")} == {"source", "pace"}
    assert "3 other sources; one request at a time, 1 min apart" in records(told, "pace")[0][2]


SEEN = ("ferries reopen", "cranes fall", "anchors lost", "sailors paid", "buoys adrift", "divers found")


def port(poll_number: int, words: Sequence[str] = SEEN) -> bytes:
    """Write a document with guids that are random, and the name of the paper behind every headline."""
    items = "".join(
        f"<item><title>{word.title()} | Harbour Times</title><link>https://h.example/{word[:4]}</link>"
        f'<guid isPermaLink="false">{poll_number}-{word}</guid>'
        f"<pubDate>{20 + place % 5} Nov 2026 10:00:0{place} GMT</pubDate></item>"
        for place, word in enumerate(words)
    )
    return f'<rss version="2.0"><channel><title>Harbour</title>{items}</channel></rss>'.encode()


async def learned(store, documents, overrides=NO_OVERRIDES):
    clock, fetcher = FakeClock(), FakeFetcher()
    url = "https://h.example/feed"
    source = Source(id="harbour", id_given=True, url=url, pace_key="h.example", every=HowOften(), overrides=overrides)
    await store.sync_sources([source], clock.now())
    for document in documents:
        fetcher.serve(url, document, etag=None)
        await poll_due(store, fetcher, clock)
        clock.turn(timedelta(days=1, hours=1))
    return await explain_source(store, "harbour", clock.now())


@pytest.mark.anyio
async def test_what_was_learned_of_a_source_is_told_with_its_evidence(store):
    told = await learned(store, [port(number) for number in range(2)])
    quirks = {verdict: (rule, evidence) for verdict, rule, evidence in records(told, "quirk")}
    assert quirks.keys() == {"random-guids", "title-affix ' | Harbour Times'"}
    rule, evidence = quirks["random-guids"]
    assert (rule, evidence[:49]) == ("seen once", "6 of 6 known entries came under other guids; firs")
    rule, evidence = quirks["title-affix ' | Harbour Times'"]
    assert (rule, evidence.partition(";")[0]) == ("believed", "on 6 of 6 headlines")
    assert records(told, "identity")[0] == ("guid, link, title and day", "auto", "all keys are believed")


@pytest.mark.anyio
async def test_a_quirk_that_is_seen_again_is_believed_and_weakens_keys(store):
    told = await learned(store, [port(number) for number in range(3)])
    (random,) = [one for one in records(told, "quirk") if one[0] == "random-guids"]
    assert random[1:] == (
        "believed",
        "6 of 6 known entries came under other guids; first 2026-11-24T13:00:01Z, last 2026-11-25T14:00:02Z",
    )
    assert records(told, "identity")[0][2] == "weaker for: random-guids"


@pytest.mark.anyio
async def test_what_is_held_and_what_is_set_by_hand_is_told(store):
    strange = ("lamp posts", "gull nests", "tar barrels", "net menders", "old ropes", "chart rooms")
    told = await learned(store, [port(0), port(0), port(0, strange)], Overrides(identity=Identity.LINK))
    assert records(told, "identity") == [
        ("link", "settings", "set by hand"),
        ("updates: silent", "settings", "what readers see of edits"),
    ]
    assert records(told, "hold") == [("6 entries", "flood", "announced by 2026-11-26T14:00:02Z at the latest")]


@pytest.mark.anyio
async def test_who_is_not_known_is_not_explained(store):
    assert await explain_source(store, "nobody", NOON) is None
    assert await explain_entry(store, TOPICS, "nothing", None, NOON) == ()


@pytest.mark.anyio
@pytest.mark.parametrize("by", ["id", "address"])
async def test_an_entry_is_explained_by_its_id_or_its_address_step_by_step(store, by):
    clock = FakeClock()
    await harbour(store, clock)
    await curate(store, TopicSet.compile(TOPICS), Desk(StoryPolicy()))
    wanted = "https://www.h.example/1/" if by == "address" else await short_id(store)
    (told,) = await explain_entry(store, TOPICS, wanted, None, NOON)
    assert (told.kind, told.title) == ("entry", "Ferry reopens")
    assert [one.stage for one in told.records] == ["date", "identity", "story", "topic"]
    assert told.records[-1].verdict == "entered ships"
    assert explanation_json(told)["records"][0].keys() == {"stage", "verdict", "rule", "evidence"}


async def short_id(store) -> str:
    ((stored, _),) = await store.entries(EntryFilter(), NOON)
    return stored.entry.key.short


@pytest.mark.anyio
async def test_it_says_why_an_entry_is_not_in_a_topic(store):
    clock = FakeClock()
    await harbour(store, clock)
    await curate(store, TopicSet.compile(TOPICS), Desk(StoryPolicy()))
    (told,) = await explain_entry(store, TOPICS, await short_id(store), "planes", NOON)
    assert told.records[-1].verdict == "not entered planes"
    assert "aeroplane" in told.records[-1].evidence
