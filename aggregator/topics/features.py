"""What likeness is measured by: the words of a text and their pieces, each weighing as it is rare."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from aggregator.model.liking import Example
from aggregator.text.tokens import tokens

Vector = dict[str, float]

_MOST_WORDS: Final = 60
"""Of the text under a headline; what comes later says less of what it is about."""
_PIECE: Final = 4
"""Letters. Pieces bring the forms of a word together in any language, as a stemmer does in one."""
_PIECE_WEIGHT: Final = 0.3
_DAMPING: Final = 0.7
_LEAST_HOLDERS: Final = 3
"""What fewer texts of the background have is as rare as what none has: most words are, and none need be kept."""


class Rarity:
    """How rare terms are in a background."""

    def __init__(self, known: Mapping[str, float], rarest: float) -> None:
        self.known = known
        self.rarest = rarest

    @classmethod
    def of(cls, background: Iterable[Example]) -> Rarity:
        """Count in how many texts each term stands."""
        holders: defaultdict[str, int] = defaultdict(int)
        size = 0
        for one in background:
            size += 1
            for term in _terms(said(one.title, one.text)):
                holders[term] += 1
        known = {term: _rare(size, count) for term, count in sorted(holders.items()) if count >= _LEAST_HOLDERS}
        return cls(known, _rare(size, 1))

    def vector(self, title: str, text: str) -> Vector:
        """Weigh the terms of a text; their vector is of length 1, or empty."""
        return self._weighed(_terms(said(title, text)))

    def parts(self, title: str, text: str) -> dict[str, Vector]:
        """Part the vector of a text among its words; a piece that several have is theirs by how often each was said."""
        words = said(title, text)
        terms = _terms(words)
        vector = self._weighed(terms)
        return {
            word: {term: vector[term] * share / terms[term] for term, share in _terms({word: count}).items()}
            for word, count in words.items()
        }

    def _weighed(self, terms: Mapping[str, float]) -> Vector:
        known, rarest, log = self.known.get, self.rarest, math.log
        weights = {
            term: (1 + log(count) if count > 1 else count) * known(term, rarest) for term, count in terms.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}


def said(title: str, text: str) -> dict[str, int]:
    """Count the words of a headline and of the beginning of the text under it."""
    words: dict[str, int] = {}
    for token in (*tokens(title), *tokens(text)[:_MOST_WORDS]):
        words[token] = words.get(token, 0) + 1
    return words


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Multiply two vectors; a term that only one has counts nothing."""
    if len(other) < len(one):
        one, other = other, one
    get = other.get
    return sum(weight * get(term, 0.0) for term, weight in one.items())


def mean(vectors: Iterable[Mapping[str, float]]) -> Vector:
    """Give the direction in which vectors lie together, of length 1."""
    total: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, weight in vector.items():
            total[term] += weight
    length = math.sqrt(sum(weight * weight for weight in total.values())) or 1.0
    return {term: weight / length for term, weight in total.items()}


def _terms(words: Mapping[str, int]) -> dict[str, float]:
    """Count words and their pieces; a piece is marked by where it stands, a word is not."""
    terms: dict[str, float] = {}
    for word, count in words.items():
        terms[word] = terms.get(word, 0.0) + count
        if len(word) < _PIECE:
            continue
        framed = f" {word} "
        for start in range(len(framed) - _PIECE + 1):
            piece = "~" + framed[start : start + _PIECE]
            terms[piece] = terms.get(piece, 0.0) + count * _PIECE_WEIGHT
    return terms


def _rare(size: int, count: int) -> float:
    rarity: float = math.log((size + 1) / (count + 0.5)) ** _DAMPING
    return round(rarity, 4)
