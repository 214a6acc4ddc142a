"""The metronome: a handful of jobs, none of them a source. Alone knows APScheduler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from aggregator.pipeline.ports import Clock

logger = logging.getLogger(__name__)

STEP = timedelta(seconds=2)
"""A difference between the two faces of the clock that grows by more than this is a step of the wall clock."""


class _Beat(BaseTrigger):  # type: ignore[misc] # the library has no types
    """Every so often, and what was missed is missed.

    APScheduler's own intervals are counted out one by one from the last: a wall clock that jumps from 1970 to today
    would keep it counting seconds for hours.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Say when to run after ``previous_fire_time``; later than now, but for the first time."""
        if previous_fire_time is None:
            return now
        following = previous_fire_time + self._interval
        return following if following > now else now + self._interval


class Metronome:
    """Calls a few coroutine functions at intervals, whatever the wall clock does.

    A job that is still running is not started again; a job that fails is logged and called again next time.

    Attributes:
        clock_steps: How often the wall clock was stepped.
        stepped_by: By how much in all; whoever makes up for it sets it back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler: Any = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(_log_failure, EVENT_JOB_ERROR)
        # APScheduler says "maximum number of running instances reached" for every tick that finds the last one busy.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        logging.getLogger("apscheduler.executors.default").setLevel(logging.CRITICAL)
        self._offset = self._offset_now()
        self.clock_steps = 0
        self.stepped_by = timedelta()

    def every(self, interval: timedelta, job: Callable[[], Awaitable[None]], *, at_once: bool = True) -> None:
        """Call ``job`` at this interval from now on."""
        first = self._clock.now() if at_once else self._clock.now() + interval
        self._scheduler.add_job(job, _Beat(interval), id=job.__qualname__, next_run_time=first)

    def start(self) -> None:
        """Start beating; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, if it was started; a job that still runs is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def guard(self) -> bool:
        """Set every job's next run anew when the wall clock was stepped; say whether it was.

        APScheduler plans by the wall clock: after a step back of an hour nothing would run for an hour.
        """
        offset = self._offset_now()
        by = offset - self._offset
        stepped = abs(by) > STEP
        self._offset = offset
        if stepped:
            self.clock_steps += 1
            self.stepped_by += by
            now = self._clock.now()
            logger.warning("the clock was stepped; the jobs go on from %s", now.isoformat(timespec="seconds"))
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=now)
        return stepped

    def _offset_now(self) -> timedelta:
        return self._clock.now() - datetime.fromtimestamp(self._clock.monotonic(), self._clock.now().tzinfo)


def _log_failure(event: Any) -> None:
    logger.error("job %s failed; it runs again at its next time", event.job_id, exc_info=event.exception)
