"""Feeds that were looked for behind an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class How(StrEnum):
    """How a feed was come by, the surest first."""

    ITSELF = "itself"
    DECLARED = "declared"
    KNOWN = "known"
    LINKED = "linked"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An address that may be a feed; nobody has asked it yet.

    Attributes:
        url: http or https, absolute.
        title: As the page calls it; may be empty.
        reason: What spoke for it, in a few words.
    """

    url: str
    how: How
    title: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a web page says about feeds.

    Attributes:
        title: Of the page; may be empty.
        best: The one to follow when nobody chooses; None without offers.
        offers: Declared, then known from the address or the page's own identifiers, then linked; no address twice.
        guesses: Where the program that made the page usually keeps its feed, best first.
    """

    title: str = ""
    best: Offer | None = None
    offers: tuple[Offer, ...] = ()
    guesses: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that was asked and read.

    Attributes:
        url: As it should be subscribed to: permanent redirects followed.
        newest_at: Date of its newest entry, if any has one.
        titles: Of its first entries.
    """

    url: str
    how: How
    reason: str
    title: str
    format: str
    entries: int
    newest_at: datetime | None = None
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An address that was asked and is no feed, with the reason."""

    url: str
    how: How
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What a search found.

    Attributes:
        feeds: Best first.
        more: Offers that were not asked, because there were too many.
        requests: How many requests the search took.
    """

    url: str
    feeds: tuple[FoundFeed, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    more: tuple[Offer, ...] = ()
    requests: int = 0
