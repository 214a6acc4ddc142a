"""Curation: where an entry belongs, and in which topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import EntryKey, SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.topic import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new or revised entry that waits to be curated.

    Attributes:
        number: Order of arrival, rising, never reused.
        revised: Whether it was known before.
    """

    number: int
    stored: StoredEntry
    source: SourceFacts
    revised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A stored, already placed entry of some source that shares a link key with an arrival.

    Attributes:
        title: As stored; without it the entry is never taken for another one of its own source.
    """

    key: EntryKey
    link_key: int
    story: EntryKey
    first_seen_at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateBatch:
    """What one curate step decides about: arrivals in order, and what is already placed near them."""

    arrivals: tuple[Arrival, ...]
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An entry belongs to a story; every entry has one from its first day.

    Attributes:
        story: Key of the story's founding entry; ``key`` itself for a new story.
        duplicate_of: Root of the group it repeats, or None.
    """

    key: EntryKey
    story: EntryKey
    duplicate_of: EntryKey | None = None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """The decision about a batch; the store commits it together with the watermark.

    Attributes:
        placements: For arrivals that had no story yet.
        judged: Keys whose topic matches were found anew: matches not named below are dropped,
            unless they were announced.
    """

    placements: tuple[Placement, ...] = ()
    judged: tuple[EntryKey, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateResult:
    """What a curate step did.

    Attributes:
        arrivals: How many were taken; 0 means that nothing is waiting.
        topics: Slugs whose members may have changed.
    """

    arrivals: int = 0
    topics: frozenset[str] = frozenset()
