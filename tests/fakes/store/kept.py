"""What the fake store keeps: dictionaries of frozen values, so that a shallow copy of them is a transaction.

Sources and entries are known inside by numbers, in the order in which they were first seen, since ids may change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from aggregator.model.article import FullText
from aggregator.model.audience import Sighting
from aggregator.model.editing import Act
from aggregator.model.edition import LedgerRow, Rendition
from aggregator.model.entry import Entry, EntryKey, SourceFacts, StoredEntry
from aggregator.model.habits import NO_HABITS, Habits
from aggregator.model.incident import Incident
from aggregator.model.liking import Learned
from aggregator.model.looking import Revision
from aggregator.model.membership import told_of
from aggregator.model.pace import Pace
from aggregator.model.reason import Reason
from aggregator.model.sending import Message, MessageState
from aggregator.model.shape import NO_RHYTHM, Decision, Digest, Rhythm
from aggregator.model.source import Source, SourceState
from aggregator.model.story import HeadlineUse, Recent, TermCounts
from aggregator.model.topic import Access, TopicMode
from aggregator.model.verdict import PollRecord
from aggregator.model.websub import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSource:
    """A source as configured last, with what is known of it.

    Attributes:
        pace_key: Of the address that is polled, by itself; the key in force may be that of the family.
        polls: Newest first.
        held: The entries that its last document holds.
        items: Of that document: guid and entry by the digest of the item; None and None for one that says nothing.
    """

    source: Source
    state: SourceState
    position: int
    pace_key: str
    family: str
    active: bool = True
    polls: tuple[PollRecord, ...] = ()
    held: frozenset[int] = frozenset()
    items: Mapping[str, tuple[str | None, int | None]] = field(default_factory=dict)
    frame: str = ""
    habits: Habits = NO_HABITS
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Polls of an hour that ended in the same way."""

    polls: int = 0
    new: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """An entry; once ``pruned`` only its keys, its date, its fingerprint and a trace mean anything."""

    source: int
    entry: Entry
    first_seen_at: datetime
    reason: Reason
    revision: int = 0
    backfilled: bool = False
    story: int | None = None
    copy_of: int | None = None
    placed_why: Reason | None = None
    copied_why: Reason | None = None
    vanished_at: datetime | None = None
    pruned: bool = False
    held_until: datetime | None = None
    bumped_at: datetime | None = None
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptMatch:
    """An entry is in a topic; ``pending`` until its subject was announced there, ``lapsed`` when no rule lets it in."""

    reason: Reason
    pending: bool
    lapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTopic:
    """What is remembered of a topic.

    Attributes:
        matching: Digest of the rule that is being run over what is kept.
        fills: Whether what it lets in is to be announced, kept silently (False), or left out (None).
        start, below: Where the run began, and where it goes on.
    """

    feed_id: str
    rule_digest: str | None = None
    matching: str | None = None
    fills: bool | None = None
    start: int = 0
    below: int = 0
    retired: bool = False
    mode: TopicMode | None = None
    limit: int = 0
    digest: str = ""
    changed_at: datetime | None = None
    shape: str = ""
    rhythm: Rhythm = NO_RHYTHM
    due_at: datetime | None = None
    access: Access = Access.PUBLIC


@dataclass(frozen=True, slots=True)
class Announced:
    """A topic told its readers of a subject.

    Attributes:
        told_as: The story as which they know it, after a merge.
        digest: The moment of the digest that told it.
    """

    at: datetime
    told_as: int | None = None
    digest: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptMove:
    """An entry of a story that an editor touched: its story and what it repeated, before and after."""

    entry: int
    was_story: int
    is_story: int
    was_root: int | None
    is_root: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAct:
    """What an editor did; ``apart`` are the two stories of a split, a mark is on ``entry`` or ``source``."""

    act: Act
    at: datetime
    story: int | None = None
    moves: tuple[KeptMove, ...] = ()
    entry: int | None = None
    source: int | None = None
    apart: tuple[int, int] | None = None
    undone_at: datetime | None = None
    undone: Act | None = None


@dataclass(frozen=True, slots=True)
class KeptWords:
    """What the index knows of an entry, as it was then."""

    entry: Entry | None = None
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message of the outbox; ``due_at`` of one that is over is its end."""

    message: Message
    state: MessageState
    detail: str = ""


@dataclass(slots=True)
class Kept:
    """Everything.

    Attributes:
        authority: ``NAME,YEAR`` for ids that are minted.
        shorts: Entries by all short ids that they were ever shown under; an id that a source gave up may be another's.
        arrivals: Entry, and whether it was revised, by the number of the arrival.
        curated_up_to: The watermark.
        ledger: By subject, with the entry that led when it was announced.
        matches, announced: By topic, and entry or subject.
        paced_at: When what is known of a pace key last changed.
        prints: The entries that have a fingerprint.
        subscriptions: With their sources, by the hash of the token.
        uses: By headline and source, with the entry that used it last.
        merged: The story that another one became a part of.
        pages: What came of the pages of entries.
        acts: The journal of editors, by number.
        shaped: What was decided last, by topic and subject.
        digests: By topic and the moment of its timetable.
        outbox: In the order in which messages were written down.
        incidents: By id.
        told: By topic, up to when the mailboxes of its mailings were told.
        readers: Who was seen last, by topic and reader.
        tastes: What topics have learned.
        due: When stories are to be weighed.
        words: What the index knows of entries.
        archives: Months that are over, by topic and month.
        tokens: Topics by the hashes of the tokens that hold.
    """

    authority: str
    sources: dict[int, KeptSource] = field(default_factory=dict)
    entries: dict[int, KeptEntry] = field(default_factory=dict)
    shorts: dict[str, frozenset[int]] = field(default_factory=dict)
    arrivals: dict[int, tuple[int, bool]] = field(default_factory=dict)
    curated_up_to: int = 0
    topics: dict[str, KeptTopic] = field(default_factory=dict)
    matches: dict[tuple[str, int], KeptMatch] = field(default_factory=dict)
    ledger: dict[int, tuple[LedgerRow, int]] = field(default_factory=dict)
    announced: dict[tuple[str, int], Announced] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    paced_at: dict[str, datetime] = field(default_factory=dict)
    subscriptions: dict[str, tuple[int, Subscription]] = field(default_factory=dict)
    recent: dict[int, Recent] = field(default_factory=dict)
    prints: dict[int, frozenset[int]] = field(default_factory=dict)
    uses: dict[tuple[int, int], tuple[int, HeadlineUse]] = field(default_factory=dict)
    counts: dict[str, TermCounts] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    pages: dict[int, FullText] = field(default_factory=dict)
    acts: dict[int, KeptAct] = field(default_factory=dict)
    shaped: dict[tuple[str, int], Decision] = field(default_factory=dict)
    digests: dict[tuple[str, datetime], Digest] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    outbox: dict[int, KeptMessage] = field(default_factory=dict)
    told: dict[str, dict[str, datetime]] = field(default_factory=dict)
    readers: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    tastes: dict[str, Learned] = field(default_factory=dict)
    due: dict[int, datetime] = field(default_factory=dict)
    words: dict[int, KeptWords] = field(default_factory=dict)
    tallies: dict[tuple[datetime, str], Tally] = field(default_factory=dict)
    delays: dict[tuple[datetime, int], int] = field(default_factory=dict)
    archives: dict[tuple[str, str], Rendition] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Kept:
        """Begin a transaction: what is done to the copy is not done to this."""
        return Kept(**{one.name: copy.copy(getattr(self, one.name)) for one in fields(self)})

    def source_number(self, source_id: str) -> int | None:
        return next((number for number, kept in self.sources.items() if kept.source.id == source_id), None)

    def entry_number(self, key: EntryKey) -> int | None:
        return next((number for number, kept in self.entries.items() if kept.entry.key == key), None)

    def name(self, number: int) -> None:
        """Let an entry be found by the short id that it has now, too."""
        short = self.key(number).short
        self.shorts[short] = self.shorts.get(short, frozenset()) | {number}

    def key(self, number: int) -> EntryKey:
        return self.entries[number].entry.key

    def live(self) -> Iterator[tuple[int, KeptEntry]]:
        """Walk through the entries that were not pruned, in the order in which they came."""
        return ((number, kept) for number, kept in self.entries.items() if not kept.pruned)

    def pace_in_force(self, source: KeptSource) -> str:
        family = self.paces.get(source.family)
        return source.family if family and family.merged else source.pace_key

    def pace(self, key: str) -> Pace:
        return self.paces.get(key, Pace(key=key))

    def arrive(self, entry: int, *, revised: bool) -> None:
        self.arrivals[max((self.curated_up_to, *self.arrivals)) + 1] = (entry, revised)

    def topics_of(self, entry: int) -> tuple[tuple[str, Reason], ...]:
        """List the topics that an entry is in, and why; those that have retired do not count."""
        matches = ((topic, match) for (topic, one), match in self.matches.items() if one == entry)
        found = sorted((topic, told_of(match.reason, lapsed=match.lapsed)) for topic, match in matches)
        return tuple((topic, why) for topic, why in found if topic not in self.topics or not self.topics[topic].retired)

    def stored(self, number: int) -> StoredEntry:
        kept = self.entries[number]
        return StoredEntry(
            entry=kept.entry,
            first_seen_at=kept.first_seen_at,
            revision=kept.revision,
            backfilled=kept.backfilled,
            story=None if kept.story is None else self.key(kept.story),
            duplicate_of=None if kept.copy_of is None else self.key(kept.copy_of),
            topics=tuple(topic for topic, _ in self.topics_of(number)),
            bumped_at=kept.bumped_at,
        )

    def facts(self, source_number: int) -> SourceFacts:
        source, profile = self.sources[source_number].source, self.sources[source_number].state.profile
        return SourceFacts(
            id=source.id,
            title=source.title or profile.title or source.id,
            url=source.url,
            group=source.group,
            tags=source.tags,
            weight=source.weight,
            owner=source.owner or source.id,
            language=source.language or profile.language,
            private=source.private,
            profile=profile,
        )
