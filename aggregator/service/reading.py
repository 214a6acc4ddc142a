"""The port ``Reader`` over the pool of killable workers."""

from __future__ import annotations

from aggregator.model.article import Article, ArticlePage
from aggregator.model.fetching import Failure
from aggregator.model.reading import Document, Part, Reading, ReadOutcome, Unreadable
from aggregator.service.workers import WorkerKilled, WorkerPool


class PooledArticles:
    """The port ``ArticleReader``: reads pages where they can do no harm."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    async def read(self, page: ArticlePage) -> Article | Unreadable:
        """Read one page; one that kills its worker is ``Unreadable`` with the reason."""
        try:
            result = await self._pool.call(page)
        except WorkerKilled as error:
            return Unreadable(Failure.PARSE_KILLED, f"the page could not be read safely: {error}")
        if not isinstance(result, Article | Unreadable):
            raise TypeError(f"the reader of articles gave a {type(result).__name__}")
        return result


class PooledReader:
    """Reads documents where they can do no harm."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    async def read(self, document: Document) -> ReadOutcome:
        """Read one document; one that kills its worker is ``Unreadable`` with the reason."""
        try:
            result = await self._pool.call(document)
        except WorkerKilled as error:
            return Unreadable(Failure.PARSE_KILLED, f"the document could not be read safely: {error}")
        if not isinstance(result, Reading | Unreadable):
            raise TypeError(f"the reader gave a {type(result).__name__}")
        return result

    async def read_part(self, part: Part) -> Reading | None:
        """Read what is new of a document; what kills its worker is not told here, but when all of it is read."""
        try:
            result = await self._pool.call(part)
        except WorkerKilled:
            return None
        if not isinstance(result, Reading | None):
            raise TypeError(f"the reader gave a {type(result).__name__}")
        return result
