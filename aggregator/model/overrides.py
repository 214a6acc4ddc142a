"""What the settings know better than the documents of a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Identity(StrEnum):
    """What an entry is recognised by."""

    AUTO = "auto"
    GUID = "guid"
    LINK = "link"
    TITLE = "title"


class DateSource(StrEnum):
    """Where the dates of an entry come from: what the publisher writes, or when it was seen first."""

    FEED = "feed"
    SEEN = "seen"


class FutureDates(StrEnum):
    """What a date is that lies ahead: nothing, the moment of reading, or what it says."""

    DISTRUST = "distrust"
    NOW = "now"
    BELIEVE = "believe"


class TextType(StrEnum):
    """What a text is: what the document says, plain, or markup."""

    AUTO = "auto"
    TEXT = "text"
    HTML = "html"


class Ignored(StrEnum):
    """What of an entry may be passed over as if the publisher had not written it."""

    GUID = "guid"
    LINK = "link"
    PUBLISHED = "published"
    UPDATED = "updated"
    AUTHORS = "authors"
    CATEGORIES = "categories"
    SUMMARY = "summary"
    CONTENT = "content"
    ENCLOSURES = "enclosures"
    IMAGES = "images"
    LANGUAGE = "language"


BASE_AUTO = "auto"
BASE_FEED = "feed"
BASE_ENTRY = "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """How the documents of a source are read otherwise than they say.

    Attributes:
        base: ``auto`` (``xml:base``, else the page of the entry, else the document), ``feed``, ``entry``, or an
            address: what relative addresses are relative to.
        strip_title: Texts that are taken off the beginning and the end of titles.
        ignore: Fields that are passed over.
    """

    identity: Identity = Identity.AUTO
    dates: DateSource = DateSource.FEED
    future_dates: FutureDates = FutureDates.DISTRUST
    title_type: TextType = TextType.AUTO
    name_type: TextType = TextType.AUTO
    content_type: TextType = TextType.AUTO
    base: str = BASE_AUTO
    strip_title: tuple[str, ...] = ()
    ignore: tuple[Ignored, ...] = ()


NO_OVERRIDES = Overrides()
