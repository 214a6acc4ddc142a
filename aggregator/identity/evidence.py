"""What an entry of a document and a stored one have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aggregator.model.entry import Entry, KeyKind
from aggregator.model.reason import Fact
from aggregator.model.verdict import KnownEntry, Trace
from aggregator.text.headlines import numbers
from aggregator.text.shingles import containment, shingles
from aggregator.text.tokens import tokens
from aggregator.text.traces import runs_share, trace_of

LEAST_RUNS: Final = 3
"""A text with fewer runs of four words says nothing about another one."""
_DAY_APART: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two entries agree.

    Attributes:
        named: They have the same name.
        kinds: Kinds of the keys that they share.
        title: Overlap of the words of their headlines, 0 to 1.
        text: Share of the shorter text that the longer one has; None when one of them says too little.
        numbers: The numbers of their headlines are the same, those of known affixes left out.
        dated: Both are dated, to the same second.
        later: Both are dated, and the entry most of a day after the stored one.
        present: The stored one was in the last document.
    """

    named: bool
    kinds: frozenset[KeyKind]
    title: float
    text: float | None
    numbers: bool
    dated: bool
    later: bool
    present: bool

    @property
    def guid(self) -> bool:
        """Say whether the guids are equal."""
        return KeyKind.GUID in self.kinds

    @property
    def link(self) -> bool:
        """Say whether the links are equal."""
        return KeyKind.LINK in self.kinds

    @property
    def facts(self) -> tuple[tuple[str, Fact], ...]:
        """Give what was compared, as a reason keeps it."""
        shared = "+".join(sorted(self.kinds)) or None
        text = None if self.text is None else round(self.text, 3)
        return (("shared_keys", shared), ("headline", round(self.title, 3)), ("text", text), ("same_date", self.dated))

    def akin(self, least: float) -> bool:
        """Say whether headline or text have so much in common."""
        return self.title >= least or (self.text is not None and self.text >= least)


def agreement(entry: Entry, other: KnownEntry, affixes: Sequence[str] = ()) -> Agreement:
    """Compare an entry with a stored one.

    Args:
        entry: As it came.
        other: As it is stored; of a pruned one its keys and its trace are left.
        affixes: What the source puts before or behind headlines.
    """
    shared = {key.kind for key in entry.keys if key in other.keys}
    if entry.key == other.key:
        shared.add(entry.keys[0].kind)
    at, before = entry.published_at, other.published_at
    if other.trace is None:
        title, text = overlap(entry.title, other.title, affixes), text_share(entry.summary, other.summary)
        same_numbers = numbers(_bare(entry.title, affixes)) == numbers(_bare(other.title, affixes))
    else:
        title, text, same_numbers = _traced(entry, other.trace, affixes)
    return Agreement(
        named=entry.key == other.key,
        kinds=frozenset(shared),
        title=title,
        text=text,
        numbers=same_numbers,
        dated=at is not None and at == before,
        later=at is not None and before is not None and at - before >= _DAY_APART,
        present=other.present,
    )


def may_agree(entry: Entry, other: KnownEntry, least: float, affixes: Sequence[str] = ()) -> bool:
    """Say whether two entries have one date, or headlines that overlap so far; their texts are not looked at."""
    if entry.published_at is not None and entry.published_at == other.published_at:
        return True
    return other.trace is not None or overlap(entry.title, other.title, affixes) >= least


def overlap(one: str, other: str, affixes: Sequence[str] = ()) -> float:
    """Say how much of their words two headlines share, those of known affixes left out.

    >>> overlap("Ferry aground off Malta", "Ferry aground near Malta")
    0.6
    """
    if one == other:
        return 1.0 if one else 0.0
    mine, theirs = set(tokens(_bare(one, affixes))), set(tokens(_bare(other, affixes)))
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def text_share(one: str, other: str) -> float | None:
    """Say which share of the shorter text the longer one has; None when one of them says too little.

    Of texts of a few words nothing but equality is told.
    """
    if not one or not other:
        return None
    if one == other:
        return 1.0
    mine, theirs = shingles(tokens(one)), shingles(tokens(other))
    if min(len(mine), len(theirs)) < LEAST_RUNS:
        return None
    return containment(mine, theirs)


def _traced(entry: Entry, other: Trace, affixes: Sequence[str]) -> tuple[float, float | None, bool]:
    """Compare headline, text and numbers with a trace; what was known of affixes when it was made nobody knows."""
    forms = [trace_of(title, entry.summary) for title in dict.fromkeys((entry.title, _bare(entry.title, affixes)))]
    both = [(len(mine.words & other.words), len(mine.words | other.words)) for mine in forms]
    title = max(shared / joined if joined else 0.0 for shared, joined in both)
    same_numbers = any(mine.numbers == other.numbers for mine in forms)
    return title, _traced_text(forms[0], other), same_numbers


def _traced_text(one: Trace, other: Trace) -> float | None:
    if not one.text or not other.text:
        return None
    if one.text == other.text:
        return 1.0
    return runs_share(one, other) if min(len(one.runs), len(other.runs)) >= LEAST_RUNS else None


def _bare(title: str, affixes: Sequence[str]) -> str:
    for affix in affixes:
        shorter = title.removeprefix(affix).removesuffix(affix)
        title = shorter if shorter.strip() else title
    return title
