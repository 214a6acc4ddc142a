"""What ``status`` and the pages show of sources and topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.habits import NO_HABITS, Habits
from aggregator.model.looking import Revision
from aggregator.model.pace import Pace
from aggregator.model.reason import Reason
from aggregator.model.sending import TargetStatus
from aggregator.model.shape import Queue
from aggregator.model.source import Source, SourceState
from aggregator.model.story import StoryFacts
from aggregator.model.verdict import PollRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source at a glance.

    Attributes:
        polls: Newest first.
        pace_key: The key in force; empty means that of the settings.
    """

    source: Source
    state: SourceState
    entries: int
    polls: tuple[PollRecord, ...] = ()
    pace_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source with all that explains when it is polled.

    Attributes:
        pace: Of the key in force.
        family: The registrable domain or host group that it belongs to.
        sharing: Ids of all sources under the same pace key, itself included.
        habits: What was learned of its way of naming entries.
        held: Entries that wait.
    """

    at: datetime
    status: SourceStatus
    pace: Pace
    family: str
    sharing: tuple[str, ...] = ()
    habits: Habits = NO_HABITS
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One stored entry with the reasons of every stage that decided about it.

    Attributes:
        story: Short id of its story; empty until it was curated.
        reasons: In the order in which the data walks.
        topics: Topic and reason of each match.
        telling: Who tells its story, as it is now.
        fates: Topic, what became last of the entry's subject there, where something keeps or kept it waiting, and when
            it is looked at again without anything happening.
        revisions: What it was before, the oldest first; of many edits the last ones.
    """

    stored: StoredEntry
    story: str
    source: SourceFacts
    reasons: tuple[Reason, ...] = ()
    topics: tuple[tuple[str, Reason], ...] = ()
    telling: StoryFacts | None = None
    fates: tuple[tuple[str, Reason, datetime | None], ...] = ()
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story with its members.

    Attributes:
        id: Its short id, which may differ from the one that was asked for: a story that became part of another is
            found there.
        members: By first seen, the oldest first.
    """

    id: str
    members: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStatus:
    """One topic at a glance.

    Attributes:
        matched: Share of what is kept that was matched with the latest rule, 0 to 1.
        subscribers: Readers that asked for its feed of late; a service that reads for many counts as so many.
        private: Only who has its address may know of it.
        queues: What waits in it, gate by gate, the longest queue first.
    """

    slug: str
    title: str
    entries: int
    stories: int
    updated_at: datetime | None
    matched: float = 1.0
    subscribers: int = 0
    private: bool = False
    queues: tuple[Queue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything at a glance.

    Attributes:
        paces: What was learned of hosts: those with a pace of their own first, then last things first.
        outbox: Every target that something waits for, was given up for or was sent to of late.
    """

    at: datetime
    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicStatus, ...]
    entries: int = 0
    waiting: int = 0
    paces: tuple[Pace, ...] = ()
    outbox: tuple[TargetStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which stored entries are asked for.

    Attributes:
        since: Only those first seen within so much time.
        story, entry: Short ids.
        limit: None for all.
    """

    source: str | None = None
    topic: str | None = None
    story: str | None = None
    entry: str | None = None
    since: timedelta | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What the keep rules took away; tombstones stay so that nothing comes back as new."""

    entries: int = 0
    polls: int = 0
    tombstones: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFacts:
    """What is in a copy of the database."""

    sources: int
    entries: int
    bytes: int

    def __str__(self) -> str:
        return f"{self.entries:,} entries of {self.sources:,} sources, {self.bytes / 1e6:.1f} MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why something is as it is.

    Attributes:
        kind: ``source`` or ``entry``.
        id: Of the source, or the short id of the entry.
        url: Without credentials; None without one.
        title: What people know it by.
        state: The condition of the source, or the id of the entry's source.
        records: In the order in which the data walks.
    """

    kind: str
    id: str
    url: str | None
    title: str
    state: str
    records: tuple[Reason, ...]
