"""The tree of a query: what a parser builds, and evaluation, indexing and printing walk over.

Every node knows its source: ``query[node.column - 1 : node.end - 1]``, columns counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Looked at word by word.
WORD_FIELDS = ("title", "summary", "text", "author")
# Compared as a whole.
VALUE_FIELDS = ("source", "group", "tag", "domain", "category", "lang", "url")
FIELDS = WORD_FIELDS + VALUE_FIELDS


@dataclass(frozen=True, slots=True)
class Word:
    """One whole word.

    Attributes:
        token: As ``aggregator.text.tokens`` gives it.
        field: One of ``WORD_FIELDS``; None looks everywhere.
    """

    token: str
    field: str | None
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that starts so; ``start`` is folded like a token."""

    start: str
    field: str | None
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, within one field.

    Attributes:
        placed: Offset from the first word, which is 0, and token; at least two, offsets rising.
        open_ended: The last token is the start of a word.
    """

    placed: tuple[tuple[int, str], ...]
    open_ended: bool
    field: str | None
    column: int
    end: int


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
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    children: tuple[Node, ...]
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    children: tuple[Node, ...]
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the child is not."""

    child: Node
    column: int
    end: int


TextLeaf = Word | Prefix | Phrase
Leaf = TextLeaf | Value
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
