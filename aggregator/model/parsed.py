"""A document as the publisher wrote it, before we clean anything. Everything may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawText:
    """A text with the type it was declared or taken to have: ``text/plain`` or ``text/html``."""

    value: str
    media_type: str = "text/plain"
    language: str | None = None

    @property
    def is_html(self) -> bool:
        """Whether the value is markup."""
        return "html" in self.media_type or "xml" in self.media_type


@dataclass(frozen=True, slots=True)
class RawDate:
    """A date as written, and what feedparser made of it (aware, UTC), if anything.

    ``field`` is ``published``, ``updated`` or ``created``.
    """

    field: str
    raw: str
    parsed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEnclosure:
    """An attached medium; every value as written."""

    url: str
    media_type: str | None = None
    length: str | None = None
    duration: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class RawPerson:
    """Somebody who took part; every value as written."""

    name: str
    role: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RawResource:
    """A document beside an entry; every value as written."""

    url: str
    media_type: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExtras:
    """What only some formats and modules say; every value as written.

    Attributes:
        link, enclosure: Where they lead in the end, behind a counter (``feedburner:orig…``).
        comments: How many there are (``slash:comments``, ``thr:total``).
        reply_to: What an entry answers (``thr:in-reply-to``): an address or an id.
        place: Latitude and longitude of a point (``georss``).
        direction: ``rtl`` where markup says so around the text.
    """

    link: str | None = None
    enclosure: str | None = None
    license_url: str | None = None
    comments: str | None = None
    reply_to: str | None = None
    place: tuple[float, float] | None = None
    explicit: str | None = None
    season: str | None = None
    episode: str | None = None
    chapters_url: str | None = None
    transcripts: tuple[RawResource, ...] = ()
    people: tuple[RawPerson, ...] = ()
    direction: str | None = None


NO_EXTRAS = RawExtras()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item of a document.

    Attributes:
        guid: The publisher's identifier as written, stripped; None when there is none or it is blank.
        link: The alternate link as feedparser resolved it; may be of any scheme.
        base_url: What relative addresses in the content are resolved against.
        source_title, source_url: Of an ``atom:source`` or RSS ``source`` element.
        images: Candidate lead images, best first.
    """

    guid: str | None = None
    link: str | None = None
    title: RawText | None = None
    summary: RawText | None = None
    contents: tuple[RawText, ...] = ()
    dates: tuple[RawDate, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[RawEnclosure, ...] = ()
    images: tuple[str, ...] = ()
    comments_url: str | None = None
    language: str | None = None
    base_url: str | None = None
    source_title: str | None = None
    source_url: str | None = None
    rights: str | None = None
    extras: RawExtras = NO_EXTRAS


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleHints:
    """What a document says about how often to come back.

    Attributes:
        ttl_minutes: RSS ``ttl``.
        skip_hours: 0 to 23, GMT.
        skip_days: English names, lower case.
        update_period, update_frequency, update_base: The syndication module, as written.
    """

    ttl_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: str | None = None
    update_frequency: str | None = None
    update_base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """One document.

    Attributes:
        format: ``rss20``, ``atom10``, ``json11`` … as feedparser names them.
        bozo: Why the document is not well-formed, or None.
        truncated: How many items were left out because the document held too many.
        items: Digest of the bytes of each entry, in the same order; empty when they were not told apart.
        frame: Digest of the document without its items, or empty.
    """

    format: str
    title: RawText | None = None
    subtitle: RawText | None = None
    feed_id: str | None = None
    site_url: str | None = None
    self_url: str | None = None
    hub_url: str | None = None
    icon_url: str | None = None
    language: str | None = None
    rights: str | None = None
    authors: tuple[str, ...] = ()
    hints: ScheduleHints = ScheduleHints()
    entries: tuple[ParsedEntry, ...] = ()
    bozo: str | None = None
    truncated: int = 0
    items: tuple[str, ...] = ()
    frame: str = ""
