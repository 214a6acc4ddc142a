"""A document that was read: parsed and normalised, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.discovery import PageFacts
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.fetching import Failure
from aggregator.model.finding import Finding
from aggregator.model.habits import QuirkKind
from aggregator.model.overrides import NO_OVERRIDES, Overrides
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import ContentPolicy, FeedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes to be read, with all that reading needs to know; it travels to a worker process.

    Attributes:
        url: Final address; relative addresses in the document are resolved against it.
        source_url: The configured address of the source.
        headers: Lower-case names.
        now: Dates later than this plus a day are not believed.
        drop: A query; entries that it holds for are left out.
    """

    source_id: str
    url: str
    source_url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    now: datetime
    language: str | None = None
    content: ContentPolicy = ContentPolicy.FEED
    overrides: Overrides = NO_OVERRIDES
    drop: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A document without the items that are known and need not be read again.

    Attributes:
        document: Its body lacks them.
        left_out: Their digests, each once, in the order of the document.
        names: The guids that their entries go by.
        frame: Digest of the document without any items, as in ``Reading``.
        is_empty: Whether no item is left.
    """

    document: Document
    left_out: tuple[str, ...]
    names: frozenset[str]
    frame: str
    is_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found.

    Attributes:
        entries: In the order of the document; of entries with one key only the first.
        repeated: How many entries of the document had a key that an earlier one had.
        bozo: Why the document is not well-formed, or None.
        truncated: How many items were left out because there were too many.
        items: Digest of each item that was read, with the key of its entry, None for one that says nothing. Empty
            when the document was not read item by item: then all of it has to be read the next time, too.
        known_items: Digests of the items that were not read, because they are known.
        frame: Digest of the document without its items; empty with ``items``.
        dropped: How many entries the source's own query left out.
        findings: What the publisher could mend; None when a part of the document was not read.
        habits: What this document shows of the source's way of naming: kind of the quirk, what it is about, evidence.
    """

    profile: FeedProfile
    hints: ScheduleHints
    entries: tuple[Entry, ...]
    repeated: int = 0
    bozo: str | None = None
    truncated: int = 0
    items: tuple[tuple[str, EntryKey | None], ...] = ()
    known_items: tuple[str, ...] = ()
    frame: str = ""
    dropped: int = 0
    findings: tuple[Finding, ...] | None = None
    habits: tuple[tuple[QuirkKind, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No feed: what it was instead, for people, with what to do; of a web page, what it says about feeds."""

    kind: Failure
    detail: str
    page: PageFacts | None = None


ReadOutcome = Reading | Unreadable
