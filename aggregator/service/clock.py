"""The real clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

_UPTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Say the wall-clock time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Say seconds that never run backwards, those included in which the machine slept, where it counts them.

        Otherwise a night's sleep could not be told from a clock that was stepped by eight hours.
        """
        return time.monotonic() if _UPTIME is None else time.clock_gettime(_UPTIME)

    async def sleep(self, seconds: float) -> None:
        """Wait so long by the monotonic face."""
        await asyncio.sleep(seconds)
