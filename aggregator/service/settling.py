"""Settling: what arrived is curated, and the topics that it touched are announced and put on the shelf."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from aggregator.errors import StoreError
from aggregator.model.editing import Act, Edited
from aggregator.model.edition import Edition, Rendition
from aggregator.model.topic import Access
from aggregator.pipeline.announce import announce, in_turn
from aggregator.pipeline.curate import BATCH, Desk, Rematching, When, begin_rematch, curate, curate_batch
from aggregator.pipeline.weigh import weigh
from aggregator.service.house import House, Plan, Shelf
from aggregator.topics import TopicSet

logger = logging.getLogger(__name__)

_BETWEEN_CURATING = timedelta(seconds=0.2)
"""So often what many polls bring is curated while they go on, at the most."""

_PATIENCE = 4
"""Curating rests so many times as long as it took while polls go on: it never has more than a fifth of the time."""

_LOOK_AGAIN = timedelta(seconds=1)
"""So often it is asked whether a topic has to be matched anew."""


class Settler:
    """Curates and announces, one step at a time.

    Args:
        house: The parts.
        plan: Gives the configuration in force.
        shelf: Where editions go.

    Attributes:
        unsettled: Set when something arrived.
    """

    def __init__(self, house: House, plan: Callable[[], Plan], shelf: Shelf) -> None:
        self._house = house
        self._plan = plan
        self._shelf = shelf
        self._topics: TopicSet = plan().compile()
        self._desk = Desk(plan().settings.stories)
        self._one_at_a_time = asyncio.Lock()
        self._touched: set[str] = set()
        self._rematching: Rematching | None = None
        self._filling: frozenset[str] = frozenset()
        self._painter = ThreadPoolExecutor(1, thread_name_prefix="render")
        self.unsettled = asyncio.Event()

    async def change(self, adopt: Callable[[], Awaitable[None]]) -> None:
        """Follow another configuration: curate what waits, show all, and begin to match anew what changed.

        All of a small store is matched with this; the rest of a large one is for ``keep_matched`` or ``rematch_all``.

        Args:
            adopt: Brings it into force; nothing is curated meanwhile.
        """
        async with self._one_at_a_time:
            await adopt()
            plan = self._plan()
            self._topics = plan.compile()
            # What the desk of before remembers bears ids that may have changed.
            self._desk = Desk(plan.settings.stories)
            self._rematching = await begin_rematch(self._house.store, plan.topics, When(now=self._house.clock.now()))
            await curate(self._house.store, self._topics, self._desk)
            await self._rematching.step()
            await self._weigh()
            for document in self._house.documents(plan):
                self._shelf.put_document(document)
            await self._look_back(plan)
            await self._announce(topic.slug for topic in plan.topics)

    async def rematch_all(self) -> None:
        """Run topics whose rule changed over all that is kept."""
        while await self._rematch_some():
            pass

    async def keep_matched(self) -> None:
        """Run topics whose rule changed over what is kept, whenever there are some, for ever."""
        while True:
            started = self._house.clock.monotonic()
            try:
                more = await self._rematch_some()
            except StoreError as error:
                logger.error("matching anew: %s; it goes on where it was", error)  # noqa: TRY400 - the sentence says it
                more = False
            took = self._house.clock.monotonic() - started
            # What arrives is curated in between, and others get half of the time.
            await asyncio.sleep(took if more else _LOOK_AGAIN.total_seconds())

    async def _rematch_some(self) -> bool:
        """Do some more of it; say whether there is more to do."""
        async with self._one_at_a_time:
            running = self._rematching
            if running is None or running.done:
                return False
            more = await running.step()
            if not more:
                self._filling = frozenset()
                await self._announce(running.stale)
            return more

    async def settle(self) -> None:
        """Curate all that has arrived, and announce the topics that it touched."""
        await self._curate()
        async with self._one_at_a_time:
            touched = frozenset(self._touched)
            await self._announce(touched)
            self._touched -= touched

    async def bring_up(self) -> None:
        """Announce topics for which time alone may have changed something: digests, budgets, quiet hours, marks."""
        async with self._one_at_a_time:
            await self._announce(await self._house.store.due_topics(self._house.clock.now()))

    async def edit(self, act: Act) -> Edited:
        """Carry out what an editor wants, and announce the topics that it touched."""
        async with self._one_at_a_time:
            edited = await self._house.store.edit(act, self._house.clock.now())
            if edited.act.scope is None:
                self._desk.clear()  # what it remembers of open stories is no longer so
            await self._announce(edited.topics | await self._weigh())
            return edited

    async def write_letters(self, slugs: Iterable[str]) -> None:
        """Announce these topics, with the letters whose time has come."""
        async with self._one_at_a_time:
            await self._announce(slugs, letters=True)

    async def curate_until(self, over: asyncio.Event, arrived: Callable[[], int]) -> None:
        """Curate what polls bring while they go on, a whole batch at a time; the rest, and announcing, is for `settle`.

        Polls do not wait for thinking: hosts are kept waiting by the one, nobody by the other.

        Args:
            over: Set when the last poll is stored.
            arrived: Says how many entries have come since this began.
        """
        clock, rest, begun = self._house.clock, 0.0, 0
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), max(rest, _BETWEEN_CURATING.total_seconds()))
            if arrived() - begun >= BATCH and not over.is_set():
                started = clock.monotonic()
                begun += BATCH
                try:
                    await self._curate_some()
                except StoreError:
                    self.unsettled.set()  # whoever settles in the end tries again, and says what is wrong
                    return
                rest = _PATIENCE * (clock.monotonic() - started)

    async def paint(self, edition: Edition) -> tuple[Rendition, ...]:
        """Render an edition; feedgen sets the locale of the process for every date, so all happens in one thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._painter, self._house.render, edition, self._plan().site)

    async def look_at_time(self) -> None:
        """Set ``unsettled`` when a story is due to be weighed, because of its age or that of its entries."""
        if self._topics.restless:
            due = await self._house.store.next_weighing_at()
            if due is not None and due <= self._house.clock.now():
                self.unsettled.set()

    def close(self) -> None:
        """Paint nothing more."""
        self._painter.shutdown(wait=False, cancel_futures=True)

    async def _curate(self) -> None:
        async with self._one_at_a_time:
            self.unsettled.clear()
            self._touched |= await curate(self._house.store, self._topics, self._desk)
            self._touched |= await self._weigh()

    async def _weigh(self) -> frozenset[str]:
        return await weigh(self._house.store, self._topics, self._house.clock.now())

    async def _look_back(self, plan: Plan) -> None:
        """Find out which topics were once announced and are no more, and which new ones cannot be shown yet.

        What is announced later stands above what was before, so a new topic is announced once it is whole.
        """
        records = await self._house.store.topic_records()
        self._filling = frozenset(one.slug for one in records if one.filling)
        # That there is, or was, a private topic is nobody's business.
        public = [topic for topic in plan.topics if topic.access is Access.PUBLIC]
        aliases = {alias: topic.slug for topic in public for alias in topic.aliases}
        gone = (one.slug for one in records if one.retired and not one.private and one.mode is not None)
        self._shelf.forward(aliases, frozenset(gone))

    async def _curate_some(self) -> None:
        async with self._one_at_a_time:
            self.unsettled.clear()
            result = await curate_batch(self._house.store, self._topics, self._desk)
            self._touched |= result.topics
            if result.arrivals:
                self.unsettled.set()

    async def _announce(self, slugs: Iterable[str], *, letters: bool = False) -> None:
        plan = self._plan()
        for topic in in_turn(plan.topics, frozenset(slugs)):
            if topic.slug in self._filling:
                continue
            edition = await announce(self._house.store, topic, plan.site, self._house.clock, letters=letters)
            try:
                renditions = await self.paint(edition)
            except Exception:
                # A bug; entries that cannot be written are left out before it comes to this.
                logger.exception("topic %s cannot be rendered; what was served before goes on", topic.slug)
                continue
            self._shelf.put(edition, renditions)
