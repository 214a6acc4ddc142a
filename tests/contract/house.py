"""A store with four sources, and the steps of the service on it: what arrives is curated and announced for real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.entry import Entry
from aggregator.model.status import EntryFilter
from aggregator.model.story import StoryPolicy
from aggregator.model.topic import Topic
from aggregator.pipeline.curate import Desk, curate, rematch
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from aggregator.topics import TopicSet
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import bring, new

SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
POLICY = StoryPolicy(headline_window=timedelta())
OUTLETS = ("ap", "bbc", "cnn", "dpa")
AGROUND, LIFTED = "Ferry aground off Malta coast", "Rescue helicopters lift passengers"
BOTH = f"{AGROUND}: {LIFTED}"
TEXT = "Two tugs freed the ferry this morning after a night on the rocks; all of its 212 passengers are safe and well."


class House:
    """Everything of one topic set, with a desk that a test may exchange."""

    def __init__(self, store: Store, topics: Sequence[Topic]) -> None:
        self.store = store
        self.topics = topics
        self.desk = Desk(POLICY)
        self.number = 0

    async def start(self) -> None:
        await self.store.sync_sources([make_source(outlet) for outlet in OUTLETS], NOON)
        await rematch(self.store, self.topics)

    async def rematch_anew(self) -> None:
        """Find the matches of every topic anew, as if all rules had changed."""
        for topics in ([replace(topic, context="other") for topic in self.topics], self.topics):
            await rematch(self.store, topics)

    async def arrive(
        self, outlet: str, title: str, hours: float = 0.0, *, backfilled: bool = False, **changes: Any
    ) -> Entry:
        """Bring one entry by a poll."""
        self.number += 1
        at = NOON + timedelta(hours=hours)
        values = {"summary": "", "content_html": "", "language": "en", "published_at": at, "updated_at": at}
        entry = make_entry(f"{self.number}", source=outlet, title=title, **(values | changes))
        verdicts = [replace(one, backfilled=backfilled) for one in new(entry)]
        await bring(self.store, verdicts, at=at, source_id=outlet)
        return entry

    async def curate(self) -> frozenset[str]:
        return await curate(self.store, TopicSet.compile(self.topics), self.desk)

    async def announce(self, topic: Topic, hours: float = 0.0) -> Edition:
        now = NOON + timedelta(hours=hours)
        return await self.store.announce(topic, now, lambda view: compose(view, now, SITE))

    async def stories(self) -> dict[str, str]:
        """Map the title of each entry to the guid of its story's founder."""
        found = await self.store.entries(EntryFilter(), NOON)
        return {stored.entry.title: stored.story.guid for stored, _ in found if stored.story}


async def settled(store: Store, *topics: Topic) -> House:
    """Open a house on a store that is empty."""
    house = House(store, topics)
    await house.start()
    return house
