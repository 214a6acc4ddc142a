"""The clock, and what asks and reads for us."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model.article import Article, ArticlePage
from aggregator.model.fetching import FetchOutcome, FetchRequest, PostOutcome, PostRequest
from aggregator.model.reading import Document, Part, Reading, ReadOutcome, Unreadable
from aggregator.model.sending import Attempt, Letter, MailServer


class Clock(Protocol):
    """Time, so that a test can turn it."""

    def now(self) -> datetime:
        """Say the wall-clock time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Say seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait so long by the monotonic face."""
        ...


class Fetcher(Protocol):
    """A request on the wire, or a file read."""

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do."""
        ...


class Poster(Protocol):
    """A form sent to a server."""

    async def post(self, request: PostRequest) -> PostOutcome:
        """Send one form; never raises for anything a server or a network can do."""
        ...


class Mailer(Protocol):
    """A letter handed to a mail server."""

    async def send(self, letter: Letter, server: MailServer) -> Attempt:
        """Send one letter; never raises for anything a server or a network can do."""
        ...


class Reader(Protocol):
    """Parsing and normalising, in a place where a hostile document can do no harm."""

    async def read(self, document: Document) -> ReadOutcome:
        """Read one document; a document that takes too long or too much is ``Unreadable``."""
        ...

    async def read_part(self, part: Part) -> Reading | None:
        """Read what is new of a document; None when all of it has to be read, for whatever reason."""
        ...


class ArticleReader(Protocol):
    """Finding the article of a page, in a place where a hostile page can do no harm."""

    async def read(self, page: ArticlePage) -> Article | Unreadable:
        """Read one page; one without an article, or that takes too much, is ``Unreadable``."""
        ...
