"""What a source leaves out by a query of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from aggregator.model.entry import Entry, SourceFacts, StoredEntry
from aggregator.topics.evaluate import holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import Query, parse_query

_read = lru_cache(maxsize=256)(parse_query)


def without_dropped(entries: Sequence[Entry], drop: str, source: SourceFacts, now: datetime) -> tuple[Entry, ...]:
    """Leave out the entries that a query holds for, seen now for the first time, and not part of any story.

    Raises:
        QueryError: It is no query; the settings let none through.
    """
    query: Query = _read(drop)
    return tuple(entry for entry in entries if not _holds(query, entry, source, now))


def _holds(query: Query, entry: Entry, source: SourceFacts, now: datetime) -> bool:
    return holds(query.root, IndexedEntry(StoredEntry(entry=entry, first_seen_at=now), source))
