"""What is kept of topics for good, and what goes: months that are over, who may read private feeds, the keep rules."""

from __future__ import annotations

from aggregator.model.status import Pruned
from aggregator.service.archives import Archives
from aggregator.service.doors import Doors
from aggregator.service.engine import Engine
from aggregator.service.house import House


class Keeping:
    """Keeps the topics of the configuration that an engine has in force.

    Attributes:
        archives: Months of the topics.
        doors: Who may read private ones.
    """

    def __init__(self, house: House, engine: Engine) -> None:
        self._house = house
        self.archives = Archives(house.store, house.clock, lambda: engine.plan, house.render_archive)
        self.doors = Doors(house.store, house.clock)

    async def prune(self) -> Pruned:
        """Apply the keep rules, once the months that are over are written down."""
        await self.archives.close_months()
        return await self._house.store.prune(self._house.clock.now())
