"""What every reader of documents does, and every reader of pages: in a worker that can be killed, or at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from aggregator.model.article import Article, ArticlePage
from aggregator.model.fetching import Failure
from aggregator.model.reading import Document, Reading, Unreadable
from aggregator.model.verdict import KnownDocument, ReadItem
from aggregator.pipeline.ports import ArticleReader, Reader
from aggregator.pipeline.read import leave_out, read_document
from aggregator.service.reading import PooledArticles, PooledReader
from aggregator.service.workers import Limits, WorkerPool
from tests.builders import NOON
from tests.fakes.reader import DEADLY, FakeArticleReader, FakeReader

URL = "https://lwn.example/feed.xml"
ITEMS = "".join(f"<item><title>T{n}</title><guid isPermaLink='false'>g{n}</guid></item>" for n in range(3))
FEED = f"<rss version='2.0'><channel><title>LWN</title>{ITEMS}</channel></rss>".encode()
SENTENCES = " ".join(f"Sentence number {n} tells what happened to the ferry in the harbour." for n in range(40))
PAGE = f"<html><body><nav><a href='/'>Home</a></nav><article><p>{SENTENCES}</p></article></body></html>".encode()
LIMITS = Limits(cpu=timedelta(seconds=0.5))
ARTICLE_LIMITS = Limits(cpu=timedelta(seconds=1.5))
"""The first page loads what finds articles."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Run all of these on one loop, so that they share a worker."""
    return "asyncio"


@pytest.fixture(scope="module", params=["pool", "fake"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[Reader]:
    if request.param == "fake":
        yield FakeReader()
        return
    pool = WorkerPool("tests.contract.deadly:read_asked", size=1, limits=LIMITS)
    yield PooledReader(pool)
    await pool.close()


@pytest.fixture(scope="module", params=["pool", "fake"])
async def articles(request: pytest.FixtureRequest) -> AsyncIterator[ArticleReader]:
    pytest.importorskip("trafilatura")
    if request.param == "fake":
        yield FakeArticleReader()
        return
    pool = WorkerPool("tests.contract.deadly:read_article", size=1, limits=ARTICLE_LIMITS)
    yield PooledArticles(pool)
    await pool.close()


def document(body: bytes, **changes: object) -> Document:
    values: dict[str, object] = {"source_id": "lwn", "url": URL, "source_url": URL, "headers": (), "body": body}
    return Document(**(values | {"now": NOON} | changes))  # type: ignore[arg-type]


def page(body: bytes) -> ArticlePage:
    return ArticlePage(url="https://lwn.example/1", headers=(("content-type", "text/html; charset=utf-8"),), body=body)


@pytest.mark.anyio
async def test_a_document_comes_back_read_as_it_would_be_here(reader: Reader):
    reading = await reader.read(document(FEED))
    assert reading == read_document(document(FEED))
    assert isinstance(reading, Reading)
    assert [entry.key.guid for entry in reading.entries] == ["g0", "g1", "g2"]


@pytest.mark.anyio
async def test_items_that_are_known_are_left_out(reader: Reader):
    whole = await reader.read(document(FEED))
    assert isinstance(whole, Reading)
    known = tuple(ReadItem(digest, key.guid, key) for digest, key in whole.items[:2] if key)
    part = leave_out(document(FEED), KnownDocument(items=known, frame=whole.frame))
    assert part is not None
    reading = await reader.read_part(part)
    assert isinstance(reading, Reading)
    assert [entry.key.guid for entry in reading.entries] == ["g2"]
    assert reading.known_items == tuple(item.digest for item in known)
    assert (reading.frame, reading.profile, reading.hints) == (whole.frame, whole.profile, whole.hints)


@pytest.mark.anyio
@pytest.mark.parametrize("rest", [DEADLY, b"<item><title>Again</title><guid isPermaLink='false'>g0</guid></item>"])
async def test_a_part_that_does_not_stand_alone_is_told_and_no_more(reader: Reader, rest: bytes):
    whole = await reader.read(document(FEED))
    assert isinstance(whole, Reading)
    known = tuple(ReadItem(digest, key.guid, key) for digest, key in whole.items if key)
    body = FEED.replace(b"</channel>", rest + b"</channel>")
    part = leave_out(document(body), KnownDocument(items=known, frame=whole.frame))
    assert part is not None
    assert await reader.read_part(part) is None


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"", b"\0\xff" * 99, b"<html><body>Hello</body></html>", b"<rss><channel><item>"])
async def test_no_document_is_an_error(reader: Reader, body: bytes):
    outcome = await reader.read(document(body))
    assert outcome == read_document(document(body))


@pytest.mark.anyio
async def test_what_is_no_feed_is_unreadable_with_a_sentence(reader: Reader):
    outcome = await reader.read(document(b"<html><body>Hello</body></html>"))
    assert isinstance(outcome, Unreadable)
    assert (outcome.kind, "web page" in outcome.detail) == (Failure.NOT_A_FEED, True)


@pytest.mark.anyio
async def test_a_document_that_takes_too_much_is_unreadable_and_the_next_one_is_read(reader: Reader):
    deadly, fine = await asyncio.gather(reader.read(document(DEADLY)), reader.read(document(FEED)))
    assert isinstance(deadly, Unreadable)
    assert deadly.kind == Failure.PARSE_KILLED
    assert deadly.detail.startswith("the document could not be read safely")
    assert isinstance(fine, Reading)


@pytest.mark.anyio
async def test_the_article_of_a_page_is_found(articles: ArticleReader):
    article = await articles.read(page(PAGE))
    assert isinstance(article, Article)
    assert "Sentence number 39" in article.text
    assert "Home" not in article.text
    assert article.text.startswith(article.summary[:50])


@pytest.mark.anyio
async def test_a_page_without_an_article_is_unreadable(articles: ArticleReader):
    outcome = await articles.read(page(b"\x89PNG\r\n\x1a\n" + b"\0" * 500))
    assert isinstance(outcome, Unreadable)
    assert outcome.detail


@pytest.mark.anyio
async def test_a_page_that_takes_too_much_is_unreadable_and_the_next_one_is_read(articles: ArticleReader):
    deadly, fine = await asyncio.gather(articles.read(page(DEADLY)), articles.read(page(PAGE)))
    assert isinstance(deadly, Unreadable)
    assert deadly.kind == Failure.PARSE_KILLED
    assert deadly.detail.startswith("the page could not be read safely")
    assert isinstance(fine, Article)
