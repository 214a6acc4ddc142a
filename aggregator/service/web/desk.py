"""What the store tells visitors, asked of it no more often than needed, and remembered for when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aggregator.errors import StoreError

_log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
"""Visitors within so much time share one look into the store."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """What the desk can tell: the value, and whether the store failed since."""

    value: Value | None
    stale: bool = False


class Desk(Generic[Value]):
    """Answer with what the store says, or with the last good answer when it fails."""

    def __init__(self, ask: Callable[[], Awaitable[Value]], *, fresh: float = FRESH_SECONDS) -> None:
        self._ask = ask
        self._fresh = fresh
        self._lock = asyncio.Lock()
        self._last: Value | None = None
        self._asked_at: float | None = None

    async def look(self) -> Seen[Value]:
        """Give it as fresh as it can be had."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._last is not None and self._asked_at is not None and now - self._asked_at < self._fresh:
                return Seen(self._last)
            try:
                self._last = await self._ask()
            except StoreError as error:
                _log.warning("the web cannot be told how things stand: %s", error)
                self._asked_at = None
                return Seen(self._last, stale=True)
            self._asked_at = now
            return Seen(self._last)
