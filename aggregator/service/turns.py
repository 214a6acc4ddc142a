"""Requests that are no polls: under one pace key one after another, with the pause that its hosts want."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from aggregator.model.fetching import FetchOutcome, FetchRequest
from aggregator.pipeline.ports import Clock, Fetcher

FORGET_AFTER = 60.0
"""Seconds after which the pace of a key at rest is forgotten."""
KEPT = 256

Pace = Callable[[str], tuple[str, timedelta]]
"""From an address to its pace key and spacing."""


class PacedFetcher:
    """The port ``Fetcher`` for whoever does not poll.

    The fetcher below keeps all requests to one host apart, those of polls included; this one gives them their
    spacing, and keeps those of a group of hosts apart, too.
    """

    def __init__(self, fetcher: Fetcher, clock: Clock, pace: Pace) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._pace = pace
        self._locks: dict[str, asyncio.Lock] = {}
        self._ready_at: dict[str, float] = {}

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do."""
        key, spacing = self._pace(request.url)
        async with self._turn(key, spacing):
            return await self._fetcher.fetch(replace(request, spacing=spacing))

    @asynccontextmanager
    async def _turn(self, key: str, spacing: timedelta) -> AsyncIterator[None]:
        async with self._locks.setdefault(key, asyncio.Lock()):
            wait = self._ready_at.get(key, 0.0) - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(wait)
            try:
                yield
            finally:
                self._ready_at[key] = self._clock.monotonic() + spacing.total_seconds()
        self._forget()

    def _forget(self) -> None:
        """Let go of keys at rest; one that was used last minute stays, for another request may be about to take it."""
        if len(self._ready_at) > KEPT:
            limit = self._clock.monotonic() - FORGET_AFTER
            self._ready_at = {name: at for name, at in self._ready_at.items() if at > limit}
            self._locks = {name: lock for name, lock in self._locks.items() if lock.locked() or name in self._ready_at}
