"""The real command on a clock that runs faster: ``python -m tests.e2e.fast_clock BEGAN SPEED [arguments]``.

All time that the command knows comes from one class; it is given another face, and everything else is as always.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.service.clock import SystemClock

# In the past, so that the scheduler, which goes by the machine's clock, is never told to wait for it. A Monday.
START = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class FastClock:
    """Stood at ``START`` when the machine's monotonic clock stood at ``began``, which all processes share."""

    began: float
    speed: float

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.monotonic() - self.began) * self.speed)

    def monotonic(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


def main() -> None:
    """Run the command."""
    clock = FastClock(float(sys.argv[1]), float(sys.argv[2]))
    for name in ("now", "monotonic", "sleep"):
        # Called as methods, they get an instance that they have no use for.
        setattr(SystemClock, name, staticmethod(getattr(clock, name)))
    from aggregator.cli import main as command  # noqa: PLC0415 - what it imports must meet the changed clock

    sys.argv = ["aggregator", *sys.argv[3:]]
    command()


if __name__ == "__main__":
    main()
