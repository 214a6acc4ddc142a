"""What stories are compared with: the methods that readers and aggregators use, each with one threshold."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from aggregator.text.tokens import tokens
from benchmarks.corpora import Headline, hours

WINDOW = hours(96)


def equal_titles(rows: Sequence[Headline], _threshold: float = 1.0) -> list[str]:
    """Put equal titles together."""
    return [" ".join(tokens(row.title)) for row in rows]


def token_jaccard(rows: Sequence[Headline], threshold: float) -> list[int]:
    """Let a headline join the story of the one with which it shares the largest part of their tokens."""
    sets: list[frozenset[str]] = []
    stories: list[int] = []
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        own = frozenset(tokens(row.title))
        shared = Counter(other for token in own for other in holders[token] if row.at - rows[other].at <= WINDOW)
        scores = ((count / (len(own) + len(sets[other]) - count), -other) for other, count in shared.items())
        score, other = max(scores, default=(0.0, 0))
        stories.append(stories[-other] if score >= threshold else number)
        sets.append(own)
        for token in own:
            holders[token].append(number)
    return stories


def plain_tfidf(rows: Sequence[Headline], threshold: float) -> list[int]:
    """Let a headline join the story with the likest centroid of TF-IDF vectors."""
    seen: Counter[str] = Counter()
    sums: dict[int, dict[str, float]] = {}
    last: dict[int, Headline] = {}
    squares: dict[int, float] = {}
    holders: defaultdict[str, set[int]] = defaultdict(set)
    stories: list[int] = []
    for number, row in enumerate(rows):
        counts = Counter(tokens(row.title))
        seen.update(counts.keys())
        weights = {t: (1 + math.log(n)) * math.log(1 + (number + 1) / seen[t]) for t, n in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        vector = {token: weight / length for token, weight in weights.items()}
        dots: defaultdict[int, float] = defaultdict(float)
        for token, weight in vector.items():
            for story in holders[token]:
                dots[story] += weight * sums[story][token]
        scores = ((dot / math.sqrt(squares[s]), -s) for s, dot in dots.items() if row.at - last[s].at <= WINDOW)
        score, found = max(scores, default=(0.0, 0))
        story = -found if score >= threshold else number
        centroid = sums.setdefault(story, {})
        for token, weight in vector.items():
            centroid[token] = centroid.get(token, 0.0) + weight
            holders[token].add(story)
        squares[story], last[story] = sum(weight**2 for weight in centroid.values()), row
        stories.append(story)
    return stories
