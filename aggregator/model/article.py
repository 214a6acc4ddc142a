"""Whole articles, fetched from the pages that entries link to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import EntryKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """An entry whose page is to be read.

    Attributes:
        content_html: What the feed itself carries.
        revision: Of the entry; a result for an older one is dropped.
        attempts: How often the page was asked for already.
    """

    key: EntryKey
    url: str
    content_html: str = ""
    revision: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """A page to be read; it travels to a worker process. Headers have lower-case names."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page holds beside its frame: sanitised markup, its text on one line, and a summary of that."""

    content_html: str
    text: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FullText:
    """What came of reading one page.

    Attributes:
        outcome: ``kept``, or why the feed's own text stays: ``shorter``, ``robots``, ``no_article``, a ``Failure``.
        content_html: The article, where it was kept.
        summary: For an entry that has none.
        again_at: When to try again; None for never.
    """

    key: EntryKey
    revision: int
    outcome: str
    asked_at: datetime
    detail: str = ""
    content_html: str | None = None
    summary: str = ""
    attempts: int = 1
    again_at: datetime | None = None
