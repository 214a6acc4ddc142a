"""What publishing needs of the store beside announcing: months that are over, and who may read private feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.topic import Topic


class ArchiveStore(Protocol):
    """What archives need."""

    async def month(
        self, topic: Topic, month: str, now: datetime, compose: Callable[[TopicView], Composed], *, most: int
    ) -> Edition | None:
        """Compose what a topic announced in a month, ``YYYY-MM``, the newest ``most`` items of it.

        Announces nothing, and leaves out what an editor has hidden. None when the topic announced nothing then, or
        nothing of it is kept any more.
        """
        ...

    async def open_months(self, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
        """Name topics with months before one in which they announced something, and that are not kept, in order."""
        ...

    async def archive(self, topic: str, month: str) -> Rendition | None:
        """Give a month that is kept."""
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
