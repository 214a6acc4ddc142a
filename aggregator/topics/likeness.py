"""Judge by what was learned: how like the examples a text is, which of them it is most like, and by which words.

Words and meaning each give a sum; what both give is put on a scale from 0, where the middle of everything lies, over
0.5, the line that the examples drew, to 1, the example that is most like the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import mul
from typing import Final

from aggregator.model.liking import Example, Learned, Likeness, Meaning
from aggregator.text.digests import digest128
from aggregator.text.tokens import tokens
from aggregator.topics.features import Rarity, dot

_MOST_SHOWN: Final = 4
_MOST_TRIED: Final = 12
"""So many words of a headline are left out in turn, to see what each means for the whole."""
_CHARACTERS: Final = 400
"""So much of a text is asked for its meaning; what comes later blurs it."""


def whole(title: str, text: str) -> str:
    """Put together what is asked for its meaning."""
    return f"{title}. {text}"[:_CHARACTERS]


def product(one: Sequence[float], other: Sequence[float]) -> float:
    """Multiply two vectors of one length."""
    total: float = sum(map(mul, one, other))
    return total


def on_scale(raw: float, marks: tuple[float, float, float]) -> float:
    """Put a sum on the scale on which the line is 0.5; not bounded."""
    middle, line, top = marks
    return 0.5 * (raw - middle) / (line - middle) if raw < line else 0.5 + 0.5 * (raw - line) / (top - line)


class LearnedTaste:
    """What was learned, ready to judge by.

    Args:
        learned: As stored.
        meaning: The one that it was learned with; None for words alone.

    Raises:
        ValueError: It was learned with another meaning.
    """

    def __init__(self, learned: Learned, meaning: Meaning | None) -> None:
        if learned.meaning != (meaning.name if meaning else ""):
            raise ValueError(f"learned with '{learned.meaning or 'words alone'}', which is not at hand")
        self.learned = learned
        self._encode = meaning.encode if meaning else None
        self._rarity = Rarity({term: rarity for term, rarity, _ in learned.terms}, learned.rarest)
        self._weights = {term: weight for term, _, weight in learned.terms if weight}

    @cached_property
    def digest(self) -> str:
        """Name what was learned."""
        return digest128(repr((self.learned.asked, self.learned.background, self.learned.marks)).encode())

    def score(self, title: str, text: str) -> float:
        """Say how like the examples a text is, from 0 to 1, two decimals."""
        return self._bounded(self.raw(title, text))

    def likeness(self, title: str, text: str) -> Likeness:
        """Say it with the example that is nearest and the words that decided."""
        return Likeness(
            score=self.score(title, text), nearest=self._nearest(title, text), words=self._words(title, text)
        )

    def raw(self, title: str, text: str) -> float:
        """Give the sum that is put on the scale."""
        by_words, by_meaning = self.learned.scales
        raw = dot(self._rarity.vector(title, text), self._weights) / by_words
        return raw if self._encode is None else raw + self._meant(title, text) / by_meaning

    def _bounded(self, raw: float) -> float:
        return round(min(1.0, max(0.0, on_scale(raw, self.learned.marks))), 2)

    def _meant(self, title: str, text: str) -> float:
        return product(self._encode(whole(title, text)), self.learned.direction) if self._encode else 0.0

    @cached_property
    def _examples(self) -> list[tuple[Example, dict[str, float], Sequence[float]]]:
        return [
            (
                one,
                self._rarity.vector(one.title, one.text),
                self._encode(whole(one.title, one.text)) if self._encode else (),
            )
            for one in self.learned.examples
        ]

    def _nearest(self, title: str, text: str) -> Example:
        words = self._rarity.vector(title, text)
        meant = self._encode(whole(title, text)) if self._encode else ()
        return max(self._examples, key=lambda one: product(meant, one[2]) + 0.5 * dot(words, one[1]))[0]

    def _words(self, title: str, text: str) -> tuple[tuple[str, float], ...]:
        """Say what each word adds to the score: by its terms, and by what the headline means without it."""
        middle, line, _ = self.learned.marks
        unit = 0.5 / (line - middle)
        by_words, by_meaning = self.learned.scales
        added = {
            word: dot(terms, self._weights) / by_words * unit for word, terms in self._rarity.parts(title, text).items()
        }
        if self._encode is not None:
            meant = self._meant(title, text)
            spoken = title.split()
            for place in range(min(len(spoken), _MOST_TRIED)):
                without = " ".join((*spoken[:place], *spoken[place + 1 :]))
                lost = (meant - self._meant(without, text)) / by_meaning * unit
                for word in tokens(spoken[place])[:1]:
                    added[word] = added.get(word, 0.0) + lost
        heaviest = sorted(added.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_SHOWN]
        return tuple((word, round(weight, 2)) for word, weight in heaviest if weight >= 0.005)  # noqa: PLR2004 - shown with two decimals
