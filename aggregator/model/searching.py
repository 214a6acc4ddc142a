"""A search over everything that is kept: what a store may look for by its index, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.story import StoryFacts
from aggregator.model.topic import NO_SENSES, Senses

WORDS_IN = ("title", "category", "author", "summary", "text", "label")
"""What an index tells apart. Labels are values that are compared as a whole."""


@dataclass(frozen=True, slots=True)
class Term:
    """One of the words in one of these fields, or one that starts so."""

    fields: tuple[str, ...]
    word: str
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All of two or more."""

    children: tuple[Terms, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of two or more."""

    children: tuple[Terms, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The one, but not the other."""

    wanted: Terms
    unwanted: Terms


Terms = Term | Every | Either | Without


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An entry that may be looked for, with all that a query may ask.

    Attributes:
        telling: Who tells its story; None where it has none, or where nobody asks.
    """

    stored: StoredEntry
    source: SourceFacts
    telling: StoryFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for. The index only narrows down; ``judge`` has the last word on every entry.

    Attributes:
        terms: What every entry has that is looked for; None when nothing can be said.
        fits: Whether entries of a source may be looked for at all.
        judge: Gives the reason why an entry is one of those that are looked for; None when it is not.
        limit: Entries, at least one.
        before: Short id of the last entry that is known already; empty for the first ones.
        asks_for_story: Whether ``judge`` needs to know who tells the story.
    """

    terms: Terms | None
    fits: Callable[[SourceFacts], bool]
    judge: Callable[[Judged], Reason | None]
    limit: int
    before: str = ""
    asks_for_story: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An entry that was found.

    Attributes:
        story: Short id of its story; empty until it was curated.
    """

    stored: StoredEntry
    source: SourceFacts
    story: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, what came last first.

    Attributes:
        before: Where to go on: there may be more, or it was not all looked at yet. None at the end.
        looked_at: Entries that had to be judged.
        waiting: Entries that are not in the index yet; they were judged one by one.
    """

    hits: tuple[SearchHit, ...]
    before: str | None
    looked_at: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as somebody asks for it.

    Attributes:
        text: In the query language.
        now: For ages.
        public: Leaves out the sources with credentials.
        senses: What topics bring for judging.
    """

    text: str
    now: datetime
    limit: int = 20
    before: str = ""
    public: bool = False
    senses: Senses = NO_SENSES
