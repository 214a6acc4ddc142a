"""Say whether a query holds for an entry, and why: what stands there, in the words of the entry.

A word without a field is looked for in the title, the categories, the authors, the summary and the visible text;
``text:`` means summary and visible text. A phrase stands within one field, and within one category or author.
``source group tag category`` are equal as a whole; ``lang:en`` holds for ``en-GB``, ``domain:example.org`` for
``news.example.org``, and ``url:`` for any part of the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.text.tokens import is_unspaced
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.lexemes import shortened
from aggregator.topics.query import Query
from aggregator.topics.tree import And, Leaf, Node, Not, Or, Phrase, Prefix, TextLeaf, Value, Word

# The short fields first: where they decide, the text is never cut into words.
EVERYWHERE = ("title", "category", "author", "summary", "text")
MAX_HITS = 5
MAX_EVIDENCE_CHARACTERS = 200
_MAX_QUOTE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a leaf is true.

    Attributes:
        text: What stands there, where it is known already.
        position: Of the first word.
        width: In positions.
    """

    field: str
    text: str | None = None
    position: int = 0
    width: int = 1


def scope(leaf: TextLeaf) -> tuple[str, ...]:
    """Name the fields in which a leaf is looked for, in this order."""
    if leaf.field is None:
        return EVERYWHERE
    return ("summary", "text") if leaf.field == "text" else (leaf.field,)


def holds(node: Node, entry: IndexedEntry) -> bool:
    """Say whether an entry is what the query asks for."""
    if isinstance(node, And):
        return all(holds(child, entry) for child in node.children)
    if isinstance(node, Or):
        return any(holds(child, entry) for child in node.children)
    if isinstance(node, Not):
        return not holds(node.child, entry)
    return find(node, entry) is not None


def find(leaf: Leaf, entry: IndexedEntry) -> Hit | None:
    """Find the first place where a leaf is true."""
    if isinstance(leaf, Value):
        for folded, value in entry.values(leaf.field):
            if _is_meant(leaf, folded):
                return Hit(leaf.field, value)
        return None
    for field in scope(leaf):
        if isinstance(leaf, Word) and not is_unspaced(leaf.token):
            text = entry.written(field, leaf.token)
            if text is not None:
                return Hit(field, text)
            continue
        position = _first(leaf, field, entry)
        if position is not None:
            return Hit(field, position=position, width=_width(leaf))
    return None


def evidence(query: Query, entry: IndexedEntry) -> str:
    """Tell in a line what made a query hold: ``title: "drone" · text: "prime minister"``."""
    told: list[str] = []
    for leaf in _witnesses(query.root, entry):
        said = _shown(leaf, entry)
        if said in told:
            continue
        if len(told) == MAX_HITS or len(" · ".join((*told, said))) > MAX_EVIDENCE_CHARACTERS:
            break
        told.append(said)
    return " · ".join(told) or f"nothing that {_quoted(query, query.root)} excludes"


def absence(query: Query, entry: IndexedEntry) -> str:
    """Tell in a line at which clause a query failed: ``NOT category:sport found category: "Sport"``."""
    blamed = _blamed(query.root, entry)
    if isinstance(blamed, Or):
        return f"none of {_quoted(query, blamed)}"
    if not isinstance(blamed, Not):
        return f"no {_quoted(query, blamed)}"
    found = [_shown(leaf, entry) for leaf in _witnesses(blamed.child, entry)]
    return f"{_quoted(query, blamed)} found {' · '.join(found[:2]) or _quoted(query, blamed.child)}"


def _is_meant(leaf: Value, value: str) -> bool:
    wanted = leaf.value
    if leaf.field == "url":
        return wanted in value
    if value == wanted or (leaf.open_ended and value.startswith(wanted)):
        return True
    if leaf.field == "lang":
        return value.startswith(f"{wanted}-")
    return leaf.field == "domain" and value.endswith(f".{wanted}")


def _first(leaf: TextLeaf, field: str, entry: IndexedEntry) -> int | None:
    if isinstance(leaf, Word):
        return next(iter(_positions(leaf.token, field, entry, open_ended=False)), None)
    if isinstance(leaf, Prefix):
        return min(_positions(leaf.start, field, entry, open_ended=True), default=None)
    starts: set[int] | None = None
    last = len(leaf.placed) - 1
    for number, (offset, token) in enumerate(leaf.placed):
        found = _positions(token, field, entry, open_ended=leaf.open_ended and number == last)
        shifted = {position - offset for position in found}
        starts = shifted if starts is None else starts & shifted
        if not starts:
            return None
    return min(starts or (), default=None)


def _positions(token: str, field: str, entry: IndexedEntry, *, open_ended: bool) -> Sequence[int]:
    if entry.lacks(field, token):
        return ()
    words = entry.words(field)
    if not open_ended:
        return words.get(token, ())
    return [position for word in entry.words_with(field, token) for position in words[word]]


def _width(leaf: TextLeaf) -> int:
    if isinstance(leaf, Prefix):
        return 1
    offset, token = leaf.placed[-1] if isinstance(leaf, Phrase) else (0, leaf.token)
    return offset + (len(token) if is_unspaced(token) else 1)


def _witnesses(node: Node, entry: IndexedEntry, *, wanted: bool = True) -> Iterator[Leaf]:
    """Walk over the leaves that are true and that made ``node`` what was ``wanted``."""
    if isinstance(node, Not):
        yield from _witnesses(node.child, entry, wanted=not wanted)
    elif isinstance(node, And | Or):
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


def _shown(leaf: Leaf, entry: IndexedEntry) -> str:
    hit = find(leaf, entry)
    if hit is None:
        return ""
    text = entry.quote(hit.field, hit.position, hit.width) if hit.text is None else hit.text
    return f'{hit.field}: "{shortened(text, _MAX_QUOTE_CHARACTERS)}"'


def _quoted(query: Query, node: Node) -> str:
    return shortened(query.source(node), _MAX_QUOTE_CHARACTERS * 2)
