from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.errors import StoreError
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchRequest, NotModified
from aggregator.model.overrides import Identity, Overrides
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Reading, Unreadable
from aggregator.model.source import CLAIM_RESERVE, READING_VERSION, Claim, FeedProfile, SourceState, Validators
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, KnownDocument, New
from aggregator.pipeline.poll import PollParts, poll
from tests.builders import make_entry, make_source
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher
from tests.fakes.reader import FakeReader
from tests.fakes.store import FakeStore

URL = "https://lwn.example/feed.xml"
NEVER = SourceState(source_id="lwn", version=3)
ONCE = replace(NEVER, documents=1, read_by=READING_VERSION, body_digest="d1", validators=Validators(etag='"1"'))


class OneSourceStore:
    """Remembers the change set that a poll decided on."""

    def __init__(self, state: SourceState) -> None:
        self.state = state
        self.asked: Ask | None = None
        self.changes: ChangeSet | None = None

    async def known_document(self, source_id) -> KnownDocument:
        return KnownDocument()

    async def transact(self, ask, decide) -> Committed:
        self.asked = ask
        self.changes = decide(Known(state=self.state))
        return Committed(source_id=ask.source_id, poll=self.changes.poll)


class OneAnswer:
    def __init__(self, answer) -> None:
        self.answer = answer
        self.requests = []

    async def fetch(self, request):
        self.requests.append(request)
        return self.answer

    async def read(self, document):
        self.requests.append(document)
        return self.answer


def fetched(digest: str = "d2") -> Fetched:
    return Fetched(
        url=URL, status=200, headers=(), body=b"<rss/>", wire_bytes=6, digest=digest, validators=Validators(etag='"2"')
    )


READING = Reading(
    profile=FeedProfile(title="LWN"), hints=ScheduleHints(), entries=tuple(make_entry(str(n)) for n in range(8))
)


async def polled(state, outcome, reading=READING):
    store, reader = OneSourceStore(state), OneAnswer(reading)
    parts = PollParts(
        store=store, fetcher=OneAnswer(outcome), reader=reader, clock=FakeClock(), user_agent="aggregator/test"
    )
    result = await poll(Claim(make_source("lwn", url=URL), state), parts)
    return result, store, reader


@pytest.mark.anyio
async def test_entries_and_validators_travel_in_one_change_set_under_the_version_claimed():
    result, store, _ = await polled(NEVER, fetched())
    assert (store.asked.version, len(store.asked.digests)) == (3, 8)
    assert store.changes.state.validators == Validators(etag='"2"')
    assert [type(verdict) for verdict in store.changes.verdicts] == [New] * 8
    assert sum(verdict.backfilled for verdict in store.changes.verdicts) == 3
    assert (result.record.outcome, result.record.new) == ("new", 8)


@pytest.mark.anyio
async def test_how_a_source_is_read_travels_with_its_document():
    overrides = Overrides(identity=Identity.LINK)
    reader = OneAnswer(READING)
    parts = PollParts(
        store=OneSourceStore(NEVER), fetcher=OneAnswer(fetched()), reader=reader, clock=FakeClock(), user_agent="test"
    )
    await poll(Claim(make_source("lwn", url=URL, overrides=overrides, drop="title:x", language="de"), NEVER), parts)
    (document,) = reader.requests
    assert (document.overrides, document.drop, document.language) == (overrides, "title:x", "de")


@pytest.mark.anyio
async def test_what_a_source_dropped_is_told():
    result, _, _ = await polled(NEVER, fetched(), replace(READING, dropped=2))
    assert "2 entries left out by the source's drop" in result.record.detail


@pytest.mark.anyio
async def test_the_same_bytes_are_not_read_twice():
    result, store, reader = await polled(ONCE, fetched("d1"))
    assert not reader.requests
    assert result.record.outcome == "unchanged"
    assert store.changes.state.validators == Validators(etag='"2"')


@pytest.mark.anyio
async def test_a_304_reads_nothing_and_keeps_what_was():
    result, store, reader = await polled(ONCE, NotModified(url=URL))
    assert not reader.requests
    assert result.record.outcome == "not_modified"
    assert store.changes.state.validators == ONCE.validators


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "reading", "named"),
    [
        (FetchFailed(kind=Failure.TIMEOUT, detail="no answer", url=URL), READING, "timeout"),
        (fetched(), Unreadable(Failure.NOT_A_FEED, "this is a web page"), "not_a_feed"),
        (fetched(), Unreadable(Failure.PARSE_KILLED, "it took too long"), "parse_killed"),
    ],
)
async def test_a_failure_touches_neither_validators_nor_entries(outcome, reading, named):
    result, store, _ = await polled(ONCE, outcome, reading)
    assert result.record.outcome == named
    assert store.changes.state.validators == ONCE.validators
    assert store.changes.state.body_digest == "d1"
    assert store.changes.verdicts == ()
    assert store.changes.state.errors == 1


DOCUMENT = b"<rss version='2.0'><channel><title>L</title><item><title>A</title><guid>a</guid></item></channel></rss>"


@pytest.mark.anyio
async def test_a_commit_that_fails_keeps_neither_the_validators_nor_the_entries_of_an_answer():
    store, fetcher, clock = FakeStore(), FakeFetcher(), FakeClock()
    fetcher.serve(URL, DOCUMENT)
    parts = PollParts(store=store, fetcher=fetcher, reader=FakeReader(), clock=clock, user_agent="aggregator/test")
    await store.sync_sources([make_source("lwn", url=URL)], clock.now())
    (claim,) = await store.claim_due(clock.now(), 1)
    store.fail_commits()
    with pytest.raises(StoreError):
        await poll(claim, parts)
    assert await store.entries(EntryFilter(), clock.now()) == ()
    assert await store.claim_due(clock.now(), 1) == (), "the claim stands: the source is not asked before its time"
    clock.turn(claim.source.every.shortest + CLAIM_RESERVE)
    (again,) = await store.claim_due(clock.now(), 1)
    assert (await poll(again, parts)).record.new == 1
    assert [name for request in fetcher.requests for name, _ in request.headers if name.startswith("If-")] == []
    clock.turn(claim.source.every.longest)
    (last,) = await store.claim_due(clock.now(), 1)
    assert (await poll(last, parts)).record.outcome == "not_modified"


@pytest.mark.anyio
async def test_a_claim_that_waited_for_its_turn_is_renewed_before_the_source_is_asked():
    store, fetcher, clock = FakeStore(), FakeFetcher(), FakeClock()

    def answer(_request: FetchRequest) -> Fetched:
        store.fail_commits()
        return fetched()

    fetcher.script(URL, answer)
    parts = PollParts(store=store, fetcher=fetcher, reader=FakeReader(), clock=clock, user_agent="aggregator/test")
    await store.sync_sources([make_source("lwn", url=URL)], clock.now())
    (claim,) = await store.claim_due(clock.now(), 1)
    clock.turn(2 * CLAIM_RESERVE)
    with pytest.raises(StoreError):
        await poll(claim, parts)
    assert await store.next_due_at() == clock.now() + claim.source.every.shortest + CLAIM_RESERVE
