"""What a store is asked beside the three steps: looking inside, housekeeping, readers, pages, paces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model.article import FullText, PageWanted
from aggregator.model.audience import Audience, Sighting
from aggregator.model.editing import DoneAct
from aggregator.model.entry import StoredEntry
from aggregator.model.incident import Events, Incident, Sights
from aggregator.model.liking import Example, Learned
from aggregator.model.looking import Activity
from aggregator.model.pace import Errand, HostSeen, Pace
from aggregator.model.status import EntryFilter, EntryView, Pruned, SourceView, Status, StoryView
from aggregator.model.topic import Topic


class ReadStore(Protocol):
    """What looking inside needs; never waits for a writer."""

    async def entries(self, wanted: EntryFilter, now: datetime) -> tuple[tuple[StoredEntry, str], ...]:
        """List stored entries, newest first seen first, each with its short story id (or an empty string)."""
        ...

    async def status(self, topics: Sequence[Topic], now: datetime, *, polls: int = 1) -> Status:
        """Tell the state of every source, with its last ``polls`` polls, and of every topic."""
        ...

    async def source_view(self, source_id: str, now: datetime) -> SourceView | None:
        """Show one source with all that explains when it is polled; None when it is not configured."""
        ...

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the kept entries that bear a short id or lead to an address, with their reasons, the oldest first."""
        ...

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show the story that bears, or is found under, a short id, with its oldest members; None without any."""
        ...

    async def activity(self, now: datetime) -> Activity:
        """Tell what happened in the last hours and days."""
        ...


class CareStore(Protocol):
    """What housekeeping needs."""

    async def prune(self, now: datetime, *, vanished_for: timedelta = timedelta(days=2)) -> Pruned:
        """Apply the keep rules.

        An entry goes when it is older than its source's ``keep`` and the source's document has not held it
        for ``vanished_for``; its keys stay as tombstones, so that it is not new when it returns. Messages that were
        sent are forgotten after a week, those that were given up after a month,
        incidents a year after their end.
        """
        ...


class EventStore(Protocol):
    """What watching over the aggregator itself needs."""

    async def sights(self, topics: Sequence[Topic], now: datetime) -> Sights:
        """Look at everything that may be amiss.

        Of sources those are named that fail, have moved, hold entries back, or brought ten entries or more and none
        for a day.
        """
        ...

    async def incidents_going(self) -> tuple[Incident, ...]:
        """List the incidents that are not closed, confirmed or not."""
        ...

    async def keep_incidents(self, kept: Sequence[Incident], blips: Sequence[Incident]) -> None:
        """Write new and changed incidents, and forget those that were none, in one transaction."""
        ...

    async def events(self, limit: int) -> Events:
        """List the confirmed incidents, the last opened first."""


class TasteStore(Protocol):
    """What learning from examples needs."""

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the kept entries that bear a short id or lead to an address, with their reasons, the oldest first."""
        ...

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read what editors did, the oldest act first."""
        ...

    async def background(self, limit: int) -> tuple[Example, ...]:
        """Give a sample of what is kept; the same one, as long as the same is kept.

        Copies are not in it, nor what is held back, nor what came from sources with credentials.
        """
        ...

    async def tastes(self) -> tuple[Learned, ...]:
        """Give what topics have learned, by their slugs."""
        ...

    async def keep_taste(self, learned: Learned) -> None:
        """Keep what a topic has learned, in place of what it had learned before."""
        ...


class AudienceStore(Protocol):
    """What is known of those who read us."""

    async def note_readers(self, seen: Sequence[Sighting], now: datetime) -> None:
        """Remember readers of topics, without what would name them; forget those not seen for ``REMEMBERED``."""
        ...

    async def audience(self, now: datetime) -> Audience:
        """Count subscribers by topic, and by source for topics that its entries of the last 30 days are in."""
        ...


class FullTextStore(Protocol):
    """What reading the pages of entries needs."""

    async def pages_wanted(self, source_ids: Sequence[str], now: datetime, limit: int) -> tuple[PageWanted, ...]:
        """List fresh entries of these sources whose page was not read, or is to be tried again, oldest first.

        Entries that were only kept (``backfilled``) or have no link are not among them.
        """
        ...

    async def keep_full_text(self, result: FullText) -> None:
        """Note what came of a page, once committed.

        An article takes the place of the entry's text, and the feed's own is kept beside it; the entry arrives
        anew. Dropped when the entry was revised meanwhile.
        """
        ...


class PaceStore(Protocol):
    """What requests beside polls need, to keep the pace of hosts."""

    async def run_errand(self, errand: Errand, decide: Callable[[HostSeen], Pace | None]) -> None:
        """Look up what is known of a host, decide and write, in one transaction.

        ``decide`` is pure and may be called again; None leaves what is known as it is.
        """
        ...
