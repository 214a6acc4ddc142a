"""Weigh: decide about topics that depend on the story of an entry, or on time, whenever these may have changed."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from aggregator.model.entry import EntryKey
from aggregator.model.story import CurateBatch, Curated
from aggregator.model.topic import Match
from aggregator.pipeline.ports import WeighStore
from aggregator.topics import TopicSet

BATCH = 100


async def weigh(store: WeighStore, topics: TopicSet, now: datetime) -> frozenset[str]:
    """Weigh every story that is due; name the topics whose members may have changed."""
    touched: frozenset[str] = frozenset()
    while topics.restless:
        result = await store.weigh(now, BATCH, partial(weigh_batch, topics, now))
        touched |= result.topics
        if result.arrivals < BATCH:
            break
    return touched


def weigh_batch(topics: TopicSet, now: datetime | None, batch: CurateBatch) -> Curated:
    """Find the restless topics of entries, and when time alone may next change them.

    Args:
        topics: All that there are.
        now: At which time; when each entry was first seen, unless said.
        batch: With the stories of its arrivals.
    """
    stories = dict(batch.stories)
    matches: list[Match] = []
    due: dict[EntryKey, datetime] = {}
    for arrival in batch.arrivals:
        key, at = arrival.stored.story, now or arrival.stored.first_seen_at
        if key is None:
            continue
        matches += topics.weigh(arrival.stored, arrival.source, at, stories[key])
        change = topics.next_change(arrival.stored, at, stories[key])
        if change is not None:
            due[key] = min(change, due.get(key, change))
    return Curated(
        judged=tuple(arrival.stored.entry.key for arrival in batch.arrivals),
        matches=tuple(matches),
        restless=topics.restless,
        due=tuple(due.items()),
    )
