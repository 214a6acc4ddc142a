"""One runner per pace key: its sources one after another, spaced, never two at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from weakref import WeakValueDictionary

from aggregator.model.source import Claim
from aggregator.pipeline.ports import Clock
from aggregator.service.turns import Turns

SIBLINGS = 2
"""Hosts of one registrable domain that are asked at once: until it is known, a limit may be for all of them."""

Release = Callable[[Sequence[Claim]], Awaitable[None]]


class Runners:
    """Carries out claims: many pace keys at once, each one source at a time.

    Args:
        poll: Polls one claim; names the pace key or domain under which nothing more may be asked for now, or gives an
            empty string. Must not raise for anything that a server can do.
        limit: How many polls may be on the wire at once.
        clock: Its monotonic face measures the spacing.
        on_room: Called whenever a pace key is done and there is room for more claims.
        release: Takes back claims that are not asked after all.

    Attributes:
        turns: Shared with whoever else asks the same hosts.
    """

    def __init__(
        self,
        poll: Callable[[Claim], Awaitable[str]],
        *,
        limit: int,
        clock: Clock,
        on_room: Callable[[], None],
        release: Release,
    ) -> None:
        self._poll = poll
        self._limit = limit
        self._clock = clock
        self.turns = Turns(clock)
        self._on_room = on_room
        self._release = release
        self._families: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._wire = asyncio.Semaphore(limit)
        self._queues: defaultdict[str, deque[Claim]] = defaultdict(deque)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    @property
    def busy(self) -> frozenset[str]:
        """Pace keys that are being asked or wait for their turn."""
        return frozenset(self._tasks)

    @property
    def room(self) -> int:
        """How many more claims would keep the wire busy; more would only wait in memory."""
        return max(0, 4 * self._limit - sum(map(len, self._queues.values())) - len(self._tasks))

    def start(self, claims: Sequence[Claim]) -> None:
        """Queue claims behind what their pace keys already have."""
        for claim in claims:
            key = claim.pace_key
            self._queues[key].append(claim)
            self._keep_pause(claim)
            if key not in self._tasks:
                self._tasks[key] = asyncio.create_task(self._run(key), name=f"pace {key}")

    async def wait(self, keys: frozenset[str]) -> None:
        """Wait until none of these pace keys has anything left to do."""
        while tasks := [task for key, task in self._tasks.items() if key in keys]:
            await asyncio.wait(tasks)

    async def stop(self, grace: timedelta) -> None:
        """Start nothing more; give what is on the wire ``grace`` to end, then cancel it.

        What was claimed and not asked stays claimed: it is asked at its floor, never early.
        """
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks.values()), timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, key: str) -> None:
        queue = self._queues[key]
        try:
            while queue and await self.turns.take(key, given_up=lambda: self._stopping or not queue):
                halted = await self._ask(key, queue)
                if halted:
                    await self._halt(halted)
        finally:
            self._tasks.pop(key, None)
            self._queues.pop(key, None)
            self._on_room()

    async def _ask(self, key: str, queue: deque[Claim]) -> str:
        """Ask the next source of a key, whose turn it is; of one domain few hosts are asked at the same time."""
        siblings = self._families.setdefault(queue[0].family, asyncio.Semaphore(SIBLINGS))
        spacing: timedelta | None = None
        try:
            async with siblings, self._wire:
                if not queue:  # a sibling was refused meanwhile, and what waited here was given back
                    return ""
                claim = queue.popleft()
                spacing = claim.spacing
                return await self._poll(claim)
        finally:
            self.turns.give_back(key, spacing)

    async def _halt(self, halted: str) -> None:
        """Give back all that waits under a pace key or a domain."""
        given_back: list[Claim] = []
        for key, queue in self._queues.items():
            if queue and halted in {key, queue[0].family}:
                given_back.extend(queue)
                queue.clear()
        if given_back:
            await self._release(given_back)

    def _keep_pause(self, claim: Claim) -> None:
        """Keep the pause of a host that another process began, or this one before a restart."""
        turn = claim.turn
        if turn is None or turn.ready_at is None:
            return
        wait = min((turn.ready_at - self._clock.now()).total_seconds(), turn.spacing.total_seconds())
        self.turns.pause(turn.key, wait)
