"""Learn from examples what a topic is about, and see whether that holds for an example that was not learned from.

What is learned is a direction: from the middle of all that is kept towards the middle of the examples, and a little
away from what an editor hid. Each example is then judged by the others alone. The line lies where most of them are
found for the least of all else, by the square of the first over the second: what else is kept holds entries of the
topic, too, which nobody has named, so it cannot be asked to stay out altogether.

Follows: W. S. Lee and B. Liu, "Learning with positive and unlabeled examples" (2003), for the measure of the line;
J. Rocchio, "Relevance feedback in information retrieval" (1971), for the direction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, pstdev
from typing import Final

from aggregator.model.liking import LEAST_EXAMPLES, CrossCheck, Example, Learned, Lesson, Meaning, Refused
from aggregator.text.digests import digest128
from aggregator.topics.features import Rarity, Vector, dot, mean
from aggregator.topics.likeness import product, whole

LEAST_BACKGROUND: Final = 200
"""Held against fewer entries, everything looks special."""
MOST_BACKGROUND: Final = 1000
_METHOD: Final = "1"
"""Raised when the same examples give another model."""
_AWAY: Final = 0.5
"""So much of the background is taken away from the words; all of it from the meaning."""
_HIDDEN: Final = 0.5
_WORDS_BESIDE_MEANING: Final = 0.5
_NO_DIRECTION: Final[tuple[float, ...]] = ()
_LEAST_RECALL: Final = 0.6
_LEAST_LIFT: Final = 2.0
"""An example has to be so much likelier to be found than anything else to come along."""


def asked_of(lesson: Lesson, meaning: Meaning | None) -> str:
    """Name what a lesson asks; the same again needs no learning."""
    parts = [_METHOD, meaning.name if meaning else ""]
    for label, examples in (("+", lesson.examples), ("-", lesson.hidden)):
        parts += sorted(f"{label}\1{one.title}\1{one.text}" for one in examples)
    return digest128("\0".join(parts).encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one way to look at texts gives: each example by the direction of the others, and all else by that of all."""

    examples: list[float]
    others: list[float]

    @property
    def spread(self) -> float:
        return pstdev(self.others) or 1.0


def learn(lesson: Lesson, meaning: Meaning | None) -> Learned | Refused:
    """Learn from examples; refuse when they do not hold together."""
    background = _strangers(lesson)
    if too_few := _too_few(len(lesson.examples), len(background)):
        return too_few
    learned = fit(lesson, meaning)
    middle, line, _ = learned.marks
    # What has no known word sums up to nothing, and is not alike for that.
    least = middle if meaning else max(middle, 0.0)
    if line <= least or learned.check.recall < _LEAST_LIFT * learned.check.share:
        return Refused(
            what=f"the examples do not hold together: {learned.check}",
            hint="take examples of one subject, or more of them; a query may say it better",
        )
    return learned


def fit(lesson: Lesson, meaning: Meaning | None) -> Learned:
    """Learn from examples, whether they hold together or not."""
    background = _strangers(lesson)
    rarity = Rarity.of(background)
    by_words, weights = _by_words(lesson, background, rarity)
    if meaning is None:
        by_meaning, direction = _Sums([0.0] * len(by_words.examples), [0.0] * len(by_words.others)), _NO_DIRECTION
    else:
        by_meaning, direction = _by_meaning(lesson, background, meaning.encode)
    scales = (by_words.spread / (_WORDS_BESIDE_MEANING if meaning else 1.0), by_meaning.spread)
    sums = _Sums(
        _added(by_words.examples, by_meaning.examples, scales), _added(by_words.others, by_meaning.others, scales)
    )
    marks, check = _draw(sums, least=-math.inf if meaning else 0.0)
    return Learned(
        topic=lesson.topic,
        asked=asked_of(lesson, meaning),
        background=digest128("\0".join(f"{one.title}\1{one.text}" for one in background).encode("utf-8", "replace")),
        meaning=meaning.name if meaning else "",
        examples=lesson.examples,
        terms=tuple(
            (term, rarity.known.get(term, rarity.rarest), round(weights.get(term, 0.0), 6))
            for term in sorted(rarity.known.keys() | weights.keys())
        ),
        rarest=rarity.rarest,
        scales=scales,
        direction=direction,
        marks=marks,
        check=check,
        hidden=lesson.hidden,
    )


def _strangers(lesson: Lesson) -> list[Example]:
    """Give the background without what an editor has spoken about."""
    taught = {(one.title, one.text) for one in (*lesson.examples, *lesson.hidden)}
    return [one for one in lesson.background[:MOST_BACKGROUND] if (one.title, one.text) not in taught]


def _too_few(examples: int, background: int) -> Refused | None:
    if examples < LEAST_EXAMPLES:
        return Refused(
            what=f"{examples} examples are at hand, and {LEAST_EXAMPLES} are needed",
            hint="name more, by address, by id, or as a headline in your own words",
            too_few=True,
        )
    if background < LEAST_BACKGROUND:
        return Refused(
            what=f"the examples can be held against {background} other entries, and {LEAST_BACKGROUND} are needed",
            hint="wait until more was polled: it is tried again by itself",
        )
    return None


def _draw(sums: _Sums, least: float) -> tuple[tuple[float, float, float], CrossCheck]:
    """Draw the line, above ``least`` where any is, and see what lies beyond it."""
    middle = median(sums.others)
    # Any line at or below this one finds enough of the examples.
    highest = sorted(sums.examples, reverse=True)[math.ceil(_LEAST_RECALL * len(sums.examples)) - 1]
    possible = sorted(score for score in sums.examples if max(least, middle) < score <= highest)
    line = max(possible, key=lambda score: _worth(score, sums), default=highest)
    check = CrossCheck(
        examples=len(sums.examples),
        found=sum(score >= line for score in sums.examples),
        background=len(sums.others),
        taken=sum(score >= line for score in sums.others),
    )
    return (middle, line, max(*sums.examples, line + (line - middle) / 2)), check


def _worth(line: float, sums: _Sums) -> float:
    found = sum(score >= line for score in sums.examples) / len(sums.examples)
    taken = (sum(score >= line for score in sums.others) + 1) / (len(sums.others) + 1)
    return found * found / taken


def _added(words: Sequence[float], meant: Sequence[float], scales: tuple[float, float]) -> list[float]:
    return [one / scales[0] + other / scales[1] for one, other in zip(words, meant, strict=True)]


def _by_words(lesson: Lesson, background: Sequence[Example], rarity: Rarity) -> tuple[_Sums, Vector]:
    examples, hidden, others = (
        [rarity.vector(one.title, one.text) for one in texts] for texts in (lesson.examples, lesson.hidden, background)
    )
    away = {term: _AWAY * weight for term, weight in mean(others).items() if term in rarity.known}
    for term, weight in mean(hidden).items():
        away[term] = away.get(term, 0.0) + _HIDDEN * weight
    alone = [
        dot(mean(examples[:place] + examples[place + 1 :]), one) - dot(away, one) for place, one in enumerate(examples)
    ]
    towards = mean(examples)
    weights = {term: towards.get(term, 0.0) - away.get(term, 0.0) for term in towards.keys() | away.keys()}
    return _Sums(alone, [dot(weights, one) for one in others]), weights


def _by_meaning(
    lesson: Lesson, background: Sequence[Example], encode: Callable[[str], Sequence[float]]
) -> tuple[_Sums, tuple[float, ...]]:
    examples, hidden, others = (
        [encode(whole(one.title, one.text)) for one in texts] for texts in (lesson.examples, lesson.hidden, background)
    )
    away = _middle(others)
    if hidden:
        away = [one + _HIDDEN * other for one, other in zip(away, _middle(hidden), strict=True)]
    alone = [
        product(_middle(examples[:place] + examples[place + 1 :]), one) - product(away, one)
        for place, one in enumerate(examples)
    ]
    direction = tuple(round(one - other, 6) for one, other in zip(_middle(examples), away, strict=True))
    return _Sums(alone, [product(direction, one) for one in others]), direction


def _middle(vectors: Sequence[Sequence[float]]) -> list[float]:
    total = [math.fsum(values) for values in zip(*vectors, strict=True)]
    length = math.sqrt(product(total, total)) or 1.0
    return [value / length for value in total]
