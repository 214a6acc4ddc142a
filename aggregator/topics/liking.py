"""The clause ``like`` of a topic: is an entry like its examples, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.liking import Likeness
from aggregator.model.reason import Reason
from aggregator.model.topic import Topic
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.spelling import shortened

_MAX_TITLE_CHARACTERS = 60


def is_alike(topic: Topic, entry: IndexedEntry) -> bool:
    """Say whether an entry is like enough; always, where nothing is asked; never, where nothing was learned."""
    if topic.like is None:
        return True
    return topic.taste is not None and topic.taste.score(entry.title, entry.summary) >= topic.like.at_least


def with_likeness(entered: Reason, topic: Topic, entry: IndexedEntry) -> Reason:
    """Add to the reason for which an entry came in what it is like."""
    judged = like_reason(topic, entry)
    if judged is None:
        return entered
    if entered.rule == "from":
        return judged
    return replace(
        judged,
        rule=f"{entered.rule}, {judged.rule}",
        evidence=f"{entered.evidence}; {judged.evidence}",
        facts=(*entered.facts, *judged.facts),
    )


def like_reason(topic: Topic, entry: IndexedEntry) -> Reason | None:
    """Say why an entry is like enough, or not; None where nothing is asked."""
    like, taste = topic.like, topic.taste
    if like is None:
        return None
    if taste is None:
        return Reason("topic", "not entered", "like", "nothing was learned; `aggregator check` says why")
    found = taste.likeness(entry.title, entry.summary)
    alike = found.score >= like.at_least
    told = f"like {_named(found)}: {found.score:.2f} {'≥' if alike else '<'} {like.at_least:g}{_by_words(found)}"
    facts = (("like", found.score), ("at-least", like.at_least), ("learned", taste.digest))
    return Reason("topic", "entered" if alike else "not entered", "like", told, facts)


def _named(found: Likeness) -> str:
    title, name = shortened(found.nearest.title, _MAX_TITLE_CHARACTERS), found.nearest.name
    return f'"{title}"' if name in {"", found.nearest.title} else f'"{title}" ({name})'


def _by_words(found: Likeness) -> str:
    told = " · ".join(f"{word} {weight:+.2f}" for word, weight in found.words)
    return f"; {told}" if told else ""
