"""Headlines as arrivals, and arrivals through the placing of entries as the service does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind, SourceFacts, StoredEntry
from aggregator.model.story import Arrival, CurateBatch, Curated, StoryPolicy
from aggregator.stories import StoryMemory, place, read_texts
from aggregator.text.link_keys import link_key


def arrival(
    number: int, at: datetime, title: str, text: str = "", *, outlet: str = "", language: str = "en", url: str = ""
) -> Arrival:
    """Make an arrival; without an outlet it has one of its own."""
    source = outlet or f"outlet-{number}"
    entry = Entry(
        key=EntryKey(source, str(number)),
        keys=(CandidateKey(KeyKind.GUID, number),),
        title=title,
        url=url or None,
        link_key=link_key(url) if url else None,
        summary=text,
        language=language,
        published_at=at,
    )
    facts = SourceFacts(id=source, title=source, url="", owner=source)
    return Arrival(number=number, stored=StoredEntry(entry=entry, first_seen_at=at), source=facts)


def place_all(arrivals: Sequence[Arrival], policy: StoryPolicy) -> Curated:
    """Place arrivals in one batch."""
    memory = StoryMemory(policy)
    return place(CurateBatch(arrivals=tuple(arrivals)), read_texts(arrivals), memory)


def stories_of(curated: Curated) -> list[EntryKey]:
    """Give the story of each entry in the end, after all merges."""
    into = {merge.story: merge.into for merge in curated.merges}

    def last(story: EntryKey) -> EntryKey:
        while story in into:
            story = into[story]
        return story

    return [last(placement.story) for placement in curated.placements]
