"""An entry: one item of a source, cleaned, with the keys it may be recognised by."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from aggregator.model.extras import NO_EXTRAS, Extras
from aggregator.model.reason import Reason
from aggregator.model.source import FeedProfile


@dataclass(frozen=True, slots=True, order=True)
class EntryKey:
    """The natural key of an entry: where it came from, and what identifies it there.

    ``guid`` is the publisher's identifier; without one it is ``link:<address>``, without that ``day:<title and day>``.
    """

    source: str
    guid: str

    @property
    def short(self) -> str:
        """A short, stable hash for people and addresses: 12 characters of ``a-z2-7``."""
        digest = hashlib.blake2b(f"{self.source}\0{self.guid}".encode("utf-8", "replace"), digest_size=8)
        return base64.b32encode(digest.digest()).decode().lower()[:12]


class KeyKind(StrEnum):
    """The rungs of the ladder on which an entry is recognised again, in this order."""

    GUID = "guid"
    GUID_ALT = "guid-alt"
    LINK = "link"
    TITLE_DAY = "title-day"


GUIDS: Final = frozenset({KeyKind.GUID, KeyKind.GUID_ALT})
"""Kinds of keys that the publisher made for nothing else."""


@dataclass(frozen=True, slots=True)
class CandidateKey:
    """One way to recognise an entry within its source; ``digest`` is signed, 64 bits, and holds the kind.

    The source is added by the store, by what never changes of it: a source that is renamed knows its entries.
    """

    kind: KeyKind
    digest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """An attached medium.

    Attributes:
        url: http or https.
        length: Bytes; None when the publisher did not say or said nonsense.
        duration_seconds: None when unknown.
    """

    url: str
    media_type: str = "application/octet-stream"
    length: int | None = None
    duration_seconds: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, clean and complete; what a publisher left out is None or empty.

    Attributes:
        keys: Candidate keys, in the order in which they are asked; never empty.
        url: The alternate link, http or https.
        link_key: Signed 64-bit digest of the canonical link, equal across sources; None without a link.
        title: Text; never empty.
        published_at: Clamped; None when the publisher gave no date that can be believed.
        updated_at: Never before ``published_at``.
        date_reason: Which rule gave the date, and the text it was read from.
        summary: Text of about 300 characters, ending at a word.
        content_html: Sanitised markup with absolute addresses; may be empty.
        fingerprint: blake2b-128 of what the publisher sent, hexadecimal; a change of it is a revision.
    """

    key: EntryKey
    keys: tuple[CandidateKey, ...]
    title: str
    url: str | None = None
    link_key: int | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    date_reason: Reason | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    content_html: str = ""
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image_url: str | None = None
    comments_url: str | None = None
    language: str | None = None
    rights: str | None = None
    fingerprint: str = ""
    extras: Extras = NO_EXTRAS


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry with what the store knows of it.

    Attributes:
        first_seen_at: When a poll first brought it.
        revision: 0 at first, one more for every edit.
        backfilled: Came with the first document beyond ``backfill``: kept, never announced on its own.
        story: Key of the story's founding entry; None until curated.
        duplicate_of: The entry that it repeats, if any.
        topics: Slugs of the topics it is matched by.
        bumped_at: When an edit was last to be seen from outside; None when none was.
    """

    entry: Entry
    first_seen_at: datetime
    revision: int = 0
    backfilled: bool = False
    story: EntryKey | None = None
    duplicate_of: EntryKey | None = None
    topics: tuple[str, ...] = ()
    bumped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What the judging of an entry may know of its source: settings first, then what the document says."""

    id: str
    title: str
    url: str
    group: str = ""
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    owner: str = ""
    language: str | None = None
    private: bool = False
    profile: FeedProfile = FeedProfile()
