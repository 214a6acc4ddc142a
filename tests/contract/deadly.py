"""The targets of workers, as the daemon has them, but for what kills them on purpose."""

from __future__ import annotations

from aggregator.model.article import Article, ArticlePage
from aggregator.model.reading import Document, Part, ReadOutcome, Unreadable
from aggregator.pipeline import article, read
from tests.fakes.reader import DEADLY


def read_asked(asked: Document | Part) -> ReadOutcome | None:
    _die_of(asked.document.body if isinstance(asked, Part) else asked.body)
    return read.read_asked(asked)


def read_article(page: ArticlePage) -> Article | Unreadable:
    _die_of(page.body)
    return article.read_article(page)


def _die_of(body: bytes) -> None:
    while DEADLY in body:
        pass
