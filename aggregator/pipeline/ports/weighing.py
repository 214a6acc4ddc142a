"""What weighing needs of a store: deciding again about what depends on story and time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from aggregator.model.story import CurateBatch, Curated, CurateResult


class WeighStore(Protocol):
    """What weighing needs; each method is one transaction."""

    async def weigh(self, now: datetime, limit: int, decide: Callable[[CurateBatch], Curated]) -> CurateResult:
        """Take up to ``limit`` stories that are due, the longest due first, and decide about all their entries.

        ``decide`` is given the entries, oldest first, with the facts of their stories. Of what it decides, the matches
        of its ``restless`` topics are put in the place of those that the entries had, and what is ``due`` later is
        noted. ``arrivals`` of the result counts the stories.
        """
        ...

    async def next_weighing_at(self) -> datetime | None:
        """Say when the next story is due, long ago when it is now; None when none will be."""
        ...
