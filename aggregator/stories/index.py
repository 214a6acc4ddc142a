"""The open stories of one language, and which of them an entry is most like."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.model.entry import EntryKey
from aggregator.model.story import STORY_AGE, STORY_WINDOW, Granularity

_HALF_LIFE_SECONDS: Final = 16 * 3600.0
_FLOOR: Final = 0.3
"""What is left of the likeness to a story that got nothing for long."""
_BEST: Final = 5
_MOST_LOOKED_AT: Final = 600
_MOST_COMPARED: Final = 24
_TELLING_TERMS: Final = 12
"""An entry with so many terms, one with a summary, has to share more with a story than one name of two words."""
_LEAST_REST: Final = 0.06
_MOST_JOINED: Final = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How like a story an entry has to be to join it, and a second one to make the two one."""

    join: float
    merge: float


THRESHOLDS: Final = {
    Granularity.FINE: Thresholds(0.33, 0.45),
    Granularity.NORMAL: Thresholds(0.25, 0.35),
    Granularity.BROAD: Thresholds(0.20, 0.30),
}


@dataclass(slots=True, eq=False)
class OpenStory:
    """A story that still takes entries; its weights stand in the postings of its terms, under its number.

    Attributes:
        number: Free for another one when the story is closed.
        first, last: Seconds since the epoch.
        square, length: Of the sum of its vectors.
        into: The story that it became a part of.
    """

    key: EntryKey
    number: int
    first: float
    last: float
    size: int = 0
    square: int = 0
    length: float = 0.0
    terms: list[str] | None = None
    into: OpenStory | None = None


_NOBODY: Final = OpenStory(EntryKey("", ""), -1, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a story an entry is: the cosine of their vectors, less for each hour since the story's last entry.

    Attributes:
        rest: What is left of the cosine without the two terms that give most.
        least_rest: What has to be left.
    """

    score: float
    story: OpenStory
    rest: float = 0.0
    least_rest: float = 0.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What an entry is like.

    Attributes:
        best: At most five, the likest first, none below the threshold for joining.
        nearest: The likest of all that were compared, also if not like enough; None when there were none.
        former: A story that the entry would have joined, were it not too old.
    """

    best: tuple[Likeness, ...]
    nearest: Likeness | None
    former: Likeness | None


class StoryIndex:
    """Stories by their terms. A look-up costs by how many stories share the rarer terms, not by how many there are."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        # Numbers and an array of lengths lie close together, and that is most of what a look-up costs.
        self._postings: dict[str, dict[int, int]] = {}
        self._lengths = array("d")
        self._by_number: list[OpenStory] = []
        self._free: list[int] = []
        self._stories: dict[EntryKey, OpenStory] = {}
        self._queue: deque[tuple[float, OpenStory]] = deque()
        self.weights = 0

    def __len__(self) -> int:
        return len(self._stories)

    def find(self, key: EntryKey) -> OpenStory | None:
        """Find an open story by the key of its founder."""
        return self._stories.get(key)

    def expire(self, now: float) -> None:
        """Close the stories that got nothing for the length of the window."""
        before = now - STORY_WINDOW.total_seconds()
        queue = self._queue
        while queue and queue[0][0] < before:
            at, story = queue.popleft()
            if story.into is None and story.last <= at and story.terms is not None:
                self._drop(story)

    def probe(self, vector: Mapping[str, int], now: float) -> Probe:
        """Find the stories that an entry is like; changes nothing."""
        length = math.sqrt(sum(weight * weight for weight in vector.values()))
        least = self.thresholds.join
        nearest, former = Likeness(0.0, _NOBODY), Likeness(0.0, _NOBODY)
        best: list[Likeness] = []
        takes_for = STORY_AGE.total_seconds()
        for story, dot in self._candidates(vector, length):
            score = dot / (length * story.length) * _freshness(now - story.last)
            too_old = now - story.first > takes_for
            if score < least:
                # Nearly all end here: what is remembered of one is made for the likest only.
                nearest = Likeness(score, story) if score > nearest.score and not too_old else nearest
                continue
            one = self._likeness(vector, length, score, story)
            enough = one.rest >= one.least_rest
            if too_old:
                former = one if enough and score > former.score else former
                continue
            nearest = one if score > nearest.score else nearest
            if enough:
                best.append(one)
        best.sort(key=lambda one: (-one.score, -one.story.first, one.story.key))
        return Probe(
            tuple(best[:_BEST]),
            nearest if nearest.story is not _NOBODY else None,
            former if former.story is not _NOBODY else None,
        )

    def shared(self, vector: Mapping[str, int], story: OpenStory) -> list[str]:
        """Name the terms that an entry shares with a story, the weightiest first."""
        number = story.number
        products = [
            (-weight * self._postings[term][number], term)
            for term, weight in vector.items()
            if number in self._postings.get(term, ())
        ]
        return [term for _, term in sorted(products)]

    def add(self, key: EntryKey, vector: Mapping[str, int], now: float) -> OpenStory:
        """Add an entry to the story of that key; open it when there is none."""
        story = self._stories.get(key)
        if story is None:
            story = self._stories[key] = OpenStory(key, self._new_number(), now, now, terms=[])
            self._by_number[story.number] = story
        self._pour(story, vector.items())
        story.first, story.last = min(story.first, now), max(story.last, now)
        story.size += 1
        self._queue.append((now, story))
        return story

    def merge(self, one: OpenStory, other: OpenStory) -> tuple[OpenStory, OpenStory]:
        """Make two stories one; the older one's key stays. Gives the one that stays and the one that went."""
        kept, gone = sorted((one, other), key=lambda story: (story.first, story.key))
        terms = gone.terms or []
        poured = [(term, self._postings[term][gone.number]) for term in terms]
        self._drop(gone)
        self._pour(kept, poured)
        kept.last, kept.size, gone.into = max(kept.last, gone.last), kept.size + gone.size, kept
        self._queue.append((kept.last, kept))
        return kept, gone

    def rename(self, old: EntryKey, new: EntryKey) -> None:
        """Follow a merge elsewhere: an editor may have put stories of several languages together."""
        story, there = self._stories.get(old), self._stories.get(new)
        if story is None or story is there:
            return
        if there is None:
            self._stories[new] = self._stories.pop(old)
            story.key = new
        else:
            kept, _ = self.merge(there, story)
            self.rename(kept.key, new)

    def _likeness(self, vector: Mapping[str, int], length: float, score: float, story: OpenStory) -> Likeness:
        if len(vector) < _TELLING_TERMS:
            return Likeness(score, story)
        postings, number = self._postings, story.number
        products = sorted(weight * postings[term].get(number, 0) for term, weight in vector.items() if term in postings)
        return Likeness(score, story, sum(products[:-2]) / (length * story.length), _LEAST_REST)

    def _candidates(self, vector: Mapping[str, int], length: float) -> list[tuple[OpenStory, int]]:
        """Find the stories that can reach the threshold, each with its whole dot product.

        The terms that stand in most stories are set aside as long as they cannot reach the threshold by themselves:
        a story that shares only those is not like the entry, and need not be looked at. When news is so plentiful
        that looking through the others takes long, the rarest of them have to do, and the likest of what they find.
        """
        postings = self._postings
        known = sorted([(len(found), term, weight) for term, weight in vector.items() if (found := postings.get(term))])
        left = sum([weight * weight for _, _, weight in known])
        bound, spent, used = (self.thresholds.join * length) ** 2, 0, 0
        dots: dict[int, int] = {}
        for count, term, weight in known:
            if left < bound or (spent + count > _MOST_LOOKED_AT and spent):
                break
            spent, used, left = spent + count, used + 1, left - weight * weight
            if not dots:
                dots = {number: weight * other for number, other in postings[term].items()}
                continue
            for number, other in postings[term].items():
                if number in dots:
                    dots[number] += weight * other
                else:
                    dots[number] = weight * other
        # The rest of the vector, all in one direction, would add so much.
        likest = self._likest(dots, self.thresholds.join * length - math.sqrt(left))
        for _, term, weight in known[used:]:
            weights = postings[term]
            for number in likest.keys() & weights.keys():
                likest[number] += weight * weights[number]
        return [(self._by_number[number], dot) for number, dot in likest.items()]

    def _likest(self, dots: Mapping[int, int], lacking: float) -> dict[int, int]:
        """Choose the stories that reach so much, the likest of them where there are many, in the order given."""
        lengths = self._lengths
        likeness = [dot / lengths[number] for number, dot in dots.items()]
        least = max(lacking, _among_most(likeness, _MOST_COMPARED)) if len(likeness) > _MOST_COMPARED else lacking
        return {number: dot for (number, dot), like in zip(dots.items(), likeness, strict=True) if like >= least}

    def _new_number(self) -> int:
        if self._free:
            return self._free.pop()
        self._lengths.append(0.0)
        self._by_number.append(_NOBODY)
        return len(self._by_number) - 1

    def _pour(self, story: OpenStory, weights: Iterable[tuple[str, int]]) -> None:
        terms = story.terms if story.terms is not None else []
        number = story.number
        for term, weight in weights:
            stories = self._postings.setdefault(term, {})
            before = stories.get(number, 0)
            if not before:
                terms.append(term)
                self.weights += 1
            stories[number] = before + weight
            story.square += 2 * before * weight + weight * weight
        story.length = self._lengths[number] = math.sqrt(story.square)

    def _drop(self, story: OpenStory) -> None:
        for term in story.terms or ():
            stories = self._postings[term]
            del stories[story.number]
            if not stories:
                del self._postings[term]
            self.weights -= 1
        story.terms = None
        del self._stories[story.key]
        self._by_number[story.number] = _NOBODY
        self._free.append(story.number)


def _among_most(values: Sequence[float], count: int) -> float:
    """Give the last of the ``count`` greatest, without sorting all: below that of a part nobody is among them."""
    rough = sorted(values[: 4 * count])[-count]
    return sorted([value for value in values if value >= rough])[-count]


def _freshness(seconds: float) -> float:
    return _FLOOR + (1 - _FLOOR) * math.exp2(-max(seconds, 0.0) / _HALF_LIFE_SECONDS)
