"""A whole document."""

from __future__ import annotations

from aggregator.model.entry import CandidateKey, Entry
from aggregator.model.parsed import ParsedFeed
from aggregator.model.reading import Document, Reading
from aggregator.normalize.entry import Setting, normalize_entry
from aggregator.normalize.profile import profile_of

# RFC 4287, 4.2.1, and JSON Feed 1.1: authors of the feed are those of entries that name none. In RSS
# ``managingEditor`` speaks of the channel alone.
_INHERITING = ("atom", "json")


def normalize(parsed: ParsedFeed, document: Document) -> Reading:
    """Clean a parsed document; of entries with one key only the first is kept. Never raises."""
    setting = Setting(
        source_id=document.source_id,
        url=document.url,
        now=document.now,
        content=document.content,
        languages=(parsed.language, document.language),
        authors=parsed.authors if parsed.format.startswith(_INHERITING) else (),
    )
    kept: dict[CandidateKey, Entry] = {}
    for raw in parsed.entries:
        entry = normalize_entry(raw, setting)
        kept.setdefault(entry.keys[0], entry)
    return Reading(
        profile=profile_of(parsed, document.url),
        hints=parsed.hints,
        entries=tuple(kept.values()),
        repeated=len(parsed.entries) - len(kept),
        bozo=parsed.bozo,
        truncated=parsed.truncated,
    )
