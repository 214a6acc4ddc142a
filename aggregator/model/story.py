"""Curation: where an entry belongs, and in which topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from aggregator.model.entry import EntryKey, SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.topic import Match

STORY_AGE = timedelta(hours=72)
"""A story takes entries for so long after its first; what is older on arrival is kept, and not compared."""
STORY_WINDOW = timedelta(hours=96)
"""A story that got nothing for so long is closed."""
TEXT_WINDOW = timedelta(days=7)
"""Copies of a text are found for so long."""
HEADLINE_MEMORY = timedelta(days=60)
"""So long is remembered that a source used a headline, to know those that return."""
MOST_HOLDERS = 50
"""A fingerprint that so many entries share is boilerplate."""
MOST_COMPARED = 4
"""A text is compared with those that share most fingerprints with it."""
_MANY_PRINTS = 6
_LEAST_HITS = 2
_LEAST_PART = 6
"""A copy shares half of its runs of words; what shares less than a sixth of the fingerprints shares phrases."""


class Granularity(StrEnum):
    """How much belongs to one story; ``off`` joins nothing but copies."""

    FINE = "fine"
    NORMAL = "normal"
    BROAD = "broad"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPolicy:
    """What counts as a copy, and what as one story.

    Attributes:
        same_link: Whether entries of several sources with one link are copies.
        headline_window: So far apart an equal headline still makes a copy; zero: never.
        text_share: Share of the smaller text that makes a copy; above 1: never.
        equivalents: What is written in headlines and what it stands for, beside the built-in ones.
    """

    granularity: Granularity = Granularity.NORMAL
    same_link: bool = True
    headline_window: timedelta = timedelta(hours=48)
    text_share: float = 0.5
    equivalents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """What may be asked of a story, as it stands now; copies count for nothing.

    Attributes:
        outlets: How many owners of sources tell it.
        items: How many entries tell it.
        first_at: When its first entry was first seen.
    """

    outlets: int
    items: int
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new or revised entry that waits to be curated.

    Attributes:
        number: Order of arrival, rising, never reused.
        revised: Whether it was known before.
    """

    number: int
    stored: StoredEntry
    source: SourceFacts
    revised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What an arrival may be found by elsewhere.

    Attributes:
        headline: Key of the headline; None when it proves nothing.
        prints: Fingerprints of the text; empty for what is too old to be compared.
    """

    key: EntryKey
    link_key: int | None = None
    headline: int | None = None
    prints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A stored, already placed entry of some source that shares a link, a headline or a fingerprint with an arrival.

    Attributes:
        title: As stored; without it the entry is never taken for another one of its own source.
        root: The entry that it repeats, if any.
        owner: Of its source.
        prints: How many fingerprints its text has.
    """

    key: EntryKey
    link_key: int | None
    story: EntryKey
    first_seen_at: datetime
    title: str = ""
    root: EntryKey | None = None
    owner: str = ""
    language: str | None = None
    summary: str = ""
    content_html: str = ""
    prints: int = 0


def worth_comparing(hits: int, prints: int, others: int) -> bool:
    """Say whether two texts share so many fingerprints that one may be a copy of the other.

    Args:
        hits: Fingerprints that both have.
        prints: Those of the later text that are no boilerplate.
        others: Those of the earlier text.
    """
    if prints < _MANY_PRINTS:
        return hits > 0
    return hits >= max(_LEAST_HITS, min(prints, others) / _LEAST_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineUse:
    """The source of an entry used a headline: when first and last, how often; the entry is the last one."""

    headline: int
    key: EntryKey
    first_at: datetime
    last_at: datetime
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateBatch:
    """What one curate step decides about: arrivals in order, and what is already placed near them.

    Attributes:
        headlines: Every use of the headlines of the arrivals.
        holders: Fingerprints of the arrivals and the stored entries that have them too, all among the neighbours; of
            each arrival only the few entries that share most with it.
        stories: Where stories are weighed: those of the arrivals, as they are now.
    """

    arrivals: tuple[Arrival, ...]
    neighbours: tuple[Neighbour, ...] = ()
    headlines: tuple[HeadlineUse, ...] = ()
    holders: tuple[tuple[int, EntryKey], ...] = ()
    stories: tuple[tuple[EntryKey, StoryFacts], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An entry belongs to a story; every entry has one from its first day.

    Attributes:
        story: Key of the story's founding entry; ``key`` itself for a new story.
        duplicate_of: Root of the group it repeats, or None.
        copy_reason: Why it is a copy, or why the entry most like it is not one; None when none was like it.
    """

    key: EntryKey
    story: EntryKey
    duplicate_of: EntryKey | None = None
    reason: Reason
    copy_reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What is remembered of an entry while stories and texts like it may still come.

    Attributes:
        terms: Its vector, scaled to whole numbers; empty for copies, which add nothing to a story.
    """

    key: EntryKey
    story: EntryKey
    seen_at: datetime
    language: str
    terms: tuple[tuple[str, int], ...] = ()
    prints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCounts:
    """How many entries of a language had a term, the older ones counting less.

    Attributes:
        day: Up to which the counts were aged.
        entries: All of them, aged alike.
        terms: All counts, or those that changed.
        complete: Whether terms that are not named have no count.
    """

    language: str
    day: date
    entries: float
    terms: tuple[tuple[str, float], ...]
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMerge:
    """Two stories turned out to be one: all entries of ``story`` belong to ``into`` from now on."""

    story: EntryKey
    into: EntryKey
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """All that the store remembers of open stories, to go on where curating stopped.

    Attributes:
        recent: By first seen, then arrival; each with the story that it belongs to now.
        apart: Pairs of stories that an editor has parted.
    """

    recent: tuple[Recent, ...] = ()
    counts: tuple[TermCounts, ...] = ()
    apart: tuple[tuple[EntryKey, EntryKey], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """The decision about a batch; the store commits it together with the watermark.

    Attributes:
        placements: For arrivals that had no story yet.
        judged: Keys whose topic matches were found anew: matches not named below are dropped,
            unless they were announced.
        merges: In order, after the placements.
        restless: Topics that depend on story or time. Curating leaves them as they are, and the stories of what was
            judged are due to be weighed; weighing finds the matches of these only.
        due: Of weighing: when a story is to be weighed again.
    """

    placements: tuple[Placement, ...] = ()
    judged: tuple[EntryKey, ...] = ()
    matches: tuple[Match, ...] = ()
    merges: tuple[StoryMerge, ...] = ()
    recent: tuple[Recent, ...] = ()
    headlines: tuple[HeadlineUse, ...] = ()
    counts: tuple[TermCounts, ...] = ()
    restless: frozenset[str] = frozenset()
    due: tuple[tuple[EntryKey, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Deciding:
    """How a batch is decided about: first what to look up, then the decision. Both are pure but for what they learn."""

    trace: Callable[[Sequence[Arrival]], tuple[Traces, ...]]
    decide: Callable[[CurateBatch], Curated]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateResult:
    """What a curate step did.

    Attributes:
        arrivals: How many were taken; 0 means that nothing is waiting.
        topics: Slugs whose members may have changed.
    """

    arrivals: int = 0
    topics: frozenset[str] = frozenset()
