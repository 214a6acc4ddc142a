"""Chores: what is done beside polling, curating and announcing, when there is time."""

from __future__ import annotations

from aggregator.pipeline.search import index_some
from aggregator.service.house import House
from aggregator.service.runners import Runners
from aggregator.service.settling import Settler

_QUIET_BATCHES = 20
"""So many batches are taken into the index at once while nobody is polled; one while somebody is."""


class Chores:
    """Fills the index of searching, and looks whether anything has come of age or is due.

    Args:
        house: The parts.
        settler: Decides about what has come of age.
        runners: Know whether polls are under way.
    """

    def __init__(self, house: House, settler: Settler, runners: Runners) -> None:
        self._house = house
        self._settler = settler
        self._runners = runners

    async def index_words(self) -> None:
        """Take what waits into the index of searching: a little while polls are under way, more when all is quiet.

        Raises:
            StoreError: What waits goes on waiting.
        """
        for _ in range(1 if self._runners.busy else _QUIET_BATCHES):
            if not await index_some(self._house.store):
                break

    async def look_at_time(self) -> None:
        """Let what has come of age for a topic be settled.

        Raises:
            StoreError: The next look finds it.
        """
        await self._settler.look_at_time()

    async def bring_up(self) -> None:
        """Announce topics for which time alone may have changed something.

        Raises:
            StoreError: The next look finds it.
        """
        await self._settler.bring_up()
