"""Read: bytes to clean entries. Pure; it runs in a worker process, for what comes in may be hostile."""

from __future__ import annotations

from aggregator.errors import FormatError
from aggregator.model.fetching import Failure
from aggregator.model.reading import Document, ReadOutcome, Unreadable
from aggregator.normalize import normalize
from aggregator.parse import parse_feed


def read_document(document: Document) -> ReadOutcome:
    """Parse and normalise one document, or say in a sentence what it was instead."""
    try:
        parsed = parse_feed(document.body, url=document.url, headers=dict(document.headers))
    except FormatError as error:
        return Unreadable(Failure.NOT_A_FEED, str(error))
    return normalize(parsed, document)
