"""What ``status`` and the pages show of sources and topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.source import Source, SourceState
from aggregator.model.verdict import PollRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source at a glance; ``polls`` newest first."""

    source: Source
    state: SourceState
    entries: int
    polls: tuple[PollRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStatus:
    """One topic at a glance."""

    slug: str
    title: str
    entries: int
    stories: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything at a glance."""

    at: datetime
    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicStatus, ...]
    entries: int = 0
    waiting: int = 0


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
