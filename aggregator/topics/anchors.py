"""Find the few topics that an entry may match, out of many, by words that they cannot do without."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from aggregator.text.stop_words import STOP_WORDS
from aggregator.text.tokens import piece_of
from aggregator.topics.finding import EVERYWHERE, scope
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import parse_query
from aggregator.topics.tree import And, Near, Node, Or, Phrase, Prefix, Word, WordLeaf

_PREFIX_COST = 4.0
_EVERYWHERE = 100.0
# The pieces of a text are cut once for each length of a start; longer starts find hardly fewer candidates.
_LONGEST_START = 5
_COMMON = frozenset[str]().union(*STOP_WORDS.values())
# So many words are looked for in a text in the time that it takes to cut it into words.
_FEW = 50


@dataclass(frozen=True, slots=True)
class Anchor:
    """A word of which an entry has to have one like it: ``token`` whole or as a start, in one of ``fields``."""

    token: str
    open_ended: bool
    fields: tuple[str, ...]


def anchors_of(node: Node) -> frozenset[Anchor] | None:
    """Choose a set of anchors of which every matching entry has at least one; None when there is no such set.

    Of a conjunction the set with the rarest words is taken, long words being the rarer ones.
    """
    if isinstance(node, And):
        found = [anchors for anchors in map(anchors_of, node.children) if anchors is not None]
        return min(found, key=_cost, default=None)
    if isinstance(node, Or):
        union: frozenset[Anchor] = frozenset()
        for child in node.children:
            anchors = anchors_of(child)
            if anchors is None:
                return None
            union |= anchors
        return union
    return frozenset({_anchor(node)}) if isinstance(node, Word | Prefix | Phrase | Near) else None


def is_costly(match: str) -> bool:
    """Say whether a query has to be asked about every entry, because none of its words has to be there.

    Raises:
        QueryError: It cannot be read.
    """
    return anchors_of(parse_query(match).root) is None


class AnchorIndex:
    """From pieces of words, and from their starts by length, to the numbers of the trees anchored there."""

    def __init__(self, roots: Iterable[tuple[int, Node]]) -> None:
        self._unanchored: set[int] = set()
        # By field and length, 0 for whole pieces.
        trees: defaultdict[tuple[str, int], defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, root in roots:
            anchors = anchors_of(root)
            if anchors is None:
                self._unanchored.add(number)
                continue
            for anchor in anchors:
                length, piece = _sought(anchor)
                for field in anchor.fields:
                    trees[field, length][piece].append(number)
        # The long text comes last: it is not even read when what stands before it has said enough.
        self._groups = [
            (field, length, trees[field, length], frozenset(chain.from_iterable(trees[field, length].values())))
            for field, length in sorted(trees, key=lambda group: (EVERYWHERE.index(group[0]), group[1]))
        ]
        sizes: Counter[str] = Counter()
        for field, _, sought, _ in self._groups:
            sizes[field] += len(sought)
        self._few = frozenset(field for field, size in sizes.items() if size <= _FEW)

    def candidates(self, entry: IndexedEntry) -> set[int]:
        """Name every tree that may hold for an entry, and few others."""
        found = set(self._unanchored)
        for field, length, trees, numbers in self._groups:
            if numbers <= found:
                continue
            if field in self._few:
                for letters in trees:
                    if not entry.lacks_letters(field, letters):
                        found.update(trees[letters])
                continue
            pieces = entry.pieces(field)
            starts = {piece[:length] for piece in pieces} if length else pieces
            for piece in trees.keys() & starts:
                found.update(trees[piece])
        return found


def _sought(anchor: Anchor) -> tuple[int, str]:
    """Say which piece an entry has to have: its length when it is only the start of one, else 0."""
    piece = piece_of(anchor.token)
    if anchor.open_ended and anchor.token.endswith(piece):
        start = piece[:_LONGEST_START]
        return len(start), start
    return 0, piece


def _anchor(leaf: WordLeaf) -> Anchor:
    fields = scope(leaf.field)
    if isinstance(leaf, Word):
        return Anchor(leaf.token, open_ended=False, fields=fields)
    if isinstance(leaf, Prefix):
        return Anchor(leaf.start, open_ended=True, fields=fields)
    return Anchor(_rarest(leaf), open_ended=False, fields=fields)


def _rarest(leaf: Phrase | Near) -> str:
    """Choose the longest word; one that is only a start is none."""
    tokens = [token for run in (leaf.runs if isinstance(leaf, Near) else (leaf.placed,)) for _, token in run]
    return max(tokens[:-1] if leaf.open_ended else tokens, key=len)


def _cost(anchors: frozenset[Anchor]) -> float:
    return sum(map(_likelihood, anchors))


def _likelihood(anchor: Anchor) -> float:
    """Guess how many texts have a word; only the order of the numbers means anything."""
    if anchor.token in _COMMON:
        return _EVERYWHERE
    return (_PREFIX_COST if anchor.open_ended else 1.0) / len(anchor.token) ** 2
