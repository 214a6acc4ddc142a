"""A whole document."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.overrides import Ignored
from aggregator.model.parsed import ParsedEntry, ParsedFeed, ScheduleHints
from aggregator.model.reading import Document, Reading
from aggregator.normalize.entry import Setting, normalize_entry
from aggregator.normalize.naming import (
    settle_links,
    settle_moments,
    shared_guids,
    shared_links,
    shown_sharing,
    without_repeats,
)
from aggregator.normalize.profile import profile_of
from aggregator.text.characters import one_line

# RFC 4287, 4.2.1, and JSON Feed 1.1: authors of the feed are those of entries that name none. In RSS
# ``managingEditor`` speaks of the channel alone.
_INHERITING = ("atom", "json")
_MAX_WORD_CHARS = 100


def normalize(parsed: ParsedFeed, document: Document) -> Reading:
    """Clean a parsed document; of entries with one key only the first is kept, of empty ones none. Never raises."""
    guids = shared_guids(parsed.entries, document.overrides)
    links = shared_links(parsed.entries)
    setting = Setting(
        source_id=document.source_id,
        url=document.url,
        now=document.now,
        content=document.content,
        overrides=document.overrides,
        languages=_languages(parsed, document),
        authors=parsed.authors if parsed.format.startswith(_INHERITING) else (),
        shared_links=links,
        shared_guids=guids,
    )
    read = settle_moments([normalize_entry(raw, setting) if _says_something(raw) else None for raw in parsed.entries])
    said = [entry for entry in read if entry is not None]
    kept, shown = settle_links(without_repeats(said))
    keys = [entry.key if entry else None for entry in read]
    return Reading(
        profile=profile_of(parsed, document.url),
        hints=_clean(parsed.hints),
        entries=kept,
        repeated=len(said) - len(kept),
        bozo=parsed.bozo,
        truncated=parsed.truncated,
        items=tuple(zip(parsed.items, keys, strict=True)) if parsed.items else (),
        frame=parsed.frame,
        habits=(*shown_sharing(guids, kept), *shown),
    )


def _clean(hints: ScheduleHints) -> ScheduleHints:
    """Keep of what is said in words as much as a word is long."""
    words = (hints.update_period, hints.update_frequency, hints.update_base)
    if words == (None, None, None):
        return hints
    period, frequency, base = (one_line(word[:_MAX_WORD_CHARS]) or None if word else None for word in words)
    return replace(hints, update_period=period, update_frequency=frequency, update_base=base)


def _languages(parsed: ParsedFeed, document: Document) -> tuple[str | None, ...]:
    """Give the languages around an entry; that of the settings comes last, unless the document's is passed over."""
    if Ignored.LANGUAGE in document.overrides.ignore:
        return (document.language,)
    return (parsed.language, document.language)


def _says_something(entry: ParsedEntry) -> bool:
    return any((entry.guid, entry.link, entry.title, entry.summary, entry.contents, entry.enclosures))
