"""Who is in which topic, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.topic import TopicMode


class Told(StrEnum):
    """What readers know of a member.

    ``waiting``: it will be announced, unless something keeps it back; ``silent``: it is a member and not announced.
    """

    ANNOUNCED = "announced"
    WAITING = "waiting"
    SILENT = "silent"


def told_of(reason: Reason, *, lapsed: bool) -> Reason:
    """Give the reason of a match as it is told; of one that lapsed it is told that an earlier rule let it in."""
    return replace(reason, verdict="kept, entered by an earlier rule") if lapsed else reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An entry is in a topic.

    Attributes:
        subject: What it is announced as: its story, or the entry that it repeats, or itself.
        first_seen_at: Of the entry.
        reason: Why the rule let it in.
        lapsed: The rule in force does not let it in; it stays because readers have it.
    """

    topic: str
    key: EntryKey
    subject: EntryKey
    title: str
    first_seen_at: datetime
    reason: Reason
    told: Told
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """So many entries are in both of two topics; of a topic with itself it is all that it has."""

    topic: str
    other: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRecord:
    """What the store remembers of a topic.

    Attributes:
        rule_digest: Of the rule that its matches were found with; None where that is not known.
        mode: None before its first edition.
        announced: How many subjects it has announced.
        matched: Share of what is kept that was matched with the latest rule, 0 to 1.
        filling: It has announced nothing, and is not matched to the end.
        private: Only who had its address could read it when it was last announced.
        shape: Fingerprint of the shape that it was last announced with; empty before.
    """

    slug: str
    rule_digest: str | None = None
    mode: TopicMode | None = None
    retired: bool = False
    announced: int = 0
    matched: float = 1.0
    filling: bool = False
    private: bool = False
    shape: str = ""
