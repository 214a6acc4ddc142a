"""The clause ``lang`` of a topic: is an entry in a language that it takes, and what is said about it.

What an entry, its source or its feed declares holds. Where none of them says anything, the language is recognised by
the text, if something is installed that can, and what stays unclear is let in: a guess keeps nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.model.reason import Reason
from aggregator.model.topic import Topic
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import parse_query
from aggregator.topics.tree import Value, leaves


def languages_of(topics: Iterable[Topic]) -> frozenset[str]:
    """Name the languages that topics ask for, by ``lang`` and in their queries.

    Raises:
        QueryError: A query cannot be read.
    """
    asking = [topic for topic in topics if topic.asks_for_language]
    queries = {query for topic in asking for query in (topic.match, *topic.mutes) if query}
    found = {language for topic in asking for language in topic.languages}
    for query in queries:
        found |= {
            leaf.value
            for leaf, _ in leaves(parse_query(query).root)
            if isinstance(leaf, Value) and leaf.field == "lang" and not leaf.open_ended
        }
    return frozenset(found)


def speaks(topic: Topic, entry: IndexedEntry) -> bool:
    """Say whether an entry is in a language that a topic takes, or in none that is known."""
    if not topic.languages:
        return True
    said = [folded for folded, _ in entry.values("lang")]
    wanted = [language.lower() for language in topic.languages]
    if entry.recognised is not None:
        # A region is nothing that can be recognised, so none is asked for.
        wanted = [language.partition("-")[0] for language in wanted]
    return not said or any(one == tag or one.startswith(f"{tag}-") for one in said for tag in wanted)


def language_reason(topic: Topic, entry: IndexedEntry) -> Reason | None:
    """Say why the languages of a topic let an entry in, or keep it out; None where it takes all."""
    if not topic.languages:
        return None
    verdict = "let in" if speaks(topic, entry) else "not entered"
    return Reason("topic", verdict, "lang", f"{_told(entry)}; lang: {', '.join(topic.languages)}", _facts(entry))


def with_language(entered: Reason, topic: Topic, entry: IndexedEntry) -> Reason:
    """Add to the reason for which an entry came in as what it was recognised, where the topic asks for languages."""
    if not topic.languages or entry.recognised is None:
        return entered
    return replace(
        entered,
        rule=f"{entered.rule}, lang",
        evidence=f"{entered.evidence}; {entry.recognised}",
        facts=(*entered.facts, *_facts(entry)),
    )


def _told(entry: IndexedEntry) -> str:
    if entry.recognised is not None:
        return str(entry.recognised)
    said = ", ".join(value for _, value in entry.values("lang"))
    return said or f"no language is declared{', and none is clear from the text' if entry.is_listened_to else ''}"


def _facts(entry: IndexedEntry) -> tuple[tuple[str, str | float], ...]:
    found = entry.recognised
    return () if found is None else (("lang", found.tag), ("sure", found.sure))
