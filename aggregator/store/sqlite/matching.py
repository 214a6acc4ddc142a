"""The part of the store on SQLite that brings changed topics up to date, and compares them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from aggregator.model.membership import Membership, Overlap, TopicRecord
from aggregator.model.story import CurateBatch, Curated
from aggregator.model.topic import Topic
from aggregator.store.sqlite import memberships, rematching, topic_rows
from aggregator.store.sqlite.part import Part


class Matching(Part):
    """Rules and members of topics; the store brings what reads and writes."""

    async def stale_topics(self, topics: Sequence[Topic]) -> tuple[str, ...]:
        """Name the topics whose rule differs from the one that their stored matches were found with.

        The topics are all that there are: one that is not named has retired, and is stale when it returns.
        """
        return await self._write(lambda db: topic_rows.stale_topics(db, topics))

    async def rematch(
        self,
        topics: Sequence[Topic],
        limit: int,
        decide: Callable[[CurateBatch], Curated],
        *,
        since: datetime | None = None,
    ) -> bool:
        """Match one slice of what is kept anew for ``topics`` only; say whether there is more to do."""
        return await self._write(lambda db: rematching.rematch(db, topics, limit, decide, since))

    async def topic_records(self) -> tuple[TopicRecord, ...]:
        """List what is remembered of every topic that there ever was, by slug."""
        return await self._reader.run(memberships.topic_records)

    async def kept_since(self) -> datetime | None:
        """Say when the oldest entry that is kept was first seen; None when nothing is kept."""
        return await self._reader.run(memberships.kept_since)

    async def members(self, slugs: Collection[str], since: datetime) -> tuple[Membership, ...]:
        """List the members of topics that were first seen since, the latest first."""
        return await self._reader.run(lambda db: memberships.members(db, slugs, since))

    async def overlaps(self, slugs: Collection[str], since: datetime) -> tuple[Overlap, ...]:
        """Count what topics share with each other one, and what they have."""
        return await self._reader.run(lambda db: memberships.overlaps(db, slugs, since))
