"""The watchman: looks around now and then, and keeps the feed of the aggregator's own events on the shelf."""

from __future__ import annotations

from aggregator.model.topic import FeedFormat
from aggregator.pipeline.watch import look_around, tell_events
from aggregator.publish.events import SLUG
from aggregator.service.engine import Engine
from aggregator.service.house import House, Shelf


class Watchman:
    """Finds incidents, and tells them; ``look`` every quarter of an hour.

    Args:
        house: The parts.
        engine: Knows the configuration in force, and renders.
        shelf: Where the feed goes.
    """

    def __init__(self, house: House, engine: Engine, shelf: Shelf) -> None:
        self._house = house
        self._engine = engine
        self._shelf = shelf

    async def look(self) -> None:
        """Look at everything once, and show what became of it.

        Raises:
            StoreError: What was seen could not be written; the feed stays as it was.
        """
        await look_around(self._house.store, self._engine.plan.topics, self._house.clock)
        await self.show()

    async def show(self) -> None:
        """Put the feed on the shelf."""
        edition = await tell_events(self._house.store, self._engine.plan.site)
        for rendition in await self._engine.settler.paint(edition):
            if rendition.name == f"{SLUG}.{FeedFormat.ATOM.value}":
                self._shelf.put_document(rendition)
