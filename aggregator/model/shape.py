"""How much of a topic its readers get, and when: what the settings say, and what became of each story that waits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.timetable import Timetable

PATIENCE = timedelta(hours=72)
"""A story waits so long after its last news; what takes longer is no news any more."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` within any ``period``."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is announced, by the clocks of ``zone``; they may go over midnight."""

    start: time
    end: time
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What keeps stories waiting that a topic's rule has let in.

    Attributes:
        weights: Weight of a source in this topic, by source id, ``tag:NAME`` or group.
        half_life: After so long a story is worth half.
        least_score: What is worth less is not announced.
        min_outlets: So many owners have to tell a story.
        per_source: Of stories that one source speaks for.
        budget: Of all stories.
        unless_in: Topics whose stories are not announced here.
        settle: So long a story waits for others to tell it, too.
        digest: Times at which all that waits is announced as one item.
    """

    weights: tuple[tuple[str, float], ...] = ()
    half_life: timedelta = timedelta(hours=24)
    least_score: float = 0.0
    min_outlets: int = 1
    per_source: Rate | None = None
    budget: Rate | None = None
    unless_in: tuple[str, ...] = ()
    settle: timedelta = timedelta()
    quiet: Quiet | None = None
    digest: Timetable | None = None

    @property
    def plain(self) -> bool:
        """Whether everything is announced at once."""
        bounds = (self.per_source, self.budget, self.quiet, self.digest, self.settle, self.unless_in)
        return not any(bounds) and self.least_score <= 0 and self.min_outlets <= 1

    @property
    def memory(self) -> timedelta:
        """How far back it matters what was announced."""
        return max((rate.period for rate in (self.per_source, self.budget) if rate), default=timedelta())

    @property
    def patience(self) -> timedelta:
        """How long after its last news a story is worth waiting for; a weekly digest takes what a week brought."""
        week = timedelta(days=7)
        return PATIENCE if self.digest is None else max(PATIENCE, week + timedelta(days=1))

    @property
    def fingerprint(self) -> str:
        """A hash of all of it; a change of it means that what was cut may not be any more."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()


NO_SHAPE = Shape()


class Fate(StrEnum):
    """What became of a subject that its topic had not announced: told, looked at again, or not until it changes."""

    ANNOUNCED = "announced"
    WAITS = "waits"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about a subject in a topic, and why.

    Attributes:
        reason: Its facts decide again.
        again_at: When time alone may change it; None where only the story, the editor or the settings can.
        score: None where it was not asked for.
    """

    subject: EntryKey
    fate: Fate
    reason: Reason
    again_at: datetime | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits in a topic at one gate.

    Attributes:
        rule: Name of the gate, as in reasons.
        waiting: How many subjects.
        next_at: When time alone may let the first of them through; None where only news, an editor or the settings can.
    """

    rule: str
    waiting: int
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that a topic announced of late, and the source that spoke."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What a topic remembers of its own announcing.

    Attributes:
        spent_until: When the budget would be whole again, were nothing more announced.
        digested_at: The moment of the timetable up to which digests were made.
    """

    spent_until: datetime | None = None
    digested_at: datetime | None = None


NO_RHYTHM = Rhythm()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Many stories as one item; written once, never again.

    Attributes:
        at: The moment of the timetable that it was made for.
        made_at: To the second.
        stories: How many it holds.
    """

    at: datetime
    made_at: datetime
    atom_id: str
    url: str
    title: str
    summary: str
    content_html: str
    stories: int
