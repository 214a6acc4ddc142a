"""Visits to hosts: one exchange at a time with each, whoever asks and however it was led there."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

_KEPT = 1024
"""Pauses that are kept before those that are over are looked for."""


class Visits:
    """Lets one request in at a time, per host, in the order of arrival, each after the pause that the last one left.

    Polls that begin at a host are spaced by those who start them. A redirect leads to hosts that others are asking,
    or have just asked: only here do all requests meet.

    Args:
        monotonic: Seconds that never run backwards.
        sleep: Waits so many of them.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}
        self._free_at: dict[str, float] = {}
        self._tidy_at = _KEPT

    @property
    def waiting(self) -> int:
        """How many wait behind another one."""
        return sum(not turn.done() for queue in self._queues.values() for turn in queue)

    @property
    def resting(self) -> int:
        """How many hosts' pauses are remembered, those included that are over."""
        return len(self._free_at)

    def is_free(self, host: str) -> bool:
        """Say whether ``enter`` would return at once."""
        return host not in self._queues and self._pause(host) <= 0

    async def enter(self, host: str) -> None:
        """Wait for a turn at a host; ``leave`` ends it."""
        queue = self._queues.get(host)
        if queue is None:
            self._queues[host] = deque()
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.append(turn)
            await self._take(host, turn)
        try:
            while (pause := self._pause(host)) > 0:
                await self._sleep(pause)
        except BaseException:
            self._hand_on(host)
            raise

    def leave(self, host: str, pause: float) -> None:
        """End a turn; the next one begins no sooner than ``pause`` seconds from now."""
        now = self._monotonic()
        if pause > 0:
            self._free_at[host] = now + pause
            if len(self._free_at) > self._tidy_at:
                self._free_at = {name: at for name, at in self._free_at.items() if at > now}
                # Where thousands of hosts rest at once, looking through all of them after each request would cost most.
                self._tidy_at = max(_KEPT, 2 * len(self._free_at))
        self._hand_on(host)

    async def _take(self, host: str, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except BaseException:
            if not turn.cancelled():  # it was our turn just when we were told to give up
                self._hand_on(host)
            raise

    def _hand_on(self, host: str) -> None:
        queue = self._queues[host]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._queues[host]

    def _pause(self, host: str) -> float:
        return self._free_at.get(host, 0.0) - self._monotonic()
