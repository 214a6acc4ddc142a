"""Say whether a query holds for an entry, and why: what stands there, in the words of the entry, and where.

A word without a field is looked for in the title, the categories, the authors, the summary and the visible text;
``text:`` means summary and visible text. A phrase stands within one field, and within one category or author.
``source group tag category`` are equal as a whole; ``lang:en`` holds for ``en-GB``, ``domain:example.org`` for
``news.example.org``, and ``url:`` for any part of the address. A regular expression is looked for in what is written,
anywhere. A measure that cannot be known holds for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.model.reason import Fact as ReasonFact
from aggregator.topics.finding import Hit, find, told
from aggregator.topics.indexed import IndexedEntry, Place
from aggregator.topics.query import Query
from aggregator.topics.spelling import shortened
from aggregator.topics.tree import After, And, Has, Leaf, Like, Measure, Node, Not, Or

MAX_HITS = 5
MAX_EVIDENCE_CHARACTERS = 200
_MAX_QUOTE_CHARACTERS = 60
_JOINING = (And, Or)


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf that made a query what it was, and what it found.

    Attributes:
        column: Where the leaf is written; up to before ``end``.
        field: Or the name of a measure, ``has`` or ``after``.
        text: What stands there.
        place: Where, in fields that have a text.
        said: How it is told where that is more than what stands there.
    """

    column: int
    end: int
    field: str
    text: str
    place: Place | None = None
    said: str = ""


def holds(node: Node, entry: IndexedEntry) -> bool:
    """Say whether an entry is what the query asks for."""
    if isinstance(node, And):
        return all(holds(child, entry) for child in node.children)
    if isinstance(node, Or):
        return any(holds(child, entry) for child in node.children)
    if isinstance(node, Not):
        return not holds(node.child, entry)
    return find(node, entry) is not None


def findings(query: Query, entry: IndexedEntry) -> tuple[Found, ...]:
    """List what made a query hold, in the order of the query, each place once; at most ``MAX_HITS``."""
    found: dict[tuple[str, str], Found] = {}
    for leaf in _witnesses(query.root, entry):
        one = _found(leaf, entry)
        if one is not None:
            found.setdefault((one.field, one.text), one)
        if len(found) == MAX_HITS:
            break
    return tuple(found.values())


def evidence(query: Query, entry: IndexedEntry) -> tuple[str, tuple[tuple[str, ReasonFact], ...]]:
    """Tell what made a query hold: in a line, and as facts.

    The line: ``title: "drone" · text: "prime minister"``. The facts: ``at`` lists ``field:part:start:end`` and the
    columns of the clause, ``@7-12``; measures stand there as they were, ``outlets=4@1-10``.
    """
    found = findings(query, entry)
    said: list[str] = []
    for one in found:
        if len(" · ".join((*said, _line(one)))) > MAX_EVIDENCE_CHARACTERS:
            break
        said.append(_line(one))
    line = " · ".join(said) or f"nothing that {_quoted(query, query.root)} excludes"
    return line, (("at", " ".join(map(_written, found))),) if found else ()


def absence(query: Query, entry: IndexedEntry) -> str:
    """Tell in a line at which clause a query failed: ``NOT category:sport found category: "Sport"``."""
    blamed = _blamed(query.root, entry)
    if isinstance(blamed, Or):
        return f"none of {_quoted(query, blamed)}"
    if isinstance(blamed, Measure | Has | After | Like):
        return f"{_quoted(query, blamed)} does not hold: {told(blamed, entry)}"
    if not isinstance(blamed, Not):
        return f"no {_quoted(query, blamed)}"
    found = [_found(leaf, entry) for leaf in _witnesses(blamed.child, entry)]
    lines = [_line(one) for one in found if one is not None]
    return f"{_quoted(query, blamed)} found {' · '.join(lines[:2]) or _quoted(query, blamed.child)}"


def _witnesses(node: Node, entry: IndexedEntry, *, wanted: bool = True) -> Iterator[Leaf]:
    """Walk over the leaves that are true and that made ``node`` what was ``wanted``."""
    if isinstance(node, Not):
        yield from _witnesses(node.child, entry, wanted=not wanted)
    elif isinstance(node, _JOINING):
        for child in node.children:
            if holds(child, entry) is wanted:
                yield from _witnesses(child, entry, wanted=wanted)
    elif wanted:
        yield node


def _blamed(node: Node, entry: IndexedEntry) -> Node:
    """Go down to the smallest clause that made a query fail."""
    while isinstance(node, And):
        node = next(child for child in node.children if not holds(child, entry))
    return node


def _found(leaf: Leaf, entry: IndexedEntry) -> Found | None:
    hit = find(leaf, entry)
    if hit is None:
        return None
    place = hit.place
    if place is None and hit.text is None:
        place = entry.place(hit.field, hit.position, hit.width)
    said = shortened(told(leaf, entry), MAX_EVIDENCE_CHARACTERS) if isinstance(leaf, Like) else ""
    return Found(leaf.column, leaf.end, hit.field, _text(hit, place, entry), place, said)


def _text(hit: Hit, place: Place | None, entry: IndexedEntry) -> str:
    if hit.field == "lang" and entry.recognised is not None:
        return str(entry.recognised)
    if hit.text is not None:
        return hit.text
    return "" if place is None else entry.quote(place)


def _line(one: Found) -> str:
    if one.place is None:
        return one.said or f"{one.field} {one.text}"
    return f'{one.field}: "{shortened(one.text, _MAX_QUOTE_CHARACTERS)}"'


def _written(one: Found) -> str:
    place = one.place
    where = f"{one.field}={one.text.replace(' ', 'T')}"
    if place is not None:
        where = f"{place.field}:{place.part}:{place.start}:{place.end}"
    return f"{where}@{one.column}-{one.end - 1}"


def _quoted(query: Query, node: Node) -> str:
    return shortened(query.source(node), _MAX_QUOTE_CHARACTERS * 2)
