"""Find the few topics that an entry may match, out of many, by words that they cannot do without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from aggregator.topics.finding import EVERYWHERE, scope
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.tree import And, Near, Node, Or, Phrase, Prefix, Word, WordLeaf

_PREFIX_COST = 4.0
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


class AnchorIndex:
    """From words, and from the starts of words by their length, to the numbers of the trees anchored there."""

    def __init__(self, roots: Iterable[tuple[int, Node]]) -> None:
        self._unanchored: set[int] = set()
        # By field and length, 0 for whole words.
        trees: defaultdict[tuple[str, int], defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, root in roots:
            anchors = anchors_of(root)
            if anchors is None:
                self._unanchored.add(number)
                continue
            for anchor in anchors:
                length = len(anchor.token) if anchor.open_ended else 0
                for field in anchor.fields:
                    trees[field, length][anchor.token].append(number)
        # The long text comes last: it is not even read when what stands before it has said enough.
        self._groups = [
            (field, length, trees[field, length], frozenset(chain.from_iterable(trees[field, length].values())))
            for field, length in sorted(trees, key=lambda group: (EVERYWHERE.index(group[0]), group[1]))
        ]

    def candidates(self, entry: IndexedEntry) -> frozenset[int]:
        """Name every tree that may hold for an entry, and few others."""
        found = set(self._unanchored)
        for field, length, trees, numbers in self._groups:
            if numbers <= found:
                continue
            if len(trees) <= _FEW:
                for token in trees:
                    if not entry.lacks(field, token):
                        found.update(trees[token])
                continue
            words = entry.words(field).keys()
            starts = {word[:length] for word in words} if length else words
            for token in trees.keys() & starts:
                found.update(trees[token])
        return frozenset(found)


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
    return sum((_PREFIX_COST if anchor.open_ended else 1.0) / len(anchor.token) ** 2 for anchor in anchors)
