"""One runner per pace key: its sources one after another, spaced, never two at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from aggregator.model.source import Claim
from aggregator.pipeline.ports import Clock

FORGET_AFTER = 60.0
"""Seconds after which the pace of a key at rest is forgotten; longer than any sensible spacing is kept anyway."""


class Runners:
    """Carries out claims: many pace keys at once, each one source at a time.

    Args:
        poll: Polls one claim; must not raise for anything that a server can do.
        limit: How many polls may be on the wire at once.
        clock: Its monotonic face measures the spacing.
        on_room: Called whenever a pace key is done and there is room for more claims.
    """

    def __init__(
        self, poll: Callable[[Claim], Awaitable[None]], *, limit: int, clock: Clock, on_room: Callable[[], None]
    ) -> None:
        self._poll = poll
        self._limit = limit
        self._clock = clock
        self._on_room = on_room
        self._wire = asyncio.Semaphore(limit)
        self._queues: defaultdict[str, deque[Claim]] = defaultdict(deque)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ready_at: dict[str, float] = {}
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
            key = claim.source.pace_key
            self._queues[key].append(claim)
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
            while queue and await self._may_ask(key):
                claim = queue.popleft()
                async with self._wire:
                    await self._poll(claim)
                # Taken out first, so that the keys stand in the order in which they were last asked.
                self._ready_at.pop(key, None)
                self._ready_at[key] = self._clock.monotonic() + claim.source.spacing.total_seconds()
        finally:
            self._tasks.pop(key, None)
            self._queues.pop(key, None)
            self._forget()
            self._on_room()

    async def _may_ask(self, key: str) -> bool:
        """Wait until the host has had its pause; False when the process stops first."""
        wait = self._ready_at.get(key, 0.0) - self._clock.monotonic()
        while wait > 0 and not self._stopping:
            await asyncio.sleep(min(wait, 0.5))
            wait = self._ready_at.get(key, 0.0) - self._clock.monotonic()
        return not self._stopping

    def _forget(self) -> None:
        limit = self._clock.monotonic() - FORGET_AFTER
        while self._ready_at and self._ready_at[key := next(iter(self._ready_at))] < limit:
            del self._ready_at[key]
