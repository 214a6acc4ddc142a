"""The real pipeline over documents that were really published, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aggregator.model.edition import EditionEntry
from aggregator.model.entry import StoredEntry
from aggregator.model.habits import IDENTITY, IdentityPolicy
from aggregator.model.status import EntryFilter
from aggregator.model.topic import Topic, TopicMode
from aggregator.pipeline.curate import Desk, curate, rematch
from aggregator.pipeline.poll import PollParts, poll
from aggregator.publish import compose
from aggregator.store.sqlite import SqliteStore
from aggregator.topics import TopicSet
from tests.builders import make_source
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.simulate.world import APART, SITE, Here

_URL = "https://replay.example/feed.xml"
_TOPIC = Topic(slug="all", title="All", mode=TopicMode.ENTRIES, limit=5_000)


@dataclass(slots=True)
class Replayed:
    """What came of a timeline.

    Attributes:
        announced: Every item that a subscriber by id was shown, as it was first.
        again: Items that a subscriber by id and updated was shown once more.
        stored: What is kept at the end.
    """

    announced: dict[str, EditionEntry] = field(default_factory=dict)
    again: int = 0
    stored: tuple[StoredEntry, ...] = ()


async def replay(
    folder: Path, documents: Sequence[tuple[datetime, bytes]], policy: IdentityPolicy = IDENTITY
) -> Replayed:
    """Poll documents at their times, with the whole first one as news, and once more when nothing can wait any more."""
    clock, fetcher = FakeClock(documents[0][0]), FakeFetcher()
    store = SqliteStore.open(folder / "replay.db", site_authority="t.example")
    parts = PollParts(
        store=store, fetcher=fetcher, reader=Here(), clock=clock, user_agent="simulation", identity=policy
    )
    await store.sync_sources([make_source(url=_URL, backfill=5_000)], clock.now())
    await rematch(store, [_TOPIC])
    desk, result, seen = Desk(APART), Replayed(), set[tuple[str, datetime]]()
    last = documents[-1]
    for at, body in (*documents, (last[0] + timedelta(days=2), last[1])):
        clock.step(at - clock.now())
        fetcher.script(_URL, fetched(_URL, body))
        for claim in await store.claim(["lwn"], clock.now()):
            await poll(claim, parts)
        await curate(store, TopicSet.compile([_TOPIC]), desk)
        edition = await store.announce(_TOPIC, clock.now(), partial(compose, now=clock.now(), site=SITE))
        for entry in edition.entries:
            result.again += entry.id in result.announced and (entry.id, entry.updated_at) not in seen
            result.announced.setdefault(entry.id, entry)
            seen.add((entry.id, entry.updated_at))
    result.stored = tuple(stored for stored, _ in await store.entries(EntryFilter(), clock.now()))
    await store.close()
    return result
