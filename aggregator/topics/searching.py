"""What an index can do for a query: the words that every entry has that is looked for, and those that an entry has.

The index knows which words stand in which field, not where. So a phrase and words near each other become all of
their words, and what no index can tell (regular expressions, numbers, ages) is left to judging.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.model.entry import Entry, EntryKey, SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.searching import WORDS_IN, Asked, Either, Every, Judged, Sought, Term, Terms, Without
from aggregator.text.digests import digest64
from aggregator.topics.evaluate import evidence, holds
from aggregator.topics.finding import find, scope
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import Query, parse_query
from aggregator.topics.tree import And, Leaf, Measure, Near, Node, Not, Or, Phrase, Prefix, Value, Word, asks_for_story

_DEEPEST = 12
"""What is nested deeper is left to judging: every index has its limits, and no person writes so."""
_UNSAID = "lang?"
_NO_ENTRY = Entry(key=EntryKey("", ""), keys=(), title="")
_NOTHING = StoredEntry(entry=_NO_ENTRY, first_seen_at=datetime.min.replace(tzinfo=UTC))
_OF_SOURCES = frozenset({"source", "group", "tag"})


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What an index is asked for.

    Attributes:
        terms: None when it cannot help.
        exact: Whether what it finds is what the query holds for, and nothing else.
    """

    terms: Terms | None
    exact: bool


_ANYTHING = Narrowed(None, exact=False)


def sought(asked: Asked) -> Sought:
    """Read a query and say what to look for.

    Raises:
        QueryError: It cannot be read.
    """
    query = parse_query(asked.text)

    def fits(source: SourceFacts) -> bool:
        return not (asked.public and source.private) and may_hold(query.root, source)

    def judge(one: Judged) -> Reason | None:
        entry = IndexedEntry(one.stored, one.source, asked.now, one.telling, asked.senses)
        return Reason("search", "found", "match", *evidence(query, entry)) if holds(query.root, entry) else None

    return Sought(
        terms=narrowed(query).terms,
        fits=fits,
        judge=judge,
        limit=max(asked.limit, 1),
        before=asked.before,
        asks_for_story=asks_for_story(query.root),
    )


def narrowed(query: Query) -> Narrowed:
    """Say what an index is to be asked for; all that the query holds for has it."""
    return _narrowed(query.root, 0)


def may_hold(node: Node, source: SourceFacts) -> bool:
    """Say whether a query may hold for an entry of a source."""
    return _for_source(node, source) is not False


def words_of(stored: StoredEntry, source: SourceFacts) -> tuple[str, ...]:
    """List what an index has to know of an entry: for each of ``WORDS_IN`` its words, parted by spaces, sorted."""
    entry = IndexedEntry(stored, source)
    fields = (entry.words(field) for field in WORDS_IN if field != "label")
    return (*(" ".join(sorted(words)) for words in fields), " ".join(sorted(set(_labels(entry, stored)))))


def _labels(entry: IndexedEntry, stored: StoredEntry) -> Iterator[str]:
    for folded, _ in entry.values("category"):
        yield _label("category", folded)
    for folded, _ in entry.values("domain"):
        rest = folded
        while rest:
            yield _label("domain", rest)
            rest = rest.partition(".")[2]
    if stored.entry.language is None:
        yield _label("lang", _UNSAID)  # what its source says may change
        return
    for folded, _ in entry.values("lang"):
        rest = folded
        while rest:
            yield _label("lang", rest)
            rest = rest.rpartition("-")[0]


def _label(field: str, value: str) -> str:
    return f"{field}{digest64(field, value) & (2**64 - 1):016x}"


def _narrowed(node: Node, depth: int) -> Narrowed:
    if depth > _DEEPEST:
        return _ANYTHING
    if isinstance(node, And):
        return _every(node.children, depth)
    if isinstance(node, Or):
        return _either([_narrowed(child, depth + 1) for child in node.children])
    return _ANYTHING if isinstance(node, Not) else _leaf(node)


def _every(children: Sequence[Node], depth: int) -> Narrowed:
    wanted = [_narrowed(child, depth + 1) for child in children if not isinstance(child, Not)]
    unwanted = [_narrowed(child.child, depth + 1) for child in children if isinstance(child, Not)]
    known = [one.terms for one in wanted if one.terms is not None]
    if not known:
        return _ANYTHING
    terms = known[0] if len(known) == 1 else Every(tuple(known))
    # Only what the index knows for sure may be taken out by it.
    out = [one.terms for one in unwanted if one.exact and one.terms is not None]
    if out:
        terms = Without(terms, out[0] if len(out) == 1 else Either(tuple(out)))
    return Narrowed(terms, exact=all(one.exact for one in (*wanted, *unwanted)))


def _either(found: Sequence[Narrowed]) -> Narrowed:
    known = [one.terms for one in found if one.terms is not None]
    if len(known) < len(found):
        return _ANYTHING
    return Narrowed(Either(tuple(known)), exact=all(one.exact for one in found))


def _leaf(leaf: Leaf) -> Narrowed:
    if isinstance(leaf, Word):
        return Narrowed(Term(scope(leaf.field), leaf.token), exact=True)
    if isinstance(leaf, Prefix):
        return Narrowed(Term(scope(leaf.field), leaf.start, open_ended=True), exact=True)
    if isinstance(leaf, Phrase):
        return Narrowed(_all_words(leaf.placed, leaf.field, open_ended=leaf.open_ended), exact=False)
    if isinstance(leaf, Near):
        placed = [one for run in leaf.runs for one in run]
        return Narrowed(_all_words(placed, leaf.field, open_ended=leaf.open_ended), exact=False)
    return _value(leaf) if isinstance(leaf, Value) else _ANYTHING


def _all_words(placed: Iterable[tuple[int, str]], field: str | None, *, open_ended: bool) -> Terms:
    fields = scope(field)
    terms = [Term(fields, token) for _, token in placed]
    if open_ended:
        terms[-1] = replace(terms[-1], open_ended=True)
    different = tuple(dict.fromkeys(terms))
    return different[0] if len(different) == 1 else Every(different)


def _value(leaf: Value) -> Narrowed:
    if leaf.field in _OF_SOURCES or leaf.field == "url" or leaf.open_ended:
        return _ANYTHING
    said = Term(("label",), _label(leaf.field, leaf.value))
    if leaf.field != "lang":
        return Narrowed(said, exact=True)
    return Narrowed(Either((said, Term(("label",), _label("lang", _UNSAID)))), exact=False)


def _for_source(node: Node, source: SourceFacts) -> bool | None:
    """Say whether a query holds for every entry of a source, for none, or that it depends on the entry."""
    if isinstance(node, Not):
        held = _for_source(node.child, source)
        return None if held is None else not held
    if isinstance(node, And | Or):
        found = {_for_source(child, source) for child in node.children}
        decided = isinstance(node, Or)
        return decided if decided in found else (None if None in found else not decided)
    if (isinstance(node, Value) and node.field in _OF_SOURCES) or (isinstance(node, Measure) and node.name == "weight"):
        return find(node, IndexedEntry(_NOTHING, source)) is not None
    return None
