"""What little is kept of a headline and a text that are thrown away, so that they are known when they come again.

Digests of 32 bits: no word can be read from them, and a hundred bytes hold those of an entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aggregator.model.verdict import Trace
from aggregator.text.digests import digest64, digests64
from aggregator.text.headlines import numbers
from aggregator.text.shingles import shingles
from aggregator.text.tokens import tokens

MOST_RUNS: Final = 12
"""So many runs of words are kept of a text; when eleven of them return, it is the same."""
MOST_WORDS: Final = 30
"""So many words of a headline are compared."""
_MOST_CHARS: Final = 1_000
_MASK: Final = (1 << 32) - 1


def trace_of(title: str, text: str) -> Trace:
    """Make the trace of a headline and a text.

    The runs that are kept are those with the least digests, so that two traces of one text keep the same.

    >>> trace_of("Ferry aground", "It was late.") == trace_of("FERRY AGROUND", "It was late.")
    True
    """
    words = dict.fromkeys(tokens(title[:_MOST_CHARS]))
    runs = _digests(shingles(tokens(text[:_MOST_CHARS])))
    return Trace(
        words=frozenset(_digests(list(words)[:MOST_WORDS])),
        numbers=numbers_digest(title),
        text=digest64("text", text) & _MASK if text else 0,
        runs=tuple(sorted(set(runs))[:MOST_RUNS]),
    )


def numbers_digest(title: str) -> int:
    """Hash the numbers of a headline; 0 for one without."""
    found = numbers(title)
    return digest64("numbers", *found) & _MASK if found else 0


def runs_share(one: Trace, other: Trace) -> float:
    """Guess which share of the shorter text the longer one has, from the runs that were kept of both, 0 to 1.

    Up to the lower of the two highest digests both traces hold all runs that there are: as good as two samples.

    Follows: Broder: On the resemblance and containment of documents (1997).
    """
    up_to = min(_covers(one), _covers(other))
    mine, theirs = ({run for run in trace.runs if run <= up_to} for trace in (one, other))
    smaller = min(len(mine), len(theirs))
    return len(mine & theirs) / smaller if smaller else 0.0


def _covers(trace: Trace) -> int:
    """Give the digest up to which a trace holds every run of its text."""
    return trace.runs[-1] if len(trace.runs) == MOST_RUNS else _MASK


def _digests(texts: Iterable[str]) -> list[int]:
    return [digest & _MASK for digest in digests64(texts)]
