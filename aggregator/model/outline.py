"""Lists of feeds that other programs keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list.

    Attributes:
        url: As written, stripped; ``feed://`` already turned into ``http://``.
        groups: Titles of the outlines around it, outermost first.
        tags: Further names that it is filed under.
        full_text: Whether the other program fetched the whole articles.
        lost: What the other program did with the feed, and we do not; in its own words.
    """

    url: str
    title: str | None = None
    site_url: str | None = None
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    full_text: bool = False
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Something of a list that is not a feed of ours: what it was, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """A list, read: which format it was in, its feeds in order, and what of it is beside them."""

    format: str
    outlines: tuple[Outline, ...]
    lost: tuple[Lost, ...] = ()
