"""The store on SQLite, as one part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.model.article import FullText, PageWanted
from aggregator.model.editing import Act, DoneAct, Edited
from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.following import FollowChange, Followed
from aggregator.model.liking import Example, Learned
from aggregator.model.looking import Activity
from aggregator.model.pace import Errand, HostSeen, Pace
from aggregator.model.searching import Found, Sought
from aggregator.model.source import Claim, Due, Source, Waiting
from aggregator.model.status import EntryFilter, EntryView, Pruned, SourceView, Status, StoryView
from aggregator.model.story import CurateBatch, Curated, CurateResult, Deciding, Recalled
from aggregator.model.topic import Topic
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known, KnownDocument
from aggregator.model.websub import Subscription
from aggregator.store.sqlite import (
    activity as recent_activity,
    care,
    claims,
    curation,
    editing,
    following,
    full_texts,
    incidents,
    looking,
    near,
    outbox,
    paces,
    polls as poll_rows,
    reading,
    searching,
    sources as source_table,
    tallies,
    tastes,
    timing,
    weighing,
)
from aggregator.store.sqlite.aside import Aside, open_aside
from aggregator.store.sqlite.matching import Matching
from aggregator.store.sqlite.opening import PATIENCE, open_to_read, open_to_write
from aggregator.store.sqlite.publishing import Publishing
from aggregator.store.sqlite.quiet import transact_quiet
from aggregator.store.sqlite.schema import MIGRATIONS
from aggregator.store.sqlite.telling import Telling
from aggregator.store.sqlite.writer import ReadingThread, Writer

Result = TypeVar("Result")


class SqliteStore(Publishing, Telling, Matching):
    """Keeps everything in one SQLite file: one thread writes, one reads beside it.

    Secrets of sources are never written down: ``claim_due`` and ``claim`` give out the sources of the last
    ``sync_sources`` of this process, and nothing before it.
    """

    def __init__(self, path: Path, *, reader: ReadingThread | Aside, writer: Writer | Aside | None) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._sources: dict[str, Source] = {}

    @classmethod
    def open(cls, path: Path, *, site_authority: str, patience: timedelta = PATIENCE) -> SqliteStore:
        """Open the database for writing; make it, and its folder, where there is none.

        Args:
            path: The file. One process writes at a time; the data folder's lock is the caller's.
            site_authority: Domain name that ids are made under (RFC 4151); it is frozen, with the year, at first
                use, and has no effect later.
            patience: How long to wait for another process that holds the database.

        Raises:
            SchemaTooNew: A newer version of the aggregator wrote it.
            StoreError: It is damaged, locked, or cannot be opened.
        """
        authority = f"{site_authority},{datetime.now(UTC).year}"
        to_write, to_read = open_to_write(path, MIGRATIONS, authority=authority, patience=patience)
        return cls(path, reader=ReadingThread(to_read, path), writer=Writer(to_write, path))

    @classmethod
    def open_for_reading(cls, path: Path, *, patience: timedelta = PATIENCE) -> SqliteStore:
        """Open a database that exists for ``entries``, ``status`` and ``next_due_at``, beside a daemon or alone.

        Raises:
            StoreError: It does not exist, cannot be read, or was written by another version.
        """
        return cls(path, reader=ReadingThread(open_to_read(path, MIGRATIONS, patience), path), writer=None)

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        await self._reader.close()
        if self._writer is not None:
            await self._writer.close()

    async def sync_sources(self, sources: Sequence[Source], now: datetime) -> tuple[Source, ...]:
        """Take over the configured sources and give them back with their frozen ids, in the same order."""
        named = await self._write(lambda db: source_table.sync(db, sources, now))
        self._sources = {source.id: source for source in named}
        return named

    async def claim_due(self, now: datetime, limit: int, *, busy: frozenset[str] = frozenset()) -> tuple[Claim, ...]:
        """Claim sources that are due, none of a busy or held pace key."""
        return await self._write(lambda db: claims.claim_due(db, self._sources, now, limit, busy))

    async def claim(self, source_ids: Sequence[str], now: datetime) -> tuple[Claim, ...]:
        """Claim the sources named, due or not, but none that a server's wish still holds."""
        return await self._write(lambda db: claims.claim_named(db, self._sources, source_ids, now))

    async def transact(self, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
        """Look up, decide and write one poll in one transaction, fenced by the version."""
        if ask.digests:
            return await self._write(lambda db: poll_rows.transact(db, ask, decide))
        if self._writer is None:
            raise StoreError(f"{self._path}: was opened for reading")
        return await self._writer.share(transact_quiet, (ask, decide))

    async def known_document(self, source_id: str) -> KnownDocument:
        """Give what is remembered of the items of the source's last document."""
        return await self._reader.run(lambda db: poll_rows.known_document(db, source_id))

    async def reschedule(
        self, now: datetime, decide: Callable[[Sequence[Waiting], datetime], Mapping[str, Due]]
    ) -> int:
        """Give those of the sources that are due other due times, in one transaction; say how many."""
        return await self._write(lambda db: timing.reschedule(db, now, decide))

    async def shift(self, by: timedelta) -> None:
        """Move every due time and every hold by this much, after the wall clock was stepped by it."""
        await self._write(lambda db: timing.shift(db, by))

    async def give_back(self, claims_given: Sequence[Claim]) -> None:
        """Make sources that were claimed and not asked due again as they were."""
        await self._write(lambda db: claims.give_back(db, claims_given))

    async def renew(self, claim: Claim, now: datetime) -> None:
        """Count the floor of a claimed source from now."""
        await self._write(lambda db: claims.renew(db, claim, now))

    async def followed(self) -> tuple[Followed, ...]:
        """List the sources that have, or had, a hub."""
        return await self._reader.run(following.followed)

    async def subscription(self, token_hash: str) -> Subscription | None:
        """Find a subscription, ended or not, by the hash of its token."""
        return await self._reader.run(lambda db: following.subscription(db, token_hash))

    async def follow(self, source_id: str, decide: Callable[[Followed], FollowChange]) -> FollowChange | None:
        """Look up, decide and write what becomes of one source and its subscriptions, in one transaction."""
        return await self._write(lambda db: following.change(db, source_id, decide))

    async def forget_subscriptions(self, before: datetime) -> int:
        """Forget the subscriptions that ended before a moment; say how many."""
        return await self._write(lambda db: following.forget_ended(db, before))

    async def pause(self, source_id: str, since: datetime | None) -> bool:
        """Let a configured source be asked no more, or again; say whether there is one."""
        return await self._write(lambda db: claims.pause(db, source_id, since))

    async def next_due_at(self) -> datetime | None:
        """Say when the next source is due; None when there is none."""
        return await self._reader.run(claims.next_due_at)

    async def recall(self) -> Recalled:
        """Read what is remembered of open stories."""
        return await self._reader.run(near.recall)

    async def curate(self, limit: int, deciding: Deciding) -> CurateResult:
        """Take up to ``limit`` arrivals after the watermark, decide, and commit decision and watermark together."""
        return await self._write(lambda db: curation.curate(db, limit, deciding))

    async def rehearse(self) -> SqliteStore:
        """Open a store of its own over what is committed now; what is written there stays beside the database."""
        aside = Aside(self._path, await self._reader.run(lambda _: open_aside(self._path)))
        return SqliteStore(self._path, reader=aside, writer=aside)

    async def background(self, limit: int) -> tuple[Example, ...]:
        """Give a sample of what is kept; the same one, as long as the same is kept."""
        return await self._reader.run(lambda db: tastes.background(db, limit))

    async def tastes(self) -> tuple[Learned, ...]:
        """Give what topics have learned, by their slugs."""
        return await self._reader.run(tastes.tastes)

    async def keep_taste(self, learned: Learned) -> None:
        """Keep what a topic has learned, in place of what it had learned before."""
        await self._write(lambda db: tastes.keep_taste(db, learned))

    async def weigh(self, now: datetime, limit: int, decide: Callable[[CurateBatch], Curated]) -> CurateResult:
        """Take stories that are due, and decide about what depends on them or on time."""
        return await self._write(lambda db: weighing.weigh(db, now, limit, decide))

    async def next_weighing_at(self) -> datetime | None:
        """Say when the next story is due."""
        return await self._reader.run(weighing.next_weighing_at)

    async def index_words(self, limit: int, words: Callable[[StoredEntry, SourceFacts], Sequence[str]]) -> int:
        """Take entries that are new, or were edited, into the index; say how many waited."""
        cut = await self._reader.run(lambda db: searching.cut_words(db, limit, words))
        if cut.waited:
            await self._write(lambda db: searching.write_words(db, cut))
        return cut.waited

    async def search(self, sought: Sought) -> Found:
        """Find what is kept, what came last first."""
        return await self._reader.run(lambda db: searching.search(db, sought))

    async def edit(self, act: Act, now: datetime) -> Edited:
        """Carry out what an editor wants, and write it down."""
        return await self._write(lambda db: editing.edit(db, act, now))

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read the journal of editors, the oldest act first."""
        return await self._reader.run(editing.acts)

    async def entries(self, wanted: EntryFilter, now: datetime) -> tuple[tuple[StoredEntry, str], ...]:
        """List stored entries, newest first seen first, each with its short story id (or an empty string)."""
        return await self._reader.run(lambda db: reading.entries(db, wanted, now))

    async def status(self, topics: Sequence[Topic], now: datetime, *, polls: int = 1) -> Status:
        """Tell the state of every source, with its last ``polls`` polls, and of every topic."""
        return await self._reader.run(lambda db: reading.status(db, topics, now, polls))

    async def source_view(self, source_id: str, now: datetime) -> SourceView | None:
        """Show one source with all that explains when it is polled; None when it is not configured."""
        return await self._reader.run(lambda db: looking.source_view(db, source_id, now))

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the kept entries that bear a short id or lead to an address, with their reasons, the oldest first."""
        return await self._reader.run(lambda db: looking.entry_views(db, wanted))

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show the story that bears, or is found under, a short id, with its oldest members; None without any."""
        return await self._reader.run(lambda db: looking.story_view(db, wanted))

    async def activity(self, now: datetime) -> Activity:
        """Tell what happened in the last hours and days."""
        return await self._reader.run(lambda db: recent_activity.activity(db, now))

    async def pages_wanted(self, source_ids: Sequence[str], now: datetime, limit: int) -> tuple[PageWanted, ...]:
        """List fresh entries of these sources whose page was not read, or is to be tried again, oldest first."""
        return await self._reader.run(lambda db: full_texts.pages_wanted(db, source_ids, now, limit))

    async def keep_full_text(self, result: FullText) -> None:
        """Note what came of a page, once committed."""
        await self._write(lambda db: full_texts.keep_full_text(db, result))

    async def run_errand(self, errand: Errand, decide: Callable[[HostSeen], Pace | None]) -> None:
        """Look up what is known of a host, decide and write, in one transaction."""
        await self._write(lambda db: paces.run_errand(db, errand, decide))

    async def prune(self, now: datetime, *, vanished_for: timedelta = timedelta(days=2)) -> Pruned:
        """Apply the keep rules, in slices, so that polls pass between them."""
        rule = care.Rule(now=now, vanished_for=vanished_for)
        old = await self._reader.run(lambda db: care.find_old(db, rule))
        gone = 0
        for start in range(0, len(old), care.SLICE):
            part = old[start : start + care.SLICE]
            gone += await self._write(partial(care.prune_entries, rule=rule, row_ids=part))
        forgotten = await self._write(lambda db: care.prune_polls(db, now))
        await self._write(lambda db: paces.prune_paces(db, now))
        await self._write(lambda db: outbox.forget_messages(db, now))
        await self._write(lambda db: incidents.forget_incidents(db, now))
        await self._write(lambda db: tallies.fold_tallies(db, now))
        while await self._write(lambda db: near.forget(db, now)):
            pass
        return Pruned(entries=gone, polls=forgotten, tombstones=await self._reader.run(care.tombstones))

    async def _write(self, work: Callable[[Database], Result]) -> Result:
        if self._writer is None:
            raise StoreError(f"{self._path}: was opened for reading")
        return await self._writer.run(work)
