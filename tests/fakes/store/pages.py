"""Which pages of entries wait to be read, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model.article import FullText, PageWanted
from tests.fakes.store.kept import Kept, KeptEntry

FRESH = timedelta(days=2)


def pages_wanted(kept: Kept, source_ids: Sequence[str], now: datetime, limit: int) -> tuple[PageWanted, ...]:
    found = [
        (one.first_seen_at, number)
        for number, one in kept.live()
        if kept.sources[one.source].source.id in source_ids and _is_wanted(one, kept.pages.get(number), now)
    ]
    return tuple(_wanted(kept, number) for _, number in sorted(found)[:limit])


def keep_full_text(kept: Kept, result: FullText) -> None:
    number = kept.entry_number(result.key)
    if number is None or kept.entries[number].pruned or kept.entries[number].revision != result.revision:
        return
    kept.pages[number] = result
    if result.content_html is not None:
        entry = kept.entries[number].entry
        read = replace(entry, content_html=result.content_html, summary=entry.summary or result.summary)
        kept.entries[number] = replace(kept.entries[number], entry=read)
        kept.arrive(number, revised=True)


def _is_wanted(one: KeptEntry, page: FullText | None, now: datetime) -> bool:
    fresh = (
        one.first_seen_at >= now - FRESH and not one.backfilled and one.held_until is None and one.entry.url is not None
    )
    again = page is None or page.revision < one.revision or (page.again_at is not None and page.again_at <= now)
    return fresh and again


def _wanted(kept: Kept, number: int) -> PageWanted:
    one, page = kept.entries[number], kept.pages.get(number)
    assert one.entry.url is not None
    return PageWanted(
        key=one.entry.key,
        url=one.entry.url,
        content_html=one.entry.content_html,
        revision=one.revision,
        attempts=page.attempts if page and page.revision == one.revision else 0,
    )
