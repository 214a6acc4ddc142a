"""What the web may look at inside the store."""

from __future__ import annotations

from typing import Protocol

from aggregator.model.looking import Activity
from aggregator.model.metering import Counts
from aggregator.model.searching import Asked, Found
from aggregator.model.status import EntryView, Status, StoryView
from aggregator.model.topic import Access
from aggregator.pipeline.ports import Clock, Store
from aggregator.pipeline.search import search
from aggregator.service.engine import Engine
from aggregator.topics import senses_of


class Inside(Protocol):
    """What visitors are shown; a failing store raises ``StoreError``."""

    async def status(self) -> Status:
        """Tell the state of every source and topic."""
        ...

    def counts(self) -> Counts:
        """Tell what was counted since the process began."""
        ...

    async def search(self, text: str, before: str) -> Found:
        """Find entries that anybody may see, what came last first, from behind the one that is named."""
        ...

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the entries that bear a short id, not yet reduced to what anybody may see."""
        ...

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show a story, not yet reduced to what anybody may see."""
        ...

    async def activity(self) -> Activity:
        """Tell what happened lately."""
        ...


class Insight:
    """Looks into the store, at the time of the clock; the status is that of the configuration in force."""

    def __init__(self, store: Store, clock: Clock, engine: Engine) -> None:
        self._store = store
        self._clock = clock
        self._engine = engine

    async def status(self) -> Status:
        """Tell the state of every source and topic."""
        return await self._engine.status()

    def counts(self) -> Counts:
        """Tell what was counted since the process began."""
        return self._engine.counts()

    async def search(self, text: str, before: str) -> Found:
        """Find entries that anybody may see, what came last first."""
        # What private topics learned from is nobody's business.
        senses = senses_of(topic for topic in self._engine.plan.topics if topic.access is Access.PUBLIC)
        asked = Asked(text=text, now=self._clock.now(), before=before, public=True, senses=senses)
        return await search(self._store, asked)

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the entries that bear a short id."""
        return await self._store.entry_views(wanted)

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show a story."""
        return await self._store.story_view(wanted)

    async def activity(self) -> Activity:
        """Tell what happened lately."""
        return await self._store.activity(self._clock.now())
