"""The part of the store on SQLite that has to do with readers: months of topics, tokens, and who reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model.audience import Audience, Sighting
from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.month import MonthPart
from aggregator.model.topic import Topic
from aggregator.store.sqlite import announcements, archives, audience, shaping
from aggregator.store.sqlite.part import Part


class Publishing(Part):
    """What is announced, months, tokens, readers and what is due; the store brings what reads and writes."""

    async def announce(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
        """Compose a topic's edition; commit new ledger rows and the topic's state with it."""
        return await self._write(lambda db: announcements.announce(db, topic, now, compose))

    async def shown(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition | None:
        """Compose what a topic has announced; None when it never has."""
        return await self._reader.run(lambda db: announcements.shown(db, topic, now, compose))

    async def due_topics(self, now: datetime) -> tuple[str, ...]:
        """Name the topics for which time alone may have changed something."""
        return await self._reader.run(lambda db: shaping.due_topics(db, now))

    async def month(
        self, topic: Topic, part: MonthPart, now: datetime, compose: Callable[[TopicView], Composed], *, most: int
    ) -> Edition | None:
        """Compose a part of what a topic announced in a month; None when there is no such part."""
        limited = replace(topic, limit=most)
        return await self._reader.run(lambda db: archives.month_edition(db, limited, part, now, compose))

    async def open_months(self, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
        """Name topics with months before one in which they announced something, and that are not kept."""
        return await self._reader.run(lambda db: archives.open_months(db, topics, before))

    async def told_months(self, topic: str) -> tuple[tuple[str, int], ...]:
        """Name the months in which a topic announced something, the newest first, with how many items."""
        return await self._reader.run(lambda db: archives.told_months(db, topic))

    async def kept_months(self, topic: str) -> tuple[str, ...]:
        """Name the months of a topic that are kept, and their parts."""
        return await self._reader.run(lambda db: archives.kept_months(db, topic))

    async def archive(self, topic: str, month: str) -> Rendition | None:
        """Give a month that is kept."""
        return await self._reader.run(lambda db: archives.archive(db, topic, month))

    async def keep_archive(self, topic: str, month: str, document: Rendition) -> None:
        """Keep a month for good; one that is kept already stays as it is."""
        await self._write(lambda db: archives.keep_archive(db, topic, month, document))

    async def add_token(self, topic: str, token_hash: str, now: datetime) -> None:
        """Let who has a token read a topic."""
        await self._write(lambda db: archives.add_token(db, topic, token_hash, now))

    async def revoke_tokens(self, topic: str, now: datetime) -> int:
        """Let no token of a topic hold any longer; say how many did."""
        return await self._write(lambda db: archives.revoke_tokens(db, topic, now))

    async def tokens(self) -> Mapping[str, str]:
        """Give the topics by the hashes of the tokens that hold."""
        return await self._reader.run(archives.tokens)

    async def note_readers(self, seen: Sequence[Sighting], now: datetime) -> None:
        """Remember who reads topics, as hashes, and forget who has not come for long."""
        await self._write(lambda db: audience.note_readers(db, seen, now))

    async def audience(self, now: datetime) -> Audience:
        """Count the readers of every topic, and of every source."""
        return await self._reader.run(lambda db: audience.audience(db, now))
