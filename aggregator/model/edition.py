"""A topic feed at one moment, ready to be rendered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.editing import Mark
from aggregator.model.entry import Enclosure, EntryKey, SourceFacts, StoredEntry
from aggregator.model.extras import NO_EXTRAS, Extras
from aggregator.model.reason import Reason
from aggregator.model.sending import Message
from aggregator.model.shape import NO_RHYTHM, Decision, Digest, Rhythm, Telling
from aggregator.model.topic import Access, Output, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What was announced is for ever: written once, never computed again.

    Attributes:
        subject: The story's key, or in ``mode: entries`` the entry's.
        atom_id: The id that every reader saw; unique over the whole store.
        lead: The entry that spoke for the subject when it was announced; sticky.
        first_announced_at: When any topic first announced it.
    """

    subject: EntryKey
    atom_id: str
    url: str | None
    published_at: datetime
    updated_at: datetime
    lead: EntryKey
    first_announced_at: datetime


def own_id(authority: str, subject: EntryKey) -> str:
    """Make the id that we give a subject whose publisher gave none that lasts.

    A source that was renamed leaves its name to others, and a subject of theirs may bear a key that was announced
    before: then a number follows, ``-2`` and so on.

    Follows: RFC 4151 (tag URIs).
    """
    return f"tag:{authority}:entry/{subject.short}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of a candidate, with its source and why it is in the topic (None: here by its story only).

    Attributes:
        text_length: Characters of the content; also where the entry was read without what only a lead shows.
    """

    stored: StoredEntry
    source: SourceFacts
    text_length: int
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A subject that the topic may show: a story with its entries, or a single entry.

    Attributes:
        members: At least one, by first seen, then key. Those that only the story brought are included.
        ledger: Its row, when any topic has announced it.
        announced_at: When *this* topic announced it; None when it has not.
        elsewhere: Topics of ``unless-in`` that have it, and whether they announced it; else it waits there.
    """

    subject: EntryKey
    members: tuple[Member, ...]
    ledger: LedgerRow | None = None
    announced_at: datetime | None = None
    elsewhere: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """All that composing an edition may know.

    Attributes:
        topic: The definition.
        feed_id: ``tag:`` URI of the topic feed, frozen in the store.
        authority: ``NAME,YEAR`` for ids that we have to make, frozen in the store.
        candidates: Every subject not yet announced here, the last ``topic.limit`` that were, and of these the pinned.
        taken_ids: Atom ids that other subjects hold, of those that the candidates might want: guids of theirs, and
            what begins with the ``own_id`` of one.
        taken_urls: The same of links.
        marks: Pins and hidings that hold here now, the oldest first.
        recent: What was announced here within the memory of the topic's shape, by time.
        digests: The last ``topic.limit``, the latest first.
        partial: More waits than is shown: what can be cut is cut, and nothing is announced that others may be
            better than.
        last_digest: Of the edition before, empty at first.
        last_changed_at: When the content last changed.
        announcing: Subjects that the same commit has announced already, where a flood is announced in slices.
        told: For each mailing of the topic by name, up to when its mailbox was told; not those that are new.
        older_at: When the newest of those subjects was announced that this topic announced before the candidates;
            None when there are none.
    """

    topic: Topic
    feed_id: str
    authority: str
    candidates: tuple[Candidate, ...]
    taken_ids: frozenset[str] = frozenset()
    taken_urls: frozenset[str] = frozenset()
    last_digest: str = ""
    last_changed_at: datetime | None = None
    announcing: frozenset[EntryKey] = frozenset()
    told: tuple[tuple[str, datetime], ...] = ()
    older_at: datetime | None = None
    marks: tuple[Mark, ...] = ()
    recent: tuple[Telling, ...] = ()
    rhythm: Rhythm = NO_RHYTHM
    digests: tuple[Digest, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoCovered:
    """Another outlet's entry of the same story."""

    title: str
    url: str
    source_title: str
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionEntry:
    """One item of an edition; everything that a format may want, already decided.

    Attributes:
        id: The Atom id from the ledger.
        short_id: Of the lead entry, for our own pages.
        story_id: Short id of the story.
        url: http or https; None when the publisher gave no link.
        content_html: With attribution where the topic wants it.
        source: Of the lead.
        announced_at: By this topic.
    """

    id: str
    short_id: str
    story_id: str
    title: str
    url: str | None
    published_at: datetime
    updated_at: datetime
    announced_at: datetime
    authors: tuple[str, ...]
    summary: str
    content_html: str
    source: SourceFacts
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image_url: str | None = None
    comments_url: str | None = None
    language: str | None = None
    rights: str | None = None
    also: tuple[AlsoCovered, ...] = ()
    reasons: tuple[Reason, ...] = ()
    extras: Extras = NO_EXTRAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A topic feed at one moment.

    Attributes:
        updated_at: The newest entry's ``updated_at``; when there are none, the moment of the first edition.
        changed_at: When the content of the feed last changed; the ``Last-Modified`` of every format.
        digest: Over everything that a format shows; equal digests mean equal bytes.
        older: The month, ``YYYY-MM``, of the newest item that was announced and has no room here; in a part of a month
            the name of the part before it; None when there is nothing older.
        month: Name of the part of a month that this is; None in the feed that readers subscribe to.
        newer: Name of the part after this one, within its month.
        gone: How many items of this part are no longer kept.
        final: Whether the month is over, so that nothing will ever change in it.
    """

    slug: str
    title: str
    description: str
    feed_id: str
    language: str | None
    output: Output
    updated_at: datetime
    changed_at: datetime
    digest: str
    entries: tuple[EditionEntry, ...]
    access: Access = Access.PUBLIC
    older: str | None = None
    month: str | None = None
    final: bool = False
    newer: str | None = None
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """An edition, with what the ledger has to learn before anybody sees it.

    Attributes:
        new_rows: For subjects that no topic had announced before.
        announced: Subjects that this topic announces with this edition.
        leads: The entries that speak in it, in its order, then those that speak in a new digest.
        decisions: About every subject that was not announced here, unless it is announced for no other reason than that
            it is there.
        digest: Of those, what ``digested`` is told as, where that is not by items of its own.
        due_at: When time alone may give another edition.
        messages: What tells of it elsewhere; of a flood that is announced in slices only those of the last count.
        told: As in the view, from now on; empty leaves it as it is.
    """

    edition: Edition
    new_rows: tuple[LedgerRow, ...] = ()
    announced: tuple[EntryKey, ...] = ()
    leads: tuple[EntryKey, ...] = ()
    decisions: tuple[Decision, ...] = ()
    rhythm: Rhythm = NO_RHYTHM
    digest: Digest | None = None
    digested: tuple[EntryKey, ...] = ()
    due_at: datetime | None = None
    messages: tuple[Message, ...] = ()
    told: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """Where and as what we publish.

    Attributes:
        base_url: Public address without a trailing slash.
        generator: Name and version.
        icon_url: A square picture that stands for us.
    """

    title: str
    base_url: str
    language: str
    contact: str | None
    generator: str
    icon_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One document, ready to be sent.

    Attributes:
        name: Path below the base address, such as ``iraq.atom``.
        etag: Strong, with its quotes, of the bytes before compression.
    """

    name: str
    media_type: str
    body: bytes
    gzipped: bytes
    etag: str
    changed_at: datetime
