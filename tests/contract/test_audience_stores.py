"""What every store remembers of those who read topics."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aggregator.model.audience import REMEMBERED, Audience, Sighting
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import bring, deciding, new

pytestmark = pytest.mark.anyio


def seen(topic: str, reader: str, subscribers: int = 1, at: datetime = NOON) -> Sighting:
    return Sighting(topic=topic, reader=reader, subscribers=subscribers, at=at)


async def test_a_reader_counts_once_a_topic_and_a_service_for_all_that_it_reads_for(store: Store):
    await store.note_readers([seen("sea", "192.0.2.1 newsboat"), seen("sea", "feedly", 40)], NOON)
    later = NOON + timedelta(hours=1)
    await store.note_readers([seen("sea", "192.0.2.1 newsboat", at=later), seen("sea", "feedly", 41, later)], later)
    assert (await store.audience(later)).topics == {"sea": 42}
    (topic,) = (await store.status([make_topic("sea")], later)).topics
    assert topic.subscribers == 42


async def test_who_has_not_come_for_long_is_forgotten(store: Store):
    await store.note_readers([seen("sea", "a"), seen("sea", "b")], NOON)
    back = NOON + REMEMBERED
    await store.note_readers([seen("sea", "b", at=back)], back)
    assert (await store.audience(back)).topics == {"sea": 2}
    await store.note_readers([], back + timedelta(seconds=1))
    assert (await store.audience(back)).topics == {"sea": 1}


async def test_nobody_has_read_anything(store: Store):
    assert await store.audience(NOON) == Audience()


async def test_a_source_is_read_by_those_who_read_topics_that_it_is_in_each_once(store: Store):
    await store.sync_sources([make_source("lwn"), make_source("bbc")], NOON)
    entry = make_entry("1", source="lwn")
    await bring(store, new(entry))
    await store.curate(9, deciding("sea", "ships"))
    await store.note_readers([seen("sea", "a"), seen("ships", "a"), seen("ships", "b", 3), seen("land", "c")], NOON)
    assert (await store.audience(NOON)).sources == {"lwn": 4}
    assert (await store.audience(NOON + timedelta(days=31))).sources == {}
