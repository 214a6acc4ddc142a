"""Readers of topics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model.audience import REMEMBERED, Audience, Sighting
from tests.fakes.store.kept import Kept


def note(kept: Kept, seen: Sequence[Sighting], now: datetime) -> None:
    kept.readers |= {(one.topic, one.reader): one for one in seen}
    kept.readers = {key: one for key, one in kept.readers.items() if one.at >= now - REMEMBERED}


def audience(kept: Kept, now: datetime) -> Audience:
    drawn: dict[str, set[str]] = {}
    for topic, number in kept.matches:
        entry = kept.entries[number]
        if entry.first_seen_at >= now - timedelta(days=30):
            drawn.setdefault(kept.sources[entry.source].source.id, set()).add(topic)
    sources = {
        source: _heads([one for one in kept.readers.values() if one.topic in of]) for source, of in drawn.items()
    }
    return Audience(topics=subscribers(kept), sources={source: count for source, count in sources.items() if count})


def subscribers(kept: Kept) -> dict[str, int]:
    topics = {topic for topic, _ in kept.readers}
    return {topic: _heads([one for one in kept.readers.values() if one.topic == topic]) for topic in topics}


def _heads(seen: Sequence[Sighting]) -> int:
    most: dict[str, int] = {}
    for one in seen:
        most[one.reader] = max(most.get(one.reader, 0), one.subscribers)
    return sum(most.values())


def revoke(kept: Kept, topic: str) -> int:
    """Let no token of a topic hold any longer."""
    holding = [token for token, slug in kept.tokens.items() if slug == topic]
    for token in holding:
        del kept.tokens[token]
    return len(holding)
