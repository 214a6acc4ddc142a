"""The part of the store on SQLite that keeps what has to leave, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model.incident import Events, Incident, Sights
from aggregator.model.sending import Message, Settlement
from aggregator.model.topic import Topic
from aggregator.store.sqlite import incidents, outbox
from aggregator.store.sqlite.part import Part


class Telling(Part):
    """Messages and incidents; the store brings what reads and writes."""

    async def due_messages(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """List messages that wait and are due, of each target the oldest."""
        return await self._reader.run(lambda db: outbox.due_messages(db, now, limit))

    async def settle_message(self, message: Message, settlement: Settlement) -> None:
        """Write what became of a message."""
        await self._write(lambda db: outbox.settle_message(db, message, settlement))

    async def sights(self, topics: Sequence[Topic], now: datetime) -> Sights:
        """Look at everything that may be amiss."""
        return await self._reader.run(lambda db: incidents.sights(db, topics, now))

    async def incidents_going(self) -> tuple[Incident, ...]:
        """List the incidents that are not closed."""
        return await self._reader.run(incidents.going)

    async def keep_incidents(self, kept: Sequence[Incident], blips: Sequence[Incident]) -> None:
        """Write new and changed incidents, and forget those that were none."""
        await self._write(lambda db: incidents.keep_incidents(db, kept, blips))

    async def events(self, limit: int) -> Events:
        """List the confirmed incidents, the last opened first."""
        return await self._reader.run(lambda db: incidents.events(db, limit))
