"""A clock that the test turns."""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timedelta
from itertools import count

from tests.builders import NOON


class FakeClock:
    """Stands still until it is turned; whoever sleeps on it wakes when it is turned far enough."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), waiting))
        await waiting

    @property
    def sleepers(self) -> int:
        """How many sleep."""
        return sum(not waiting.done() for _, _, waiting in self._sleepers)

    @property
    def next_wake(self) -> timedelta | None:
        """For how long the first of them still sleeps; None when nobody does."""
        times = [at for at, _, waiting in self._sleepers if not waiting.done()]
        return timedelta(seconds=max(min(times) - self._monotonic, 0.0)) if times else None

    def turn(self, by: timedelta) -> None:
        """Let time pass, on both faces of the clock."""
        self._now += by
        self._monotonic += by.total_seconds()
        # Steps of a microsecond add up to less than they are.
        while self._sleepers and self._sleepers[0][0] <= self._monotonic + 1e-6:
            _, _, waiting = heapq.heappop(self._sleepers)
            if not waiting.done():
                waiting.set_result(None)

    def step(self, by: timedelta) -> None:
        """Set the wall clock without any time passing, as an administrator or a bad battery does."""
        self._now += by
