"""What another configuration would do to topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.edition import SiteFacts
from aggregator.model.entry import EntryKey
from aggregator.model.liking import Meaning
from aggregator.model.reason import Reason
from aggregator.model.source import Source
from aggregator.model.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A configuration that may come into force.

    Attributes:
        meaning: For topics that learn from examples, beside the words; None without the extra for it.
    """

    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    site: SiteFacts
    meaning: Meaning | None = None


class Change(StrEnum):
    """What would become of a topic."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class Mark(StrEnum):
    """Which way an entry would go."""

    ENTERS = "+"
    LEAVES = "-"
    STAYS = "="


class Fate(StrEnum):
    """What readers of the topic would notice of an entry.

    Of one that enters or stays: ``announced`` to them, with this change or before it; ``waiting`` for it; ``silent``;
    ``not taken``, because the topic wants nothing old. Of one that leaves: ``kept`` in the feed that has it, or
    ``gone``.
    """

    ANNOUNCED = "announced"
    WAITING = "waiting"
    SILENT = "silent"
    NOT_TAKEN = "not taken"
    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """One entry of a topic.

    Attributes:
        reason: Why the rule lets it in, or where it stops it.
    """

    mark: Mark
    fate: Fate
    key: EntryKey
    title: str
    first_seen_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Another topic that would have entries of this one; ``share`` of this one's, 0 to 1."""

    topic: str
    entries: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTopic:
    """What would become of one topic; everything is about the days that were looked at.

    Attributes:
        was: The slug that it has now; None for a topic that is new.
        before, after: Entries that its rule lets in.
        per_day_before, per_day_after: Items a day: stories, or entries where each is shown.
        entries: All that move, and those that stay, the latest first; with a reason those that were to be shown.
        announced: So many items would be announced to its readers at once.
        shared: The topics that would have most in common with it, those first.
    """

    slug: str
    change: Change
    was: str | None
    before: int
    after: int
    per_day_before: float
    per_day_after: float
    entries: tuple[PlannedEntry, ...] = ()
    announced: int = 0
    shared: tuple[Shared, ...] = ()

    def count(self, mark: Mark, fate: Fate | None = None) -> int:
        """Count the entries that go one way, or those of them that come to one end."""
        return sum(one.mark is mark and fate in {None, one.fate} for one in self.entries)

    @property
    def moved(self) -> float | None:
        """How much changes for its readers, as a share of what it has; None where there was nothing to change.

        That is what enters and leaves, or what is announced at once where that is more.
        """
        if not self.before or self.change is Change.NEW:
            return None
        moving = self.count(Mark.ENTERS) + self.count(Mark.LEAVES)
        return max(moving, self.announced) / self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What another configuration would do.

    Attributes:
        at: When it was looked at.
        since: How far back.
        topics: Those that change, and those that were asked for, in the order of the configuration, what goes last.
        unchanged: How many others there are.
    """

    at: datetime
    since: timedelta
    topics: tuple[PlannedTopic, ...]
    unchanged: int

    def beyond(self, bound: float) -> tuple[PlannedTopic, ...]:
        """Name the topics that change by more than a share of what they have."""
        return tuple(one for one in self.topics if one.moved is not None and one.moved > bound)
