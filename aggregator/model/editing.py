"""The editor's hand: what a person does to stories and topics, kept with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason


class ActKind(StrEnum):
    """What an editor does."""

    MERGE = "merge"
    SPLIT = "split"
    PIN = "pin"
    HIDE = "hide"
    NOTE = "note"
    UNDO = "undo"


class Scope(StrEnum):
    """What a mark is on."""

    ENTRY = "entry"
    STORY = "story"
    SOURCE = "source"


MARKS = frozenset({ActKind.PIN, ActKind.HIDE, ActKind.NOTE})
PINNED = "pin"
"""The rule of a match that only a pin made."""


def signed(who: str, at: datetime, why: str) -> str:
    """Say who did something, when and why.

    >>> from datetime import UTC
    >>> signed("ann", datetime(2026, 11, 25, 9, 5, tzinfo=UTC), "lead story")
    'ann, 2026-11-25 09:05: lead story'
    """
    return f"{who}, {_minute(at)}" + (f": {why}" if why else "")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an editor wants.

    Attributes:
        named: To merge: the stories, two or more. To split: the story, then the entries that leave it. To pin, hide or
            note: one entry or story, by its short id or its address, or the id of a source.
        number: Of the act that is undone; None for the last one.
        who: Name of the account.
        why: In the editor's words; may be empty. Of a note: its text.
        topic: Where a mark holds; None for every topic. A pin lets nothing into topics that are not named.
        scope: Of a mark.
        until: When a mark ends; None: never.
    """

    kind: ActKind
    named: tuple[str, ...] = ()
    number: int | None = None
    who: str = ""
    why: str = ""
    topic: str | None = None
    scope: Scope = Scope.STORY
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAct:
    """An act as the journal keeps it.

    Attributes:
        number: Counted from 1, in order.
        kind: Never ``undo``: an act that was undone bears the moment of that.
        story: Short id of the story that all was merged into, or that was split; empty for marks.
        others: Short ids of the stories that were merged into it, or that was split off.
        entries: Short ids of the entries that went from one story to another.
        topic, scope, until: Of a mark.
        target: Of a mark: short id of the entry or story, or id of the source, as it is now.
    """

    number: int
    kind: ActKind
    at: datetime
    who: str
    why: str
    story: str = ""
    others: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    undone_at: datetime | None = None
    topic: str | None = None
    scope: Scope | None = None
    target: str = ""
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether it was not undone and has not ended."""
        return self.undone_at is None and (self.until is None or now < self.until)

    def reason(self) -> Reason:
        """Tell a mark as the reasons of an entry do."""
        done = {ActKind.PIN: "pinned", ActKind.HIDE: "hidden", ActKind.NOTE: "noted"}[self.kind]
        where = f" in {self.topic}" if self.topic else ""
        end = f", until {_minute(self.until)}" if self.until is not None else ""
        undone = f"; undone {_minute(self.undone_at)}" if self.undone_at is not None else ""
        evidence = f"{self.scope} {self.target}, by {signed(self.who, self.at, self.why)}{end}{undone}"
        facts = (("number", self.number), ("topic", self.topic), ("undone", self.undone_at is not None))
        return Reason("editor", f"{done}{where}", self.kind.value, evidence, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A pin or a hiding that was not undone, as announcing sees it.

    Attributes:
        number: Of the act; a later one counts more than an earlier one of the same scope.
        topic: None: all of them.
        key: The entry, or the founder of the story that it is of now; None for a source.
        source: Id of the source; empty for entries and stories.
    """

    number: int
    kind: ActKind
    scope: Scope
    at: datetime
    topic: str | None = None
    key: EntryKey | None = None
    source: str = ""
    until: datetime | None = None
    who: str = ""
    why: str = ""

    @property
    def signature(self) -> str:
        """Say who did it, when, for how long and why."""
        end = f", until {_minute(self.until)}" if self.until is not None else ""
        return f"{self.scope}, by {signed(self.who, self.at, self.why)}{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of an act.

    Attributes:
        act: The act, or the one that was undone.
        topics: Slugs whose members may have changed.
    """

    act: DoneAct
    topics: frozenset[str]
