"""The clause ``like`` of topics and queries: is an entry like examples, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.model.liking import Likeness
from aggregator.model.reason import Reason
from aggregator.model.topic import Senses, Topic
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import parse_query
from aggregator.topics.spelling import shortened

_MAX_TITLE_CHARACTERS = 60


def is_alike(topic: Topic, entry: IndexedEntry) -> bool:
    """Say whether an entry is like enough; always, where nothing is asked; never, where nothing was learned."""
    if topic.like is None:
        return True
    return topic.taste is not None and entry.score(topic) >= topic.like.at_least


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


def like_evidence(topic: Topic | None, entry: IndexedEntry) -> str:
    """Say what an entry is like among the examples of a topic, and whether that is enough."""
    reason = None if topic is None else like_reason(topic, entry)
    return "there are no examples" if reason is None else reason.evidence


def likes_in(topic: Topic) -> frozenset[str]:
    """Name the topics to whose examples the query of a topic compares, or what is muted in it.

    Raises:
        QueryError: A query cannot be read.
    """
    asking = (query for query in (topic.match, *topic.mutes) if query and "like:" in query.casefold())
    return frozenset(name for query in asking for name, _ in parse_query(query).likes)


def senses_of(topics: Iterable[Topic]) -> Senses:
    """Gather what topics bring for judging, whatever topic is judged."""
    given = tuple(topics)
    return Senses(
        recogniser=next((topic.recogniser for topic in given if topic.recogniser), None),
        learned={topic.slug: topic for topic in given if topic.like is not None},
    )


def _named(found: Likeness) -> str:
    title, name = shortened(found.nearest.title, _MAX_TITLE_CHARACTERS), found.nearest.name
    return f'"{title}"' if name in {"", found.nearest.title} else f'"{title}" ({name})'


def _by_words(found: Likeness) -> str:
    told = " · ".join(f"{word} {weight:+.2f}" for word, weight in found.words)
    return f"; {told}" if told else ""
