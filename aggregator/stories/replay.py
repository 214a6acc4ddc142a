"""Decide again from what a stored reason holds: the numbers that were compared, not the texts."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.model.reason import Fact, Reason
from aggregator.stories.copies import decide_copy
from aggregator.stories.links import decide_link
from aggregator.stories.memory import decide_current


def verdict_again(reason: Reason) -> str | None:
    """Give the verdict that the facts of a reason lead to; None where nothing was compared, or less was stored.

    >>> facts = (("score", 0.31), ("threshold", 0.25), ("rest", 0.0), ("least_rest", 0.0))
    >>> verdict_again(Reason("story", "joined", "similar", facts=facts))
    'joined'
    """
    facts = dict(reason.facts)
    try:
        return _again(reason, facts)
    except KeyError:  # stored by a version that kept less
        return None


def _again(reason: Reason, facts: Mapping[str, Fact]) -> str | None:
    if reason.stage == "copy":
        alike = decide_link(facts) if reason.rule == "shared-link" else decide_copy(facts)
        return "copy" if alike else "no copy"
    if reason.stage != "story":
        return None
    if reason.rule == "link":
        return "joined" if decide_link(facts) else "new"
    if reason.rule == "old":
        return "joined" if decide_current(facts) else "new"
    return _by_likeness(reason.rule, facts) if "score" in facts else None


def _by_likeness(rule: str, facts: Mapping[str, Fact]) -> str:
    like = _at_least(facts, "score", "threshold") and _at_least(facts, "rest", "least_rest")
    if rule == "chapter":
        return "new" if like and not _at_least(facts, "most_hours", "age_hours") else "joined"
    yes, no = ("merged", "apart") if rule == "bridge" else ("joined", "new")
    return yes if like else no


def _at_least(facts: Mapping[str, Fact], value: str, bound: str) -> bool:
    one, other = facts[value], facts[bound]
    return isinstance(one, int | float) and isinstance(other, int | float) and one >= other
