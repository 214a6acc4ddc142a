"""What a topic takes after: the examples that it names, and what was learned of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

LEAST_EXAMPLES = 5
"""Fewer say nothing that holds for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """What a topic asks for by examples.

    Attributes:
        entries: Addresses or short ids of entries, or headlines in the editor's own words.
        at_least: From 0 to 1; at 0.5 is the line that the examples themselves drew.
    """

    entries: tuple[str, ...]
    at_least: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text to learn from.

    Attributes:
        name: As it was asked for: address, short id or headline; empty for what nobody named.
        text: The first words of it.
    """

    title: str
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A way to turn a text into a vector, so that texts about the same lie in one direction.

    Attributes:
        name: With its version: another name gives other vectors.
        encode: Text to a vector of length 1; the same text always gives the same vector.
    """

    name: str
    encode: Callable[[str], Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a topic is to be learned from.

    Attributes:
        hidden: What an editor took out of the topic.
        background: What else is kept, a sample.
    """

    topic: str
    examples: tuple[Example, ...]
    hidden: tuple[Example, ...] = ()
    background: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """How well each example is told from everything else by the other examples.

    Attributes:
        examples: How many there were.
        found: So many of them lie beyond the line that the others draw.
        background: How many other entries they were held against.
        taken: So many of those lie beyond the line, too; some of them rightly.
    """

    examples: int
    found: int
    background: int
    taken: int

    @property
    def recall(self) -> float:
        """Give the share of the examples that were found."""
        return self.found / self.examples if self.examples else 0.0

    @property
    def share(self) -> float:
        """Give the share of all else that came along; never zero, for a sample does not show what is rare."""
        return (self.taken + 1) / (self.background + 1)

    def __str__(self) -> str:
        return (
            f"{self.found} of {self.examples} examples are found by the others; "
            f"{self.taken} of {self.background:,} other entries come along"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned from examples: all that it takes to judge an entry, and to judge it alike for ever.

    Attributes:
        asked: Digest of what it was learned from: examples, what was hidden, the method and the meaning.
        background: Digest of the sample that they were held against.
        meaning: Name of the ``Meaning`` that it was learned with; empty for words alone.
        terms: Term, how rare it was in the background, its weight; in order.
        rarest: The rarity of a term that is not among them.
        scales: What words and meaning are divided by before they are added.
        direction: Of the meaning; empty for words alone.
        marks: Scores of the middle of the background, of the line, and of the example most like the others.
    """

    topic: str
    asked: str
    background: str
    meaning: str = ""
    examples: tuple[Example, ...] = ()
    terms: tuple[tuple[str, float, float], ...] = ()
    rarest: float = 1.0
    scales: tuple[float, float] = (1.0, 1.0)
    direction: tuple[float, ...] = ()
    marks: tuple[float, float, float] = (0.0, 1.0, 2.0)
    check: CrossCheck = CrossCheck(examples=0, found=0, background=0, taken=0)
    hidden: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was learned.

    Attributes:
        what: Why.
        hint: What to do about it.
        too_few: Whether there was too little to learn from.
    """

    what: str
    hint: str
    too_few: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How like the examples an entry is.

    Attributes:
        score: From 0 to 1, two decimals; 0.5 is the line.
        nearest: The example that is most like it.
        words: Words of the entry with what each adds to the score, the heaviest first.
    """

    score: float
    nearest: Example
    words: tuple[tuple[str, float], ...] = ()


class Taste(Protocol):
    """What was learned, ready to judge by."""

    @property
    def digest(self) -> str:
        """Name what was learned; another digest may judge otherwise."""

    def score(self, title: str, text: str) -> float:
        """Say how like the examples a text is, from 0 to 1, two decimals."""

    def likeness(self, title: str, text: str) -> Likeness:
        """Say it with the reasons."""
