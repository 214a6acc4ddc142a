"""Readers without a worker: they read where they stand, for what tests bring is harmless."""

from __future__ import annotations

from typing import Final

from aggregator.model.article import Article, ArticlePage
from aggregator.model.fetching import Failure
from aggregator.model.reading import Document, Part, Reading, ReadOutcome, Unreadable
from aggregator.pipeline.article import read_article
from aggregator.pipeline.read import read_document, read_part

DEADLY: Final = b"<!-- the reader of this spins for ever -->"
"""Stands for all that would kill a worker; a part that has workers is given it to spin on."""


class FakeReader:
    """Reads documents.

    Attributes:
        reads: How many documents were read.
        left_out: How many of their items needed no reading, because they were known.
    """

    def __init__(self) -> None:
        self.reads = 0
        self.left_out = 0

    async def read(self, document: Document) -> ReadOutcome:
        self.reads += 1
        if DEADLY in document.body:
            return Unreadable(Failure.PARSE_KILLED, "the document could not be read safely: it would kill its reader")
        return read_document(document)

    async def read_part(self, part: Part) -> Reading | None:
        self.reads += 1
        reading = None if DEADLY in part.document.body else read_part(part)
        self.left_out += len(reading.known_items) if reading else 0
        return reading


class FakeArticleReader:
    """Finds the articles of pages."""

    async def read(self, page: ArticlePage) -> Article | Unreadable:
        if DEADLY in page.body:
            return Unreadable(Failure.PARSE_KILLED, "the page could not be read safely: it would kill its reader")
        return read_article(page)
