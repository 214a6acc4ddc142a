"""Runs of four words, by which a text is found again inside of another one.

What counts is containment, the share of the smaller text's runs that the larger one has, and not the overlap of
both: a summary is contained in its article, and overlaps it little.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from aggregator.text.digests import digests64

WINDOW: Final = 7
"""Of so many runs in a row the least digest is kept: ten equal words in a row always give an equal one."""


def shingles(words: Sequence[str]) -> frozenset[str]:
    """Give every run of four words.

    >>> sorted(shingles("a drone hit the house".split()))
    ['a drone hit the', 'drone hit the house']
    """
    return frozenset(_runs(words))


def fingerprint(words: Sequence[str]) -> tuple[int, ...]:
    """Choose digests of a few runs of four words, so that texts with ten equal words in a row share one.

    Follows: Schleimer, Wilkerson, Aiken: Winnowing (2003).
    """
    digests = digests64(_runs(words))
    if len(digests) <= WINDOW:
        return (min(digests),) if digests else ()
    # The least of seven from the least of four, of two: a third of the comparisons.
    of_two = _lesser(digests, digests[1:])
    of_four = _lesser(of_two, of_two[2:])
    return tuple(sorted(set(_lesser(of_four, of_four[3:]))))


def _lesser(ones: Sequence[int], others: Sequence[int]) -> list[int]:
    return [min(other, one) for one, other in zip(ones, others, strict=False)]


def containment(one: Collection[str], other: frozenset[str]) -> float:
    """Say which share of the smaller set of runs the larger one has; 0 when one is empty."""
    smaller = min(len(one), len(other))
    return len(other.intersection(one)) / smaller if smaller else 0.0


def _runs(words: Sequence[str]) -> Iterable[str]:
    return map(" ".join, zip(words, words[1:], words[2:], words[3:], strict=False))
