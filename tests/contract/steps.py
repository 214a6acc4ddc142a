"""What befalls a store: polls, and what is seen of them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.entry import CandidateKey, Entry, EntryKey
from aggregator.model.reason import Reason
from aggregator.model.source import SourceState
from aggregator.model.status import EntryFilter
from aggregator.model.story import CurateBatch, Curated, Deciding, Placement
from aggregator.model.topic import Match
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, New, PollRecord, Unchanged, Verdict
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry

REASON = Reason("identity", "new", "unknown")
FOUNDED = Reason("story", "founded", "alone")
MATCHED = Reason("topic", "entered", "match", "a word")
LONG = timedelta(days=100)


async def write(store: Store, state: SourceState, *, source_id: str = "lwn", **changes: Any) -> None:
    """Claim a source and leave it in this state."""
    (claim,) = await store.claim([source_id], NOON - timedelta(days=1))
    poll = PollRecord(at=NOON, outcome="new", came='200; etag: "1"', sent="If-None-Match: x")
    values = {"state": replace(state, source_id=source_id), "poll": poll} | changes
    ask = Ask(source_id=source_id, version=claim.state.version)
    committed = await store.transact(ask, lambda _known: ChangeSet(**values))
    assert not committed.fenced


async def read(store: Store, source_id: str = "lwn") -> SourceState:
    """Read the state of a source."""
    status = await store.status((), NOON)
    return next(one.state for one in status.sources if one.source.id == source_id)


def new(*entries: Entry) -> tuple[New, ...]:
    return tuple(New(entry=entry, reason=REASON) for entry in entries)


async def bring(
    store: Store, verdicts: Sequence[Verdict], *, at: datetime = NOON, source_id: str = "lwn", **changes: Any
) -> tuple[Committed, Known]:
    """Claim a source and let a poll bring a document of these entries; say what the store knew of them before."""
    (claim,) = await store.claim([source_id], at)
    seen: list[Known] = []

    def decide(known: Known) -> ChangeSet:
        seen.append(known)
        state = replace(known.state, documents=known.state.documents + 1, last_ok_at=at)
        return ChangeSet(state=state, poll=PollRecord(at=at, outcome="new"), verdicts=tuple(verdicts), **changes)

    keys = [key for verdict in verdicts for key in _keys(verdict)]
    ask = Ask(source_id=source_id, version=claim.state.version, digests=tuple(key.digest for key in keys))
    committed = await store.transact(ask, decide)
    return committed, seen[0]


def _keys(verdict: Verdict) -> tuple[CandidateKey, ...]:
    if isinstance(verdict, Unchanged):
        return make_entry(verdict.key.guid, source=verdict.key.source).keys
    return verdict.entry.keys


async def guids(store: Store, **wanted: Any) -> list[str]:
    """List the entries that are kept, newest first."""
    found = await store.entries(EntryFilter(**wanted), NOON)
    return [stored.entry.key.guid for stored, _ in found]


async def answered(store: Store, source_id: str, at: datetime, *, length: int = 0) -> None:
    """Let a poll find that nothing has changed."""
    (claim,) = await store.claim([source_id], at)

    def decide(known: Known) -> ChangeSet:
        poll = PollRecord(at=at, outcome="not_modified", status=304, bytes=length)
        return ChangeSet(state=replace(known.state, last_ok_at=at), poll=poll)

    await store.transact(Ask(source_id=source_id, version=claim.state.version), decide)


async def vanished(store: Store) -> set[str]:
    """Say which entries their documents hold no more: those that go first when they are old. They go."""
    before = set(await guids(store))
    await store.curate(1_000, deciding())
    for one in (await store.status((), NOON)).sources:
        await answered(store, one.source.id, NOON + LONG)
    await store.prune(NOON + LONG, vanished_for=LONG / 2)
    return before - set(await guids(store))


def deciding(
    *topics: str,
    seen: list[CurateBatch] | None = None,
    fail: Exception | None = None,
    story: EntryKey | None = None,
) -> Deciding:
    """Decide that each arrival founds a story of its own, or joins the one named, and is in these topics."""

    def decide(batch: CurateBatch) -> Curated:
        if seen is not None:
            seen.append(batch)
        if fail is not None:
            raise fail
        keys = tuple(arrival.stored.entry.key for arrival in batch.arrivals)
        fresh = [arrival.stored.entry.key for arrival in batch.arrivals if arrival.stored.story is None]
        return Curated(
            placements=tuple(Placement(key=key, story=story or key, reason=FOUNDED) for key in fresh),
            judged=keys,
            matches=tuple(Match(topic=topic, key=key, reason=MATCHED) for topic in topics for key in keys),
        )

    return Deciding(trace=lambda _arrivals: (), decide=decide)
