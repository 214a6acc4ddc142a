"""Poll, curate, announce: the three steps kept going over one configuration, in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.errors import StoreError, StoreFull
from aggregator.model.audience import Audience
from aggregator.model.editing import Act, Edited
from aggregator.model.metering import Counts
from aggregator.model.source import Claim, Source
from aggregator.model.status import Status
from aggregator.pipeline.curate import with_context
from aggregator.pipeline.poll import PollParts, poll
from aggregator.schedule import host_of, sort_out, spread
from aggregator.service.chores import Chores
from aggregator.service.errands import Errands
from aggregator.service.house import House, Plan, Shelf
from aggregator.service.meter import Meter
from aggregator.service.rounds import Tally, log_poll
from aggregator.service.runners import Runners
from aggregator.service.schooling import School
from aggregator.service.settling import Settler
from aggregator.settings.pacing import pace_of

logger = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)
"""How long polling rests after the store refused to write."""


class Engine:
    """Keeps the three steps going. Start it, let it poll, stop it.

    Args:
        house: The parts.
        plan: The configuration; ``start`` and ``change`` bring it into force.
        shelf: Where editions go.

    Attributes:
        settler: Curates and announces.
        errands, chores: What is asked beside polls, at the pace in force, and what is done when there is time.
        audience: For how many each source is read; publishers are told.
    """

    def __init__(self, house: House, plan: Plan, shelf: Shelf) -> None:
        self._house = house
        self._plan = plan
        self._shelf = shelf
        self._by_id = {source.id: source for source in plan.sources}
        self.audience = Audience()
        self._school = School(house)
        self.settler = Settler(house, lambda: self._plan, shelf)
        self._parts = PollParts(
            store=house.store,
            fetcher=house.fetcher,
            reader=house.reader,
            clock=house.clock,
            user_agent=house.user_agent,
            pace_key=lambda url: self._pace(url)[0],
            readers=lambda source_id: self.audience.sources.get(source_id, 0),
        )
        self._runners = Runners(
            self._poll,
            limit=plan.settings.network.max_connections,
            clock=house.clock,
            on_room=self._room,
            release=self._give_back,
        )
        self._round = Tally()
        self._tallies = [self._round]
        self._meter = Meter(house.clock.now())
        self.errands = Errands(house, self._pace)
        self.chores = Chores(house, self.settler, self._runners)
        self._feeding = asyncio.Lock()
        self._refill = False
        self._freed = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._paused_until: datetime | None = None
        self.last_fed = house.clock.monotonic()

    @property
    def plan(self) -> Plan:
        """The configuration in force."""
        return self._plan

    async def start(self) -> None:
        """Bring sources and topics of the plan into force, match all that is kept, and put every topic on the shelf."""
        await self.change(self._plan)
        await self.settler.rematch_all()

    async def change(self, plan: Plan) -> None:
        """Bring another configuration into force, without a poll and without losing anything."""
        await self.settler.change(lambda: self._adopt(plan))

    async def _adopt(self, plan: Plan) -> None:
        sources = await self._house.store.sync_sources(plan.sources, self._house.clock.now())
        topics = with_context(await self._school.teach(plan), sources)
        gone = {topic.slug for topic in self._plan.topics} - {topic.slug for topic in topics}
        self._plan = replace(plan, sources=sources, topics=topics)
        self._by_id = {source.id: source for source in sources}
        for slug in sorted(gone):
            self._shelf.remove(slug)

    async def feed(self) -> None:
        """Claim what is due, as much as the runners have room for, and set them to work."""
        async with self._feeding:
            now = self._house.clock.now()
            room = self._runners.room
            if not room or (self._paused_until is not None and now < self._paused_until):
                return
            try:
                claims = await self._house.store.claim_due(now, room, busy=self._runners.busy)
            except StoreError as error:
                self._pause(error)
                return
            self._paused_until = None
            self.last_fed = self._house.clock.monotonic()
            self._refill = len(claims) >= room
            timely, put_off = sort_out(claims, now)
            self._runners.start(self._placed(timely))
            if put_off:
                await self._give_back(put_off)

    async def spread(self) -> None:
        """Spread the turns of sources that are due at once under one pace key: nothing bursts after a long pause."""
        later = await self._house.store.reschedule(self._house.clock.now(), spread)
        if later:
            logger.info("%d sources of hosts with many are polled over the next hour, not at once", later)

    async def poll_due(self) -> tuple[str, ...]:
        """Poll all that is due, to the end, and settle it; name the sources that failed."""
        async with self._polling() as tally:
            await self.feed()
            while self._runners.busy or self._refill:
                await self._runners.wait(self._runners.busy)
                await self.feed()
        await self.read_pages()
        await self.settle()
        return tuple(tally.failed)

    async def poll_named(self, source_ids: Iterable[str]) -> tuple[str, ...]:
        """Poll these sources now, due or not, to the end, and settle it; name those that failed."""
        failed = await self.poll_only(source_ids)
        await self.read_pages()
        await self.settle()
        return failed

    async def poll_only(self, source_ids: Iterable[str]) -> tuple[str, ...]:
        """Poll these sources now, due or not, until all that they brought is stored; name those that failed."""
        wanted = tuple(dict.fromkeys(source_ids))
        keys: set[str] = set()
        async with self._polling() as tally:
            while wanted:
                room = await self._roomy()
                claims = self._placed(await self._house.store.claim(wanted[:room], self._house.clock.now()))
                keys.update(claim.pace_key for claim in claims)
                self._runners.start(claims)
                wanted = wanted[room:]
            await self._runners.wait(frozenset(keys))
        return tuple(tally.failed)

    async def read_pages(self) -> None:
        """Read the pages that new entries link to, for the sources that want whole articles; a batch of them."""
        try:
            if await self.errands.read_pages(self._plan.sources):
                self.unsettled.set()
        except StoreError as error:
            self._pause(error)

    @property
    def unsettled(self) -> asyncio.Event:
        """Set when something has arrived that is not curated."""
        return self.settler.unsettled

    async def keep_matched(self) -> None:
        """Run topics whose rule changed over what is kept, whenever there are some, for ever."""
        await self.settler.keep_matched()

    async def settle(self) -> None:
        """Curate all that has arrived, and announce the topics that it touched."""
        await self.settler.settle()
        if await self._school.has_news(self._plan):
            await self.settler.change(lambda: self._adopt(self._plan))

    async def edit(self, act: Act) -> Edited:
        """Carry out what an editor wants, and announce the topics that it touched."""
        edited = await self.settler.edit(act)
        if self._school.is_taught_by(edited):
            self.unsettled.set()
        return edited

    async def keep_settled(self) -> None:
        """Settle whenever something arrived, for ever; a burst of arrivals is settled in few steps."""
        while True:
            await self.unsettled.wait()
            started = self._house.clock.monotonic()
            try:
                await self.settle()
            except StoreError as error:
                logger.error("curating: %s; it is repeated", error)  # noqa: TRY400 - the sentence says it
                self.unsettled.set()
                await asyncio.sleep(5)
            took = self._house.clock.monotonic() - started
            await asyncio.sleep(min(5.0, max(0.2, 2 * took)))

    async def status(self, *, polls: int = 1) -> Status:
        """Tell the state of every source and topic."""
        return await self._house.store.status(self._plan.topics, self._house.clock.now(), polls=polls)

    def counts(self) -> Counts:
        """Tell what polls brought since this process began."""
        return self._meter.counts(self._house.clock.monotonic() - self.last_fed)

    def end_round(self) -> None:
        """Say in one line what has been polled since the last time, if anything, and once all is quiet."""
        if len(self._round) and not self._runners.busy:
            logger.info("round: %s", self._round.summary())
            self._tallies.remove(self._round)
            self._round = Tally()
            self._tallies.append(self._round)

    def source_ids(self) -> tuple[str, ...]:
        """Name every source of the plan, in its order."""
        return tuple(source.id for source in self._plan.sources)

    def source(self, source_id: str) -> Source | None:
        """Find a source of the plan by its id."""
        return self._by_id.get(source_id)

    async def stop(self, grace: timedelta) -> None:
        """Start no more polls, give those on the wire ``grace`` to end, and settle what they brought."""
        await self._runners.stop(grace)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self.settler.close()

    @asynccontextmanager
    async def _polling(self) -> AsyncIterator[Tally]:
        """Count the polls that end meanwhile, and curate what they bring while others are under way."""
        tally, over = Tally(), asyncio.Event()
        self._tallies.append(tally)
        curating = asyncio.create_task(self.settler.curate_until(over, lambda: tally.arrived))
        try:
            yield tally
        finally:
            over.set()
            await curating
            self._tallies.remove(tally)

    async def _poll(self, claim: Claim) -> str:
        try:
            polled = await poll(claim, self._parts)
        except StoreError as error:
            self._pause(error)
            return ""
        except Exception:
            # A bug met by one source must not stop its neighbours; the claim keeps it from being asked early.
            logger.exception("poll %s: failed in a way that was not foreseen", claim.source.id)
            for tally in self._tallies:
                tally.failed.append(claim.source.id)
            return ""
        log_poll(polled)
        self._meter.add(polled)
        for tally in self._tallies:
            tally.add(polled)
        if polled.record.new or polled.record.revised or polled.released:
            self.unsettled.set()
        return polled.halted

    async def _give_back(self, claims: Sequence[Claim]) -> None:
        try:
            await self._house.store.give_back(claims)
        except StoreError as error:
            self._pause(error)  # they stay claimed: asked at their floor, never early

    def _pace(self, url: str) -> tuple[str, timedelta]:
        return pace_of(host_of(url), self._plan.settings.network)

    def _placed(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """Put sources that have moved under the pace key of the host where they are polled."""
        return tuple(map(self._place, claims))

    def _place(self, claim: Claim) -> Claim:
        if claim.state.moved_to is None:
            return claim
        pace_key, spacing = self._pace(claim.state.moved_to)
        turn = claim.turn and replace(claim.turn, spacing=max(claim.turn.spacing, spacing))
        return replace(claim, source=replace(claim.source, pace_key=pace_key, spacing=spacing), turn=turn)

    async def _roomy(self) -> int:
        """Wait until the runners can take many more claims; say how many."""
        while (room := self._runners.room) < self._plan.settings.network.max_connections:
            self._freed.clear()
            await self._freed.wait()
        return room

    def _room(self) -> None:
        self._freed.set()
        if self._refill:
            self._refill = False
            task = asyncio.create_task(self.feed(), name="feed")
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    def _pause(self, error: StoreError) -> None:
        now = self._house.clock.now()
        if self._paused_until is None or now >= self._paused_until:
            what = "the disk is full" if isinstance(error, StoreFull) else "the store failed"
            logger.error("polling rests for %d s: %s: %s; pages and feeds are still served", PAUSE.seconds, what, error)
        self._paused_until = now + PAUSE
        self._refill = False
