"""The targets of workers, as the daemon has them, but for what kills them on purpose."""

from __future__ import annotations

from aggregator.model.article import Article, ArticlePage
from aggregator.model.reading import Document, ReadOutcome, Unreadable
from aggregator.pipeline import article, read
from tests.fakes.reader import DEADLY


def read_document(document: Document) -> ReadOutcome:
    _die_of(document.body)
    return read.read_document(document)


def read_article(page: ArticlePage) -> Article | Unreadable:
    _die_of(page.body)
    return article.read_article(page)


def _die_of(body: bytes) -> None:
    while DEADLY in body:
        pass
