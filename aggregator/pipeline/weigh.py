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
        result = await store.weigh(now, BATCH, partial(_decide, topics, now))
        touched |= result.topics
        if result.arrivals < BATCH:
            break
    return touched


def _decide(topics: TopicSet, now: datetime, batch: CurateBatch) -> Curated:
    stories = dict(batch.stories)
    matches: list[Match] = []
    due: dict[EntryKey, datetime] = {}
    for arrival in batch.arrivals:
        key = arrival.stored.story
        if key is None:
            continue
        matches += topics.weigh(arrival.stored, arrival.source, now, stories[key])
        change = topics.next_change(arrival.stored, now, stories[key])
        if change is not None:
            due[key] = min(change, due.get(key, change))
    return Curated(
        judged=tuple(arrival.stored.entry.key for arrival in batch.arrivals),
        matches=tuple(matches),
        restless=topics.restless,
        due=tuple(due.items()),
    )
