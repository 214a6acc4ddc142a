"""The tree of a query: what a parser builds, and evaluation, indexing, search, wording and printing walk over.

Every node knows its source: ``query[node.column - 1 : node.end - 1]``, columns counted from 1. Two trees are equal
when they mean the same, wherever they were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field as attribute
from datetime import date, timedelta

# Looked at word by word.
WORD_FIELDS = ("title", "summary", "text", "author")
# Compared as a whole.
VALUE_FIELDS = ("source", "group", "tag", "domain", "category", "lang", "url")
FIELDS = WORD_FIELDS + VALUE_FIELDS
# Written like fields, but about what an entry has, when it is from, and what it is like.
HAS = "has"
AFTER = "after"
LIKE = "like"
COUNTS = ("outlets", "items", "words")
AGES = ("age", "story-age")
MEASURES = (*COUNTS, "weight", *AGES)
# What `has:` may ask for.
PARTS = ("enclosure", "audio", "video", "image", "author", "category", "date", "link", "comments", "text")
# What changes although nobody edits the entry: because others join its story, or because time goes by.
OF_STORIES = frozenset({"outlets", "items", "story-age"})
OF_TIME = frozenset(AGES)

Run = tuple[tuple[int, str], ...]
"""Words in a row: offset from the first word, which is 0, and token; offsets rising."""


@dataclass(frozen=True, slots=True)
class Word:
    """One whole word.

    Attributes:
        token: As ``aggregator.text.tokens`` gives it.
        field: One of ``WORD_FIELDS``; None looks everywhere.
    """

    token: str
    field: str | None
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that starts so; ``start`` is folded like a token."""

    start: str
    field: str | None
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, within one field.

    Attributes:
        placed: At least two.
        open_ended: The last token is the start of a word.
    """

    placed: Run
    open_ended: bool
    field: str | None
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order within one field, with at most ``distance`` others among them.

    Attributes:
        runs: At least two, all different; what is written as one word but is several stands in a row.
        open_ended: The last token of the last run is the start of a word.
    """

    runs: tuple[Run, ...]
    distance: int
    open_ended: bool
    field: str | None
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Regex:
    r"""A regular expression, looked for anywhere in a field as it is written.

    Attributes:
        pattern: As written between the slashes, which RE2 reads with ``\/`` in it.
        any_case: The flag ``i``.
        field: One of ``FIELDS``; None looks everywhere.
    """

    pattern: str
    any_case: bool
    field: str | None
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """A field whose value is compared as a whole.

    Attributes:
        value: Folded.
        field: One of ``VALUE_FIELDS``.
        open_ended: The value only has to start so.
    """

    value: str
    field: str
    open_ended: bool
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that is compared.

    Attributes:
        name: One of ``MEASURES``.
        sign: ``>= <= > < =``; the last one not for ages.
        bound: Seconds for ages.
    """

    name: str
    sign: str
    bound: float
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """The entry has something; ``part`` is one of ``PARTS``."""

    part: str
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class After:
    """The entry is younger than a period, or from a day (UTC) or later."""

    since: timedelta | date
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Like:
    """The entry is like the examples of a topic; ``name`` is its slug."""

    name: str
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    children: tuple[Node, ...]
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    children: tuple[Node, ...]
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the child is not."""

    child: Node
    column: int = attribute(compare=False)
    end: int = attribute(compare=False)


WordLeaf = Word | Prefix | Phrase | Near
Fact = Measure | Has | After | Like
Leaf = WordLeaf | Regex | Value | Fact
Node = Leaf | And | Or | Not


def leaves(node: Node, *, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Walk over the leaves in the order of the text, each with whether the query wants it or excludes it."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from leaves(child, wanted=wanted)
    elif isinstance(node, Not):
        yield from leaves(node.child, wanted=not wanted)
    else:
        yield node, wanted


def asks_for_story(node: Node) -> bool:
    """Say whether a query depends on what others write: its answer may change when the story does."""
    return any(is_of_story(leaf) for leaf, _ in leaves(node))


def is_of_story(leaf: Leaf) -> bool:
    """Say whether a leaf depends on what others write."""
    return isinstance(leaf, Measure) and leaf.name in OF_STORIES


def periods(node: Node) -> tuple[tuple[str, timedelta], ...]:
    """List after which times the answer may change: since the entry (``age``) or its story (``story-age``)."""
    found: set[tuple[str, timedelta]] = set()
    for leaf, _ in leaves(node):
        if isinstance(leaf, Measure) and leaf.name in OF_TIME:
            found.add((leaf.name, timedelta(seconds=leaf.bound)))
        elif isinstance(leaf, After) and isinstance(leaf.since, timedelta):
            found.add(("age", leaf.since))
    return tuple(sorted(found))
