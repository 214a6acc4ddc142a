"""Find the first place in an entry where a leaf of a query is true."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.text.tokens import is_unspaced
from aggregator.topics.indexed import IndexedEntry, Place
from aggregator.topics.liking import is_alike, like_evidence
from aggregator.topics.patterns import search
from aggregator.topics.tree import (
    VALUE_FIELDS,
    Fact,
    Has,
    Leaf,
    Like,
    Measure,
    Near,
    Phrase,
    Prefix,
    Regex,
    Run,
    Value,
    Word,
    WordLeaf,
)

# The short fields first: where they decide, the text is never cut into words.
EVERYWHERE = ("title", "category", "author", "summary", "text")
# Written out, a union of classes is made anew at every look.
_OF_WORDS = (Word, Prefix, Phrase, Near)
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a leaf is true.

    Attributes:
        field: Or the name of a measure, ``has`` or ``after``.
        text: What stands there, where it is known already.
        place: Where it stands, where that is known already.
        position: Of the first word.
        width: In positions.
    """

    field: str
    text: str | None = None
    place: Place | None = None
    position: int = 0
    width: int = 1


def scope(field: str | None) -> tuple[str, ...]:
    """Name the fields in which a leaf of a field is looked for, in this order."""
    if field is None:
        return EVERYWHERE
    return ("summary", "text") if field == "text" else (field,)


def find(leaf: Leaf, entry: IndexedEntry) -> Hit | None:
    """Find the first place where a leaf is true."""
    if not isinstance(leaf, _OF_WORDS):
        return _find_other(leaf, entry)
    if _lacks(leaf, entry):
        return None
    for field in scope(leaf.field):
        found = _in_field(leaf, field, entry)
        if found is not None:
            return found
    return None


def _find_other(leaf: Value | Regex | Fact, entry: IndexedEntry) -> Hit | None:
    if isinstance(leaf, Value):
        return _find_value(leaf, entry)
    if isinstance(leaf, Regex):
        return _find_pattern(leaf, entry)
    return _find_fact(leaf, entry)


def _lacks(leaf: WordLeaf, entry: IndexedEntry) -> bool:
    """Say by a quick look at all fields at once whether a leaf is surely not true."""
    if isinstance(leaf, Word):
        return entry.lacks_everywhere(leaf.token)
    if isinstance(leaf, Prefix):
        return entry.lacks_letters_everywhere(leaf.start)
    return any(entry.lacks_everywhere(token) for token in _whole(leaf))


def _whole(leaf: Phrase | Near) -> Sequence[str]:
    """List the words that have to be there whole."""
    runs = leaf.runs if isinstance(leaf, Near) else (leaf.placed,)
    tokens = [token for run in runs for _, token in run]
    return tokens[:-1] if leaf.open_ended else tokens


def _in_field(leaf: WordLeaf, field: str, entry: IndexedEntry) -> Hit | None:
    place = None
    if isinstance(leaf, Prefix):
        place = entry.written(field, leaf.start, open_ended=True)
    elif isinstance(leaf, Word) and not is_unspaced(leaf.token):
        place = entry.written(field, leaf.token)
    else:
        return _in_row(leaf, field, entry)
    return None if place is None else Hit(field, place=place)


def _in_row(leaf: Word | Phrase | Near, field: str, entry: IndexedEntry) -> Hit | None:
    found = _first(leaf, field, entry)
    return None if found is None else Hit(field, position=found[0], width=found[1])


def told(leaf: Fact, entry: IndexedEntry) -> str:
    """Say what a measure is, or what else is known of an entry."""
    if isinstance(leaf, Measure):
        value = entry.measure(leaf.name)
        if value is None:
            return "unknown"
        return span_text(value) if leaf.name.endswith("age") else f"{value:g}"
    if isinstance(leaf, Has):
        return leaf.part if entry.has(leaf.part) else f"no {leaf.part}"
    if isinstance(leaf, Like):
        return f"{leaf.name}: {like_evidence(entry.learned(leaf.name), entry)}"
    return f"{entry.moment:%Y-%m-%d %H:%M}"


def span_text(seconds: float) -> str:
    """Say a span of time in its two largest units.

    >>> span_text(90_061), span_text(59), span_text(-7_200)
    ('1d1h', '59s', '-2h')
    """
    rest, said = int(abs(seconds)), ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            if said:
                return f"{said}{count}{unit}"
            said = f"{'-' if seconds < 0 else ''}{count}{unit}"
        elif said:
            return said
    return said or "0s"


def _find_value(leaf: Value, entry: IndexedEntry) -> Hit | None:
    for number, (folded, value) in enumerate(entry.values(leaf.field)):
        if _is_meant(leaf, folded):
            return Hit(leaf.field, text=value, place=Place(leaf.field, number, 0, len(value)))
    return None


def _is_meant(leaf: Value, value: str) -> bool:
    wanted = leaf.value
    if leaf.field == "url":
        return wanted in value
    if value == wanted or (leaf.open_ended and value.startswith(wanted)):
        return True
    if leaf.field == "lang":
        return value.startswith(f"{wanted}-")
    return leaf.field == "domain" and value.endswith(f".{wanted}")


def _find_pattern(leaf: Regex, entry: IndexedEntry) -> Hit | None:
    fields = (leaf.field,) if leaf.field in VALUE_FIELDS else scope(leaf.field)
    for field in fields:
        for number, part in enumerate(entry.parts(field)):
            span = search(leaf.pattern, part, any_case=leaf.any_case)
            if span is not None:
                return Hit(field, place=Place(field, number, *span))
    return None


def _find_fact(leaf: Fact, entry: IndexedEntry) -> Hit | None:
    if isinstance(leaf, Measure):
        value = entry.measure(leaf.name)
        if value is None or not _COMPARE[leaf.sign](value, leaf.bound):
            return None
        return Hit(leaf.name, text=told(leaf, entry))
    if isinstance(leaf, Has):
        return Hit("has", text=leaf.part) if entry.has(leaf.part) else None
    if isinstance(leaf, Like):
        topic = entry.learned(leaf.name)
        alike = topic is not None and topic.like is not None and is_alike(topic, entry)
        return Hit("like", text=f"{leaf.name}:{entry.score(topic):.2f}") if topic and alike else None
    since = leaf.since
    start = entry.now - since if isinstance(since, timedelta) else datetime(*since.timetuple()[:3], tzinfo=UTC)
    late = entry.moment > start if isinstance(since, timedelta) else entry.moment >= start
    return Hit("after", text=told(leaf, entry)) if late else None


def _first(leaf: Word | Phrase | Near, field: str, entry: IndexedEntry) -> tuple[int, int] | None:
    """Find the first position of a leaf in a field, and how many positions it takes."""
    if isinstance(leaf, Near):
        return _first_near(leaf, field, entry)
    run: Run = leaf.placed if isinstance(leaf, Phrase) else ((0, leaf.token),)
    starts = _starts(run, field, entry, open_ended=isinstance(leaf, Phrase) and leaf.open_ended)
    return (starts[0], _width(run)) if starts else None


def _starts(run: Run, field: str, entry: IndexedEntry, *, open_ended: bool) -> list[int]:
    """List the rising positions where words stand in a row."""
    starts: set[int] | None = None
    last = len(run) - 1
    # A field is not cut into words for a run of which one is not there.
    if any(entry.lacks(field, token) for _, token in (run[:-1] if open_ended else run)):
        return []
    for number, (offset, token) in enumerate(run):
        found = _positions(token, field, entry, open_ended=open_ended and number == last)
        shifted = {position - offset for position in found}
        starts = shifted if starts is None else starts & shifted
        if not starts:
            return []
    return sorted(starts or ())


def _first_near(leaf: Near, field: str, entry: IndexedEntry) -> tuple[int, int] | None:
    """Find the first place where one of each run stands, from the first word to the last within reach."""
    last = len(leaf.runs) - 1
    if any(entry.lacks(field, token) for token in _whole(leaf)):
        return None
    placed: list[tuple[int, list[int]]] = []
    for number, run in enumerate(leaf.runs):
        starts = _starts(run, field, entry, open_ended=leaf.open_ended and number == last)
        if not starts:
            return None
        placed.append((_width(run), starts))
    reach = sum(width for width, _ in placed) + leaf.distance
    for first in sorted({start for _, starts in placed for start in starts}):
        ends = []
        for width, starts in placed:
            at = bisect_left(starts, first)
            if at == len(starts):
                return None
            ends.append(starts[at] + width)
        if max(ends) - first <= reach:
            return first, max(ends) - first
    return None


def _positions(token: str, field: str, entry: IndexedEntry, *, open_ended: bool) -> Sequence[int]:
    if entry.lacks_letters(field, token) if open_ended else entry.lacks(field, token):
        return ()
    words = entry.words(field)
    if not open_ended:
        return words.get(token, ())
    return [position for word in entry.words_with(field, token) for position in words[word]]


def _width(run: Run) -> int:
    offset, token = run[-1]
    return offset + (len(token) if is_unspaced(token) else 1)
