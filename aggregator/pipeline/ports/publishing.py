"""What publishing needs of the store beside announcing: months that are over, and who may read private feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.month import MonthPart
from aggregator.model.topic import Topic


class ArchiveStore(Protocol):
    """What showing needs of what was announced: all of it now, and month by month."""

    async def shown(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition | None:
        """Compose what a topic has announced, as it is to be seen now; None when it never has. Announces nothing."""
        ...

    async def month(
        self, topic: Topic, part: MonthPart, now: datetime, compose: Callable[[TopicView], Composed], *, most: int
    ) -> Edition | None:
        """Compose a part of what a topic announced in a month, where parts hold ``most`` items.

        Announces nothing, and leaves out what an editor has hidden. What is no longer kept is counted: it moves no
        other item to another part. None when the topic announced nothing then, or there is no such part.
        """
        ...

    async def open_months(self, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
        """Name topics with months before one in which they announced something, and that are not kept, in order."""
        ...

    async def told_months(self, topic: str) -> tuple[tuple[str, int], ...]:
        """Name the months in which a topic announced something, the newest first, with how many items.

        What is told in a digest is no item of its own.
        """
        ...

    async def kept_months(self, topic: str) -> tuple[str, ...]:
        """Name the months of a topic that are kept, and their parts, in order of their names."""
        ...

    async def archive(self, topic: str, month: str) -> Rendition | None:
        """Give a month that is kept, or a part of one, by its name."""
        ...

    async def keep_archive(self, topic: str, month: str, document: Rendition) -> None:
        """Keep a month for good; one that is kept already stays as it is.

        A topic that takes a new slug takes its months along.
        """
        ...


class AccessStore(Protocol):
    """What private feeds need. A token itself is never stored."""

    async def add_token(self, topic: str, token_hash: str, now: datetime) -> None:
        """Let who has a token read a topic, beside those who have one already."""
        ...

    async def revoke_tokens(self, topic: str, now: datetime) -> int:
        """Let no token of a topic hold any longer; say how many did."""
        ...

    async def tokens(self) -> Mapping[str, str]:
        """Give the topics by the hashes of the tokens that hold; a renamed topic by its new slug."""
        ...
