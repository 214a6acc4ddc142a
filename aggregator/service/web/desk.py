"""The status, asked of the store no more often than needed, and remembered for when the store fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aggregator.errors import StoreError
from aggregator.model.status import Status

_log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
"""Visitors within so much time share one look into the store."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the desk can tell: the status, and whether the store failed since."""

    status: Status | None
    stale: bool = False


class StatusDesk:
    """Answer with the status, or with the last good one when the store fails."""

    def __init__(self, ask: Callable[[], Awaitable[Status]]) -> None:
        self._ask = ask
        self._lock = asyncio.Lock()
        self._last: Status | None = None
        self._asked_at: float | None = None

    async def look(self) -> Seen:
        """Give the status as fresh as it can be had."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._last and self._asked_at is not None and now - self._asked_at < FRESH_SECONDS:
                return Seen(self._last)
            try:
                self._last = await self._ask()
            except StoreError as error:
                _log.warning("no status for the web: %s", error)
                self._asked_at = None
                return Seen(self._last, stale=True)
            self._asked_at = now
            return Seen(self._last)
