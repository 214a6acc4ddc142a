"""Read: bytes to clean entries. Pure; it runs in a worker process, for what comes in may be hostile."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from aggregator.errors import FormatError
from aggregator.model.discovery import PageFacts
from aggregator.model.entry import KeyKind, SourceFacts
from aggregator.model.fetching import Failure
from aggregator.model.overrides import NO_OVERRIDES, Overrides
from aggregator.model.reading import Document, Reading, ReadOutcome, Unreadable
from aggregator.model.source import READING_VERSION
from aggregator.normalize import normalize
from aggregator.parse import Whole, cut_items, is_web_page, parse_feed, read_page
from aggregator.pipeline.examine import examine
from aggregator.text.characters import one_line
from aggregator.text.digests import digest128
from aggregator.topics import without_dropped

READER = str(READING_VERSION)
"""Stands in every frame, so that it changes with what is read from the same bytes."""

_SHOWN_OFFERS = 3


def read_document(document: Document) -> ReadOutcome:
    """Parse and normalise one document, or say in a sentence what it was instead.

    Items that are known by their digest are left out, as long as the result is that of a whole reading: not when one
    of the others repeats the guid of a known item, or has none.
    """
    known = dict(document.known_items)
    try:
        reading = _read(document, known.keys())
        names = frozenset[str]().union(*(known[digest] for digest in reading.known_items))
        if reading.known_items and not _stands_alone(reading, names):
            reading = _read(document, frozenset())
    except FormatError as error:
        return _instead(document, error)
    if reading.frame and _stands_alone(reading, frozenset()):
        reading = replace(reading, frame=f"{_reader(document.overrides, document.drop)}:{reading.frame}")
    else:
        reading = replace(reading, items=(), frame="")
    return _without_dropped(reading, document)


def is_current(frame: str, overrides: Overrides, drop: str | None) -> bool:
    """Say whether a frame, and so the items in it, was read by this version and with these settings."""
    return frame.startswith(f"{_reader(overrides, drop)}:")


def _reader(overrides: Overrides, drop: str | None) -> str:
    """Name how documents are read: the same name, the same entries from the same bytes."""
    if overrides == NO_OVERRIDES and drop is None:
        return READER
    return f"{READER}/{digest128(repr((overrides, drop)).encode())[:12]}"


def _without_dropped(reading: Reading, document: Document) -> Reading:
    """Leave out what the source drops; its items are known from then on, and say nothing."""
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


def recognise_items(document: Document, frame: str) -> tuple[str, ...]:
    """Give the digests of the items of a document that holds no others than known ones, in the frame that is known.

    Empty when it has to be read. Linear, and no parser is involved, so this needs no worker.
    """
    cut = cut_items(document.body)
    if isinstance(cut, Whole) or f"{_reader(document.overrides, document.drop)}:{cut.frame}" != frame:
        return ()
    digests = tuple(dict.fromkeys(cut.digests()))
    return digests if {digest for digest, _ in document.known_items}.issuperset(digests) else ()


def _read(document: Document, known_items: AbstractSet[str]) -> Reading:
    parsed = parse_feed(document.body, url=document.url, headers=dict(document.headers), known_items=known_items)
    reading = normalize(parsed, document)
    return reading if reading.known_items else replace(reading, findings=examine(document, parsed, reading))


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
