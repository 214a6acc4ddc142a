"""Incidents: what went wrong with the aggregator's own work, from the first sign of it to the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.reason import Fact
from aggregator.model.sending import TargetStatus
from aggregator.model.source import Move, SourceCondition


class IncidentKind(StrEnum):
    """What happened."""

    SOURCE_DOWN = "source-down"
    SOURCE_MOVED = "source-moved"
    SOURCE_FLOOD = "source-flood"
    SOURCE_SILENT = "source-silent"
    TOPIC_SILENT = "topic-silent"
    TOPIC_FLOOD = "topic-flood"
    RULE_IDLE = "rule-idle"
    TARGET_DOWN = "target-down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What can be seen of an incident at one moment.

    Attributes:
        subject: Id of the source, slug of the topic, or ``WAY TOPIC TARGET``; of a move, with its moment.
        since: When it began, as far as it can be told.
        facts: What the rule saw, thresholds included; no address, no secret.
    """

    kind: IncidentKind
    subject: str
    since: datetime
    facts: tuple[tuple[str, Fact], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident; one item of the feed of the aggregator's own events once it is opened.

    Attributes:
        noticed_at: When it began; part of its id.
        seen_at: When it was seen first, and told of nowhere yet.
        opened_at: When it was confirmed; None while it may be a blip.
        calm_at: Since when nothing is seen of it; None while something is.
        closed_at: When it ended; None while it goes on.
        facts: As they were when it was opened.
    """

    kind: IncidentKind
    subject: str
    noticed_at: datetime
    seen_at: datetime
    opened_at: datetime | None = None
    calm_at: datetime | None = None
    closed_at: datetime | None = None
    facts: tuple[tuple[str, Fact], ...] = ()

    @property
    def id(self) -> str:
        """Name it: 12 hexadecimal digits, the same in every store."""
        named = f"{self.kind}\0{self.subject}\0{self.seen_at.isoformat()}"
        return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=6).hexdigest()

    @property
    def updated_at(self) -> datetime:
        """Say when what is told of it last changed."""
        return self.closed_at or self.opened_at or self.seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How often something came.

    Attributes:
        first_at, last_at: Of what is remembered; None when nothing is.
        count: From the first to the last.
        lately: In the last day.
    """

    count: int = 0
    lately: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSight:
    """What the rules see of a source.

    Attributes:
        outcome: Of its last poll.
        held: Entries that wait because they may be old ones.
        news: Entries that it brought, without those of its first document.
    """

    id: str
    condition: SourceCondition
    errors: int = 0
    first_error_at: datetime | None = None
    last_ok_at: datetime | None = None
    moves: tuple[Move, ...] = ()
    outcome: str = ""
    held: int = 0
    news: Pulse = Pulse()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSight:
    """What the rules see of a topic.

    Attributes:
        ruled: Whether it has a query.
        matches: Kept entries that belong to it.
        news: What it announced in the last weeks.
    """

    slug: str
    ruled: bool
    matches: int = 0
    news: Pulse = Pulse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """Everything that the rules see at one moment.

    Attributes:
        kept: All kept entries, of whatever source.
    """

    at: datetime
    sources: tuple[SourceSight, ...] = ()
    topics: tuple[TopicSight, ...] = ()
    targets: tuple[TargetStatus, ...] = ()
    kept: Pulse = Pulse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What the feed of the aggregator's own events is made of.

    Attributes:
        authority: ``NAME,YEAR`` for ids, frozen in the store.
        incidents: Opened ones, the last opened first.
    """

    authority: str
    incidents: tuple[Incident, ...] = ()
