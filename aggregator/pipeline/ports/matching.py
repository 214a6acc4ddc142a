"""What matching topics needs of the outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from aggregator.model.membership import Membership, Overlap, TopicRecord
from aggregator.model.story import CurateBatch, Curated
from aggregator.model.topic import Topic


class MatchStore(Protocol):
    """What bringing changed topics up to date needs, and comparing them."""

    async def stale_topics(self, topics: Sequence[Topic]) -> tuple[str, ...]:
        """Name the topics whose rule differs from the one that their stored matches were found with.

        The topics are all that there are: one that is not named has retired, and is stale when it returns. A topic
        with a new slug whose old one is among its aliases goes on as the same feed.
        """
        ...

    async def rematch(
        self,
        topics: Sequence[Topic],
        limit: int,
        decide: Callable[[CurateBatch], Curated],
        *,
        since: datetime | None = None,
    ) -> bool:
        """Match one slice of the kept and curated entries anew, the latest first, for ``topics`` only.

        Where it stopped is kept with it, so that it goes on there, also after a crash. What the rule lets in and was
        not a member yet enters as the topic says (``retroactive``); a topic that has announced nothing has nobody to
        be flooded: there it waits for being announced. What the rule lets in no more goes, unless its readers have it:
        then it stays, lapsed.

        Args:
            topics: Those whose rule changed; with the last slice their rule digests are stored.
            limit: Entries a slice.
            decide: Finds the matches of ``topics``, and when the stories are ``due`` to be weighed; it is given the
                entries with their stories, and nothing else of what it decides is kept.
            since: Entries that were first seen before are passed over.

        Returns:
            Whether there is more to do.
        """
        ...

    async def topic_records(self) -> tuple[TopicRecord, ...]:
        """List what is remembered of every topic that there ever was, by slug."""
        ...

    async def kept_since(self) -> datetime | None:
        """Say when the oldest entry that is kept was first seen; None when nothing is kept."""
        ...

    async def members(self, slugs: Collection[str], since: datetime) -> tuple[Membership, ...]:
        """List the members of topics that were first seen since, the latest first."""
        ...

    async def overlaps(self, slugs: Collection[str], since: datetime) -> tuple[Overlap, ...]:
        """Count the entries first seen since that topics share with each other one, and those that they have.

        What lapsed is not counted, and topics that retired share nothing.
        """
        ...
