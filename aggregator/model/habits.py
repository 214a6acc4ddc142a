"""How a source treats the names of its entries: what was learned of it, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SIGNS_TO_STAND: Final = 2
"""So many documents must show a quirk before it counts; one alone may be an accident."""


class QuirkKind(StrEnum):
    """What a source may do to the names of its entries."""

    RANDOM_GUIDS = "random-guids"
    REUSED_GUIDS = "reused-guids"
    SHARED_GUIDS = "shared-guids"
    SHARED_LINKS = "shared-links"
    FRAGMENTS = "fragments"
    TRACKING = "tracking-parameter"
    REDATED = "regenerated-dates"
    DISGUISED = "disguised"
    BATCHES = "batches"
    AFFIX = "title-affix"
    RECURRING = "recurring-title"
    SERIES = "numbered-series"


@dataclass(frozen=True, slots=True)
class Quirk:
    """One thing that was learned of a source.

    Attributes:
        value: What it is about: a parameter, a headline, an affix; empty for what concerns the whole source.
        evidence: What the last document showed, for people.
        signs: Documents that showed it.
    """

    kind: QuirkKind
    value: str
    evidence: str
    signs: int
    first_at: datetime
    last_at: datetime

    @property
    def stands(self) -> bool:
        """Say whether it is believed."""
        return self.signs >= SIGNS_TO_STAND


@dataclass(frozen=True, slots=True)
class Headline:
    """A title that the source gave a new entry, and when that was published."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is remembered of a source's way of naming its entries.

    Attributes:
        since: When its first document was read; what is dated before it is history.
        headlines: The last ones, the newest last.
        held_until: Until when the last entry that was held waits at most.
    """

    quirks: tuple[Quirk, ...] = ()
    since: datetime | None = None
    headlines: tuple[Headline, ...] = ()
    held_until: datetime | None = None

    def holding(self, now: datetime) -> bool:
        """Say whether an entry may still be held."""
        return self.held_until is not None and now <= self.held_until

    def has(self, kind: QuirkKind) -> bool:
        """Say whether a quirk is believed."""
        return any(quirk.kind is kind and quirk.stands for quirk in self.quirks)

    def values(self, kind: QuirkKind) -> tuple[str, ...]:
        """Give what the believed quirks of a kind are about."""
        return tuple(quirk.value for quirk in self.quirks if quirk.kind is kind and quirk.stands)


NO_HABITS: Final = Habits()


class Updates(StrEnum):
    """What readers see of an edit: nothing but the new text, a new ``updated`` when it matters, or nothing."""

    SILENT = "silent"
    BUMP = "bump-if-substantive"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPolicy:
    """By which rules entries are recognised, and where their limits are. Every rule can be switched off.

    Attributes:
        alternative: A guid is believed without scheme and host.
        link: An entry is known by its link under another guid.
        title_day: An entry is known by its headline and day when guid and link are new.
        replacement: A new entry may stand in the place of one that left the document with it.
        contradiction: A guid is not believed when link, headline and text are all another's.
        health: What was learned of a source weakens the keys that it treats badly.
        one_to_one: Two entries of a document are never one stored entry.
        shifts: Entries are known by their dates when all of them moved by one span.
        floods: Documents full of strangers are compared with all that is kept of the source.
        disguises: Few entries with old dates that take the place of a whole document may be some of it in disguise.
        stamps: A date is no sign of news where most of a document that holds nothing known has the same.
        archive: In a flood, what is older than the first document is history.
        hold: In a flood, what cannot be told from what is known waits.
        same_headline: Overlap of headlines from which on they are one that was edited.
        same_text: Containment from which on two texts are one that was edited.
        akin: Overlap of headline or text that supports weaker evidence.
        republished: Containment from which on a text counts as republished.
        flood_least: So many strangers make a flood,
        flood_share: when they are this share of the document.
        held_for: Nothing is held for longer.
        slack: So long before the last document the date of news may lie.
    """

    alternative: bool = True
    link: bool = True
    title_day: bool = True
    replacement: bool = True
    shifts: bool = True
    contradiction: bool = True
    health: bool = True
    one_to_one: bool = True
    floods: bool = True
    disguises: bool = True
    stamps: bool = True
    archive: bool = True
    hold: bool = True
    same_headline: float = 0.6
    same_text: float = 0.5
    akin: float = 0.3
    republished: float = 0.9
    flood_least: int = 5
    flood_share: float = 0.3
    held_for: timedelta = timedelta(hours=24)
    slack: timedelta = timedelta(hours=2)


IDENTITY: Final = IdentityPolicy()
