"""Decide again from what a stored reason holds: the numbers that were compared, not the texts."""

from __future__ import annotations

from aggregator.model.reason import Fact, Reason
from aggregator.stories.copies import decide_copy


def verdict_again(reason: Reason) -> str | None:
    """Give the verdict that the facts of a reason lead to; None where nothing was compared.

    >>> facts = (("score", 0.31), ("threshold", 0.25), ("rest", 0.0), ("least_rest", 0.0))
    >>> verdict_again(Reason("story", "joined", "similar", facts=facts))
    'joined'
    """
    facts = dict(reason.facts)
    if reason.stage == "copy" and reason.rule in {"text", "headline"}:
        return "copy" if decide_copy(facts) else "no copy"
    if reason.stage == "story" and "score" in facts:
        like = _at_least(facts, "score", "threshold") and _at_least(facts, "rest", "least_rest")
        yes, no = ("merged", "apart") if reason.rule == "bridge" else ("joined", "new")
        return yes if like else no
    return None


def _at_least(facts: dict[str, Fact], value: str, bound: str) -> bool:
    one, other = facts[value], facts[bound]
    return isinstance(one, int | float) and isinstance(other, int | float) and one >= other
