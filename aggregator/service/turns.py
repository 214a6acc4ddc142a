"""Turns at hosts: under one pace key one request after another, with a pause between them, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from aggregator.model.fetching import FetchOutcome, FetchRequest
from aggregator.pipeline.ports import Clock, Fetcher

FORGET_AFTER = 60.0
"""Seconds after which the pace of a key at rest is forgotten; longer than any sensible spacing is kept anyway."""

Pace = Callable[[str], tuple[str, timedelta]]
"""From an address to its pace key and spacing."""


class Turns:
    """Hands out turns; one process has one of these."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, asyncio.Lock] = {}
        self._ready_at: dict[str, float] = {}

    async def take(self, key: str, *, given_up: Callable[[], bool] = lambda: False) -> bool:
        """Wait until it is our turn and the host has had its pause; False when it was given up first."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        await lock.acquire()
        try:
            wait = self._wait(key)
            while wait > 0 and not given_up():
                await self._clock.sleep(min(wait, 0.5))
                wait = self._wait(key)
        except asyncio.CancelledError:
            lock.release()
            raise
        if given_up():
            lock.release()
            return False
        return True

    def pause(self, key: str, seconds: float) -> None:
        """Let no turn begin for so long, if it would otherwise begin sooner."""
        self._ready_at[key] = max(self._ready_at.get(key, 0.0), self._clock.monotonic() + seconds)

    def give_back(self, key: str, spacing: timedelta | None) -> None:
        """End a turn; the next may begin when the spacing has passed, or at once when nothing was asked (None)."""
        now = self._clock.monotonic()
        # Taken out first, so that the keys stand in the order in which they were last asked.
        before = self._ready_at.pop(key, now)
        self._ready_at[key] = before if spacing is None else now + spacing.total_seconds()
        self._locks[key].release()
        self._forget(now - FORGET_AFTER)

    def _forget(self, limit: float) -> None:
        while self._ready_at and self._ready_at[key := next(iter(self._ready_at))] < limit:
            del self._ready_at[key]
            if not self._locks[key].locked():
                del self._locks[key]

    def _wait(self, key: str) -> float:
        return self._ready_at.get(key, 0.0) - self._clock.monotonic()

    @asynccontextmanager
    async def turn(self, key: str, spacing: timedelta) -> AsyncIterator[None]:
        """Hold a turn."""
        await self.take(key)
        try:
            yield
        finally:
            self.give_back(key, spacing)


class PacedFetcher:
    """The port ``Fetcher`` for whoever does not poll: every request waits for its turn at its host."""

    def __init__(self, fetcher: Fetcher, turns: Turns, pace: Pace) -> None:
        self._fetcher = fetcher
        self._turns = turns
        self._pace = pace

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do."""
        async with self._turns.turn(*self._pace(request.url)):
            return await self._fetcher.fetch(request)
