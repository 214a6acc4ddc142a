"""Decide again from what a stored reason holds: the numbers that were compared, not the texts."""

from __future__ import annotations

from aggregator.model.reason import Reason
from aggregator.model.shape import Fate
from aggregator.publish.gates import decide, score


def fate_again(reason: Reason) -> tuple[Fate, str] | None:
    """Give the fate and the rule that the facts of a reason lead to; None where it is no decision about what waits.

    >>> facts = (("matched", True), ("pinned", ""), ("outlets", 1), ("min_outlets", 2))
    >>> fate_again(Reason("publish", "waits", "min-outlets", facts=facts))
    (<Fate.WAITS: 'waits'>, 'min-outlets')
    """
    if reason.stage != "publish" or not reason.facts:
        return None
    return decide(dict(reason.facts))


def score_again(reason: Reason) -> float | None:
    """Give the score that the terms of a reason lead to; None where none was asked for."""
    facts = dict(reason.facts)
    return score(facts) if "score" in facts else None
