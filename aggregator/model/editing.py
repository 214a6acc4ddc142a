"""The editor's hand: stories that a person puts together or takes apart, kept with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActKind(StrEnum):
    """What an editor does to stories."""

    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an editor wants.

    Attributes:
        named: Short ids. To merge: the stories, two or more. To split: the story, then the entries that leave it.
        number: Of the act that is undone; None for the last one.
        who: Name of the account.
        why: In the editor's words; may be empty.
    """

    kind: ActKind
    named: tuple[str, ...] = ()
    number: int | None = None
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAct:
    """An act as the journal keeps it.

    Attributes:
        number: Counted from 1, in order.
        kind: Never ``undo``: an act that was undone bears the moment of that.
        story: Short id of the story that all was merged into, or that was split.
        others: Short ids of the stories that were merged into it, or that was split off.
        entries: Short ids of the entries that went from one story to another.
    """

    number: int
    kind: ActKind
    at: datetime
    who: str
    why: str
    story: str
    others: tuple[str, ...]
    entries: tuple[str, ...]
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of an act.

    Attributes:
        act: The act, or the one that was undone.
        topics: Slugs whose members may have changed.
    """

    act: DoneAct
    topics: frozenset[str]
