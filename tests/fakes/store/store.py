"""The store of all ports over one memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from aggregator.errors import StoreError, StoreFull
from aggregator.model.article import FullText, PageWanted
from aggregator.model.audience import Audience, Sighting
from aggregator.model.editing import Act, DoneAct, Edited
from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.following import FollowChange, Followed
from aggregator.model.incident import Events, Incident, Sights
from aggregator.model.liking import Example, Learned
from aggregator.model.looking import Activity
from aggregator.model.membership import Membership, Overlap, TopicRecord
from aggregator.model.month import MonthPart
from aggregator.model.pace import Errand, HostSeen, Pace
from aggregator.model.searching import Found, Sought
from aggregator.model.sending import Message, Settlement
from aggregator.model.source import Claim, Due, Source, Waiting
from aggregator.model.status import EntryFilter, EntryView, Pruned, SourceView, Status, StoryView
from aggregator.model.story import CurateBatch, Curated, CurateResult, Deciding, Recalled
from aggregator.model.topic import Topic
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, KnownDocument
from aggregator.model.websub import Subscription
from tests.fakes.store import (
    announcing,
    care,
    claims,
    curation,
    editing,
    incidents,
    looking,
    memberships,
    near,
    outbox,
    pages,
    polls as polling,
    pushes,
    readers,
    searching,
    shaping,
    sources,
    weighing,
)
from tests.fakes.store.kept import Kept

Result = TypeVar("Result")


class FakeStore:
    """Keeps everything in dictionaries; what a method does, it does to a copy, which is then put in their place.

    Args:
        site_authority: Domain name that ids are made under.
    """

    def __init__(self, *, site_authority: str = "t.example") -> None:
        self._kept = Kept(authority=f"{site_authority},2026")
        self._failing = 0
        self._closed = False

    def fail_commits(self, count: int = 1) -> None:
        """Let the next commits fail, as on a disk that is full: everything was decided, and nothing is kept."""
        self._failing = count

    async def sync_sources(self, sources_: Sequence[Source], now: datetime) -> tuple[Source, ...]:
        return self._write(lambda kept: sources.sync(kept, sources_, now))

    async def claim_due(self, now: datetime, limit: int, *, busy: frozenset[str] = frozenset()) -> tuple[Claim, ...]:
        return self._write(lambda kept: claims.claim_due(kept, now, limit, busy))

    async def claim(self, source_ids: Sequence[str], now: datetime) -> tuple[Claim, ...]:
        return self._write(lambda kept: claims.claim(kept, source_ids, now))

    async def give_back(self, claims_: Sequence[Claim]) -> None:
        self._write(lambda kept: claims.give_back(kept, claims_))

    async def renew(self, claim: Claim, now: datetime) -> None:
        self._write(lambda kept: claims.renew(kept, claim, now))

    async def transact(self, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
        return self._write(lambda kept: polling.transact(kept, ask, decide))

    async def known_document(self, source_id: str) -> KnownDocument:
        return polling.known_document(self._readable(), source_id)

    async def reschedule(
        self, now: datetime, decide: Callable[[Sequence[Waiting], datetime], Mapping[str, Due]]
    ) -> int:
        return self._write(lambda kept: claims.reschedule(kept, now, decide))

    async def shift(self, by: timedelta) -> None:
        self._write(lambda kept: claims.shift(kept, by))

    async def pause(self, source_id: str, since: datetime | None) -> bool:
        return self._write(lambda kept: claims.pause(kept, source_id, since))

    async def next_due_at(self) -> datetime | None:
        return claims.next_due_at(self._readable())

    async def followed(self) -> tuple[Followed, ...]:
        return pushes.followed(self._readable())

    async def subscription(self, token_hash: str) -> Subscription | None:
        return pushes.subscription(self._readable(), token_hash)

    async def follow(self, source_id: str, decide: Callable[[Followed], FollowChange]) -> FollowChange | None:
        return self._write(lambda kept: pushes.follow(kept, source_id, decide))

    async def forget_subscriptions(self, before: datetime) -> int:
        return self._write(lambda kept: pushes.forget_subscriptions(kept, before))

    async def recall(self) -> Recalled:
        return near.recall(self._readable())

    async def curate(self, limit: int, deciding: Deciding) -> CurateResult:
        return self._write(lambda kept: curation.curate(kept, limit, deciding))

    async def stale_topics(self, topics: Sequence[Topic]) -> tuple[str, ...]:
        return self._write(lambda kept: curation.stale_topics(kept, topics))

    async def rematch(
        self,
        topics: Sequence[Topic],
        limit: int,
        decide: Callable[[CurateBatch], Curated],
        *,
        since: datetime | None = None,
    ) -> bool:
        return self._write(lambda kept: curation.rematch(kept, topics, limit, decide, since))

    async def topic_records(self) -> tuple[TopicRecord, ...]:
        return memberships.topic_records(self._readable())

    async def kept_since(self) -> datetime | None:
        return min((one.first_seen_at for _, one in self._readable().live()), default=None)

    async def members(self, slugs: Collection[str], since: datetime) -> tuple[Membership, ...]:
        return memberships.members(self._readable(), slugs, since)

    async def overlaps(self, slugs: Collection[str], since: datetime) -> tuple[Overlap, ...]:
        return memberships.overlaps(self._readable(), slugs, since)

    async def rehearse(self) -> FakeStore:
        aside = FakeStore()
        aside._kept = self._readable().copy()
        return aside

    async def weigh(self, now: datetime, limit: int, decide: Callable[[CurateBatch], Curated]) -> CurateResult:
        return self._write(lambda kept: weighing.weigh(kept, now, limit, decide))

    async def next_weighing_at(self) -> datetime | None:
        return weighing.next_weighing_at(self._readable())

    async def index_words(self, limit: int, words: Callable[[StoredEntry, SourceFacts], Sequence[str]]) -> int:
        return self._write(lambda kept: searching.index_words(kept, limit, words))

    async def search(self, sought: Sought) -> Found:
        return searching.search(self._readable(), sought)

    async def announce(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
        return self._write(lambda kept: announcing.announce(kept, topic, now, compose))

    async def due_topics(self, now: datetime) -> tuple[str, ...]:
        return shaping.due_topics(self._readable(), now)

    async def due_messages(self, now: datetime, limit: int) -> tuple[Message, ...]:
        return outbox.due(self._readable(), now, limit)

    async def settle_message(self, message: Message, settlement: Settlement) -> None:
        self._write(lambda kept: outbox.settle(kept, message, settlement))

    async def sights(self, topics: Sequence[Topic], now: datetime) -> Sights:
        return incidents.sights(self._readable(), topics, now)

    async def incidents_going(self) -> tuple[Incident, ...]:
        return incidents.going(self._readable())

    async def keep_incidents(self, kept: Sequence[Incident], blips: Sequence[Incident]) -> None:
        self._write(lambda kept_: incidents.keep_incidents(kept_, kept, blips))

    async def events(self, limit: int) -> Events:
        return incidents.events(self._readable(), limit)

    async def shown(self, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition | None:
        return announcing.shown(self._readable(), topic, now, compose)

    async def month(
        self, topic: Topic, part: MonthPart, now: datetime, compose: Callable[[TopicView], Composed], *, most: int
    ) -> Edition | None:
        return announcing.month(self._readable(), replace(topic, limit=most), part, now, compose)

    async def open_months(self, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
        return announcing.open_months(self._readable(), topics, before)

    async def told_months(self, topic: str) -> tuple[tuple[str, int], ...]:
        return announcing.told_months(self._readable(), topic)

    async def kept_months(self, topic: str) -> tuple[str, ...]:
        return tuple(sorted(month for slug, month in self._readable().archives if slug == topic))

    async def archive(self, topic: str, month: str) -> Rendition | None:
        return self._readable().archives.get((topic, month))

    async def keep_archive(self, topic: str, month: str, document: Rendition) -> None:
        self._write(lambda kept: kept.archives.setdefault((topic, month), document))

    async def add_token(self, topic: str, token_hash: str, now: datetime) -> None:
        self._write(lambda kept: kept.tokens.update({token_hash: topic}))

    async def revoke_tokens(self, topic: str, now: datetime) -> int:
        return self._write(lambda kept: readers.revoke(kept, topic))

    async def tokens(self) -> Mapping[str, str]:
        return dict(self._readable().tokens)

    async def edit(self, act: Act, now: datetime) -> Edited:
        return self._write(lambda kept: editing.edit(kept, act, now))

    async def acts(self) -> tuple[DoneAct, ...]:
        return editing.acts(self._readable())

    async def entries(self, wanted: EntryFilter, now: datetime) -> tuple[tuple[StoredEntry, str], ...]:
        return looking.entries(self._readable(), wanted, now)

    async def status(self, topics: Sequence[Topic], now: datetime, *, polls: int = 1) -> Status:
        return looking.status(self._readable(), topics, now, polls)

    async def source_view(self, source_id: str, now: datetime) -> SourceView | None:
        return looking.source_view(self._readable(), source_id, now)

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        return looking.entry_views(self._readable(), wanted)

    async def story_view(self, wanted: str) -> StoryView | None:
        return looking.story_view(self._readable(), wanted)

    async def activity(self, now: datetime) -> Activity:
        return looking.activity(self._readable(), now)

    async def prune(self, now: datetime, *, vanished_for: timedelta = timedelta(days=2)) -> Pruned:
        return self._write(lambda kept: care.prune(kept, now, vanished_for))

    async def pages_wanted(self, source_ids: Sequence[str], now: datetime, limit: int) -> tuple[PageWanted, ...]:
        return pages.pages_wanted(self._readable(), source_ids, now, limit)

    async def keep_full_text(self, result: FullText) -> None:
        self._write(lambda kept: pages.keep_full_text(kept, result))

    async def run_errand(self, errand: Errand, decide: Callable[[HostSeen], Pace | None]) -> None:
        self._write(lambda kept: polling.run_errand(kept, errand, decide))

    async def background(self, limit: int) -> tuple[Example, ...]:
        return looking.background(self._readable(), limit)

    async def tastes(self) -> tuple[Learned, ...]:
        return tuple(one for _, one in sorted(self._readable().tastes.items()))

    async def keep_taste(self, learned: Learned) -> None:
        self._write(lambda kept: kept.tastes.update({learned.topic: learned}))

    async def close(self) -> None:
        self._closed = True

    def _readable(self) -> Kept:
        if self._closed:
            raise StoreError("the store is closed")
        return self._kept

    async def note_readers(self, seen: Sequence[Sighting], now: datetime) -> None:
        self._write(lambda kept: readers.note(kept, seen, now))

    async def audience(self, now: datetime) -> Audience:
        return readers.audience(self._readable(), now)

    def _write(self, work: Callable[[Kept], Result]) -> Result:
        changed = self._readable().copy()
        result = work(changed)
        if self._failing:
            self._failing -= 1
            raise StoreFull("the disk is full")
        self._kept = changed
        return result
