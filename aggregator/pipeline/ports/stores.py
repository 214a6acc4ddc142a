"""What polling, curating and announcing need of a store, and the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model.editing import Act, DoneAct, Edited
from aggregator.model.edition import Composed, Edition, TopicView
from aggregator.model.following import FollowChange, Followed
from aggregator.model.sending import Message, Settlement
from aggregator.model.source import Claim, Due, Source, Waiting
from aggregator.model.story import CurateResult, Deciding, Recalled
from aggregator.model.topic import Topic
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, KnownDocument
from aggregator.model.websub import Subscription
from aggregator.pipeline.ports.keeping import (
    AudienceStore,
    CareStore,
    EventStore,
    FullTextStore,
    PaceStore,
    ReadStore,
    TasteStore,
)
from aggregator.pipeline.ports.matching import MatchStore
from aggregator.pipeline.ports.publishing import AccessStore, ArchiveStore
from aggregator.pipeline.ports.searching import SearchStore
from aggregator.pipeline.ports.weighing import WeighStore


class PollStore(Protocol):
    """What polling needs. Every method is one transaction; a failure raises ``StoreError`` and changes nothing."""

    async def sync_sources(self, sources: Sequence[Source], now: datetime) -> tuple[Source, ...]:
        """Take over the configured sources and give them back with their frozen ids, in the same order.

        A source whose id was not given keeps the id under which its address was first seen. A source whose
        address changed drops its validators, unless the new one is where it had moved to anyway. A source that
        is no longer configured is kept, not polled.
        """
        ...

    async def claim_due(self, now: datetime, limit: int, *, busy: frozenset[str] = frozenset()) -> tuple[Claim, ...]:
        """Claim sources that are due, none of a busy or held pace key.

        Those of a key with a pace of its own come first, then the others, each kind with the oldest due time first.
        A claimed source is due again after its floor (``every.shortest``) and ``CLAIM_RESERVE``, raised in version,
        and committed before this returns, so that a crash never asks early. Several sources of one pace key may be
        claimed together; the caller asks them one after another. Of a key with a pace of its own only one is claimed,
        once the pause after the last is over: the one whose readers can be expected to miss most. A due time later than
        the longest interval allows (a clock that was wrong once) counts as due.
        """
        ...

    async def claim(self, source_ids: Sequence[str], now: datetime) -> tuple[Claim, ...]:
        """Claim the sources named, due or not, but none that a server's wish still holds."""
        ...

    async def give_back(self, claims: Sequence[Claim]) -> None:
        """Make sources that were claimed and not asked due again as they were; one that has moved on is left alone."""
        ...

    async def renew(self, claim: Claim, now: datetime) -> None:
        """Count the floor of a claimed source, and the reserve, from now; one that has moved on is left alone."""
        ...

    async def transact(self, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
        """Look up, decide and write one poll in one transaction, fenced by the version.

        ``decide`` is pure and may be called again. Many calls may share one commit, each in a savepoint of
        its own; this returns only after the commit.
        """
        ...

    async def known_document(self, source_id: str) -> KnownDocument:
        """Give what is remembered of the items of the source's last document; nothing when this version never read it.

        What was remembered by a version that read otherwise counts as nothing.
        """
        ...

    async def reschedule(
        self, now: datetime, decide: Callable[[Sequence[Waiting], datetime], Mapping[str, Due]]
    ) -> int:
        """Give those of the sources that are due other due times, in one transaction; say how many.

        ``decide`` is pure and names only sources that it was given. Local documents are never among them.
        """
        ...

    async def shift(self, by: timedelta) -> None:
        """Move every due time and every hold by this much, after the wall clock was stepped by it."""
        ...

    async def pause(self, source_id: str, since: datetime | None) -> bool:
        """Let a source be asked no more from a moment on, or again when that is None; say whether it is configured.

        It is claimed neither when it is due nor by name, and shown as paused. A poll that is under way ends as ever,
        and what hubs push is taken.
        """
        ...

    async def next_due_at(self) -> datetime | None:
        """Say when the next source is due; None when there is none."""
        ...


class PushStore(Protocol):
    """What hubs and their pushes need."""

    async def followed(self) -> tuple[Followed, ...]:
        """List the sources that have, or had, a hub, with their subscriptions."""
        ...

    async def subscription(self, token_hash: str) -> Subscription | None:
        """Find a subscription, ended or not, by the hash of its token."""
        ...

    async def follow(self, source_id: str, decide: Callable[[Followed], FollowChange]) -> FollowChange | None:
        """Look up, decide and write what becomes of one source and its subscriptions, in one transaction.

        ``decide`` is pure. None is returned when there is no such source.
        """
        ...

    async def transact(self, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
        """Write what a push brought, as ``PollStore.transact`` does; without a version nothing is fenced."""
        ...

    async def forget_subscriptions(self, before: datetime) -> int:
        """Forget the subscriptions that ended before a moment; say how many."""
        ...


class CurateStore(MatchStore, WeighStore, Protocol):
    """What curating needs. One curate step at a time."""

    async def recall(self) -> Recalled:
        """Read what is remembered of open stories, when curating starts and after a commit that failed."""
        ...

    async def curate(self, limit: int, deciding: Deciding) -> CurateResult:
        """Take up to ``limit`` arrivals after the watermark, decide, and commit decision and watermark together."""
        ...


class AnnounceStore(Protocol):
    """What announcing needs."""

    async def announce(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
        """Compose a topic's edition; commit new ledger rows and the topic's state with it.

        With nothing new the edition is the one that was there, to the byte. ``compose`` is pure and may be called
        more than once: entries that do not speak need not be read whole, and a flood may be announced in slices. The
        messages that tell of it elsewhere, those of the last call, are written in the same commit; one that merges
        takes the place of the one that waits for the same target, with its due time.

        What is decided about subjects that wait is kept; what is cut is shown again when an entry of it was judged
        anew, its story was merged or parted, an editor or the settings touched the topic, or its time has come. What
        waits and a changed rule has not come to yet (``rematch``) goes on waiting.
        """
        ...

    async def due_topics(self, now: datetime) -> tuple[str, ...]:
        """Name the topics for which time alone may have changed something since they were announced."""
        ...


class OutboxStore(Protocol):
    """What sending needs."""

    async def due_messages(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """List messages that wait and are due, the oldest first; of those for one target only the oldest."""
        ...

    async def settle_message(self, message: Message, settlement: Settlement) -> None:
        """Write what became of a message; one whose place was taken meanwhile is left alone.

        What was sent is remembered without its content, so that it can be counted for a while.
        """
        ...


class EditStore(Protocol):
    """What the editor's hand needs."""

    async def edit(self, act: Act, now: datetime) -> Edited:
        """Merge, split or undo, and write it down, in one transaction.

        What was announced keeps its id, link and dates, and nothing is announced twice; what an editor has parted no
        later curating joins. What is remembered of open stories has to be recalled anew.

        Raises:
            EditError: It cannot be done; nothing has changed.
        """
        ...

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read what editors did, the oldest act first."""
        ...


class Rehearsal(MatchStore, AnnounceStore, TasteStore, ReadStore, Protocol):
    """A store in which a change is tried out: it begins with all that was kept, and ends with ``close``."""

    async def sync_sources(self, sources: Sequence[Source], now: datetime) -> tuple[Source, ...]:
        """Do what ``PollStore.sync_sources`` does."""
        ...

    async def close(self) -> None:
        """Forget everything."""
        ...


class RehearseStore(Protocol):
    """What trying out a change needs."""

    async def rehearse(self) -> Rehearsal:
        """Open a store of its own that begins with all that is committed now.

        What is written there is seen there alone, nobody waits for it, and what others write meanwhile is not seen.
        """
        ...


class Store(
    PollStore,
    PushStore,
    CurateStore,
    AnnounceStore,
    OutboxStore,
    EventStore,
    ArchiveStore,
    AccessStore,
    EditStore,
    ReadStore,
    CareStore,
    AudienceStore,
    FullTextStore,
    PaceStore,
    RehearseStore,
    TasteStore,
    SearchStore,
    Protocol,
):
    """All of it, as one part provides it."""

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        ...
