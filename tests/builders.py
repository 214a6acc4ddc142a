"""Builders: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind, SourceFacts, StoredEntry
from aggregator.model.source import Source
from aggregator.model.topic import Topic
from aggregator.text.digests import digest64, digest128

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make_source(source_id: str = "lwn", **changes: Any) -> Source:
    values: dict[str, Any] = {
        "id": source_id,
        "id_given": True,
        "url": f"https://{source_id}.example/feed.xml",
        "pace_key": f"{source_id}.example",
    }
    return Source(**(values | changes))


def make_entry(guid: str = "1", *, source: str = "lwn", **changes: Any) -> Entry:
    title = changes.get("title", f"Entry {guid}")
    values: dict[str, Any] = {
        "key": EntryKey(source, guid),
        "keys": (CandidateKey(KeyKind.GUID, digest64("guid", source, guid)),),
        "title": title,
        "url": f"https://{source}.example/{guid}",
        "link_key": digest64("link", f"https://{source}.example/{guid}"),
        "published_at": NOON,
        "updated_at": NOON,
        "summary": f"Summary of {guid}.",
        "content_html": f"<p>Content of {guid}.</p>",
        "fingerprint": digest128(f"{title}{changes}".encode()),
    }
    return Entry(**(values | changes))


def make_stored(guid: str = "1", *, source: str = "lwn", **changes: Any) -> StoredEntry:
    values: dict[str, Any] = {"first_seen_at": NOON}
    own = {name: changes.pop(name) for name in list(changes) if name in StoredEntry.__dataclass_fields__}
    return StoredEntry(**(values | own | {"entry": make_entry(guid, source=source, **changes)}))


def make_facts(source_id: str = "lwn", **changes: Any) -> SourceFacts:
    values: dict[str, Any] = {
        "id": source_id,
        "title": source_id.upper(),
        "url": f"https://{source_id}.example/feed.xml",
        "owner": source_id,
    }
    return SourceFacts(**(values | changes))


def make_topic(slug: str = "world", **changes: Any) -> Topic:
    return Topic(**({"slug": slug, "title": slug.title()} | changes))
