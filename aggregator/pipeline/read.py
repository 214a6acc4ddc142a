"""Read: bytes to clean entries. Pure; it runs in a worker process, for what comes in may be hostile."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from aggregator.errors import FormatError
from aggregator.model.discovery import PageFacts
from aggregator.model.entry import KeyKind, SourceFacts
from aggregator.model.fetching import Failure
from aggregator.model.overrides import NO_OVERRIDES, Overrides
from aggregator.model.parsed import ParsedFeed
from aggregator.model.reading import Document, Part, Reading, ReadOutcome, Unreadable
from aggregator.model.source import READING_VERSION
from aggregator.model.verdict import KnownDocument, ReadItem
from aggregator.normalize import normalize
from aggregator.parse import MAX_ENTRIES, Whole, cut_items, is_web_page, parse_feed, read_page
from aggregator.pipeline.examine import examine
from aggregator.text.characters import one_line
from aggregator.text.digests import digest128
from aggregator.topics import without_dropped

READER = str(READING_VERSION)
"""Stands in every frame, so that it changes with what is read from the same bytes."""

_SHOWN_OFFERS = 3


def read_document(document: Document) -> ReadOutcome:
    """Parse and normalise one document, or say in a sentence what it was instead."""
    try:
        parsed = _parse(document)
    except FormatError as error:
        return _instead(document, error)
    reading = normalize(parsed, document)
    reading = replace(reading, findings=examine(document, parsed, reading))
    if reading.frame and _stands_alone(reading, frozenset()):
        return _finished(reading, document)
    return _finished(replace(reading, items=(), frame=""), document)


def read_part(part: Part) -> Reading | None:
    """Read what is new of a document, as a reading of all of it would; None when it takes all of it.

    That is so when an entry repeats the guid of an item that was left out, or has none, or when the document is not
    read item by item.
    """
    try:
        reading = normalize(_parse(part.document), part.document)
    except FormatError:
        return None
    if not reading.frame or not _stands_alone(reading, part.names):
        return None
    return _finished(replace(reading, known_items=part.left_out), part.document)


def read_asked(asked: Document | Part) -> ReadOutcome | None:
    """Do what a worker is asked for: read a document, or part of one."""
    return read_part(asked) if isinstance(asked, Part) else read_document(asked)


def leave_out(document: Document, known: KnownDocument) -> Part | None:
    """Take the items that are known out of a document; None where there are none, or it is not safe.

    Linear, and no parser is involved, so this needs no worker.
    """
    if not is_current(known.frame, document.overrides, document.drop):
        return None
    cut = cut_items(document.body)
    if isinstance(cut, Whole) or len(cut.items) > MAX_ENTRIES:
        return None
    items = {item.digest: item for item in known.items}
    digests = cut.digests()
    left_out = tuple(dict.fromkeys(digest for digest in digests if digest in items))
    if not left_out:
        return None
    fresh = [item for digest, item in zip(digests, cut.items, strict=True) if digest not in items]
    return Part(
        document=replace(document, body=cut.holding(fresh)),
        left_out=left_out,
        names=frozenset().union(*(_names(items[digest]) for digest in left_out)),
        frame=f"{_reader(document.overrides, document.drop)}:{cut.frame}",
        is_empty=not fresh,
    )


def is_current(frame: str, overrides: Overrides, drop: str | None) -> bool:
    """Say whether a frame, and so the items in it, was read by this version and with these settings."""
    return frame.startswith(f"{_reader(overrides, drop)}:")


def _reader(overrides: Overrides, drop: str | None) -> str:
    """Name how documents are read: the same name, the same entries from the same bytes."""
    if overrides == NO_OVERRIDES and drop is None:
        return READER
    return f"{READER}/{digest128(repr((overrides, drop)).encode())[:12]}"


def _finished(reading: Reading, document: Document) -> Reading:
    """Say by whom it was read, and leave out what the source drops; the items of that are known, and say nothing."""
    if reading.frame:
        reading = replace(reading, frame=f"{_reader(document.overrides, document.drop)}:{reading.frame}")
    if document.drop is None:
        return reading
    facts = SourceFacts(id=document.source_id, title="", url=document.source_url, language=document.language)
    kept = without_dropped(reading.entries, document.drop, facts, document.now)
    keys = {entry.key for entry in kept}
    return replace(
        reading,
        entries=kept,
        items=tuple((digest, key if key in keys else None) for digest, key in reading.items),
        dropped=len(reading.entries) - len(kept),
    )


def _parse(document: Document) -> ParsedFeed:
    return parse_feed(document.body, url=document.url, headers=dict(document.headers))


def _names(item: ReadItem) -> tuple[str, ...]:
    return (item.guid, item.key.guid) if item.guid is not None and item.key else ()


def _stands_alone(reading: Reading, names: AbstractSet[str]) -> bool:
    """Say whether each entry is what it is without the others: known by a guid of its own."""
    return not reading.repeated and all(
        entry.keys[0].kind is KeyKind.GUID and entry.key.guid not in names for entry in reading.entries
    )


def _instead(document: Document, error: FormatError) -> Unreadable:
    """Say what a document is that is no feed; of a web page, which feeds it offers."""
    headers = dict(document.headers)
    if not is_web_page(document.body, headers):
        return Unreadable(Failure.NOT_A_FEED, one_line(str(error)))
    page = read_page(document.body, url=document.url, content_type=headers.get("content-type", ""))
    return Unreadable(Failure.NOT_A_FEED, _of_page(page), page)


def _of_page(page: PageFacts) -> str:
    """Propose the feeds that a page offers in the place of the one that it is not."""
    if not page.offers:
        return "this is a web page, and it offers no feed; `aggregator discover` looks further"
    offers = (f"{offer.url} ({offer.title})" if offer.title else offer.url for offer in page.offers[:_SHOWN_OFFERS])
    more = len(page.offers) - _SHOWN_OFFERS
    return f"this is a web page; it offers: {', '.join(offers)}" + (f" and {more} more" if more > 0 else "")
