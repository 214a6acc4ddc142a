"""What an entry is about, as a vector of terms: rare words weigh more than those that everybody uses these days."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from aggregator.model.story import TermCounts
from aggregator.text.stop_words import STOP_WORDS

SCALE: Final = 256
"""Length of a vector. Weights are whole numbers, so that sums are exact and in no order: what is loaded is what was.

The greatest is one that Python keeps a single object for; there are millions of them.
"""
SUMMARY_WORDS: Final = 40
MOST_TERMS: Final = 20
_LETTERS: Final = 5
"""A term is the beginning of a word: as good as a stemmer, and the same for every language."""
_SUMMARY_WEIGHT: Final = 0.5
_PRIOR: Final = 300.0
"""So many entries are supposed to have been seen before the first, each word of theirs rare."""
_RARE: Final = _PRIOR * 12 * 2e-6
_LEAST_IDF: Final = 0.05
_DAMPING: Final = 0.8
_HALF_LIFE_DAYS: Final = 14.0
_FORGOTTEN: Final = 0.25


class Lexicon:
    """The terms of one language, with how many entries had them lately.

    Args:
        language: Primary subtag; empty when unknown, then the words of English are passed over.
        equivalents: Token -> tokens that stand for it.
    """

    def __init__(self, language: str, equivalents: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self._equivalents = equivalents
        self._passed_over: Collection[str] = STOP_WORDS.get(language or "en", frozenset())
        self._counts: dict[str, float] = {}
        self._entries = 0.0
        self._day = date.min
        self._changed: set[str] = set()
        self._aged = False

    def __len__(self) -> int:
        return len(self._counts)

    def load(self, counts: TermCounts) -> None:
        """Go on with counts that were stored."""
        self._counts, self._entries, self._day = dict(counts.terms), counts.entries, counts.day

    def turn(self, day: date) -> None:
        """Let the counts grow old, with a half-life of fourteen days, which also bounds their number."""
        if day <= self._day:
            return
        if self._entries:
            factor = 0.5 ** ((day - self._day).days / _HALF_LIFE_DAYS)
            self._entries *= factor
            aged = ((term, count * factor) for term, count in self._counts.items())
            self._counts = {term: count for term, count in aged if count >= _FORGOTTEN}
            self._aged = True
        self._day = day

    def words(self, title: Sequence[str], summary: Sequence[str]) -> dict[str, tuple[str, float]]:
        """Map each term to the first word that gave it and to how often it was said."""
        said: dict[str, tuple[str, float]] = {}
        equivalents, passed_over = self._equivalents, self._passed_over
        for tokens, weight in ((title, 1.0), (summary[:SUMMARY_WORDS], _SUMMARY_WEIGHT)):
            for token in tokens:
                meant = equivalents.get(token, (token,))
                for word in meant:
                    if word not in passed_over:
                        term = word if word[0].isdigit() else word[:_LETTERS]
                        before = said.get(term)
                        # "PM" is one word still, and weighs no more than one.
                        share = weight / len(meant)
                        said[term] = (before[0], before[1] + share) if before else (word, share)
        # "What we know so far" has no other words.
        return said or {token[:_LETTERS]: (token, 1.0) for token in title}

    def vector(self, said: Mapping[str, tuple[str, float]]) -> dict[str, int]:
        """Weigh the terms; the heaviest twenty make a vector of the length ``SCALE``."""
        counts, log, all_entries = self._counts, math.log, self._entries + _PRIOR + 1
        # Below zero, so that the heaviest sort first.
        weights = [
            (
                -(1 + log(count) if count >= 1 else count)
                * max(_LEAST_IDF, log(all_entries / (counts.get(term, 0.0) + _RARE + 1))) ** _DAMPING,
                term,
            )
            for term, (_, count) in said.items()
        ]
        if len(weights) > MOST_TERMS:
            weights.sort()
            del weights[MOST_TERMS:]
        length = math.sqrt(sum([weight * weight for weight, _ in weights])) or 1.0
        scaled = [(term, round(-weight / length * SCALE)) for weight, term in weights]
        return {term: weight for term, weight in scaled if weight}

    def learn(self, terms: Iterable[str]) -> None:
        """Count the terms of an entry that has found its place."""
        counts, changed = self._counts, self._changed
        for term in terms:
            counts[term] = counts.get(term, 0.0) + 1
            changed.add(term)
        self._entries += 1

    def news(self) -> TermCounts | None:
        """Give what has changed since the last call, to be stored; None when nothing has."""
        if not self._changed and not self._aged:
            return None
        terms: Iterable[str] = self._counts if self._aged else sorted(self._changed)
        found = TermCounts(
            language=self.language,
            day=self._day,
            entries=self._entries,
            terms=tuple((term, self._counts[term]) for term in terms),
            complete=self._aged,
        )
        self._changed, self._aged = set(), False
        return found
