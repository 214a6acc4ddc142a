"""For every port the parts that implement it, real and fake. The type checker holds each of them to its port.

What ``tests/contract`` runs on a part of either kind, it runs on the other, too.
"""

from __future__ import annotations

from aggregator.fetch import HttpFetcher
from aggregator.pipeline.ports import ArticleReader, Clock, Fetcher, Mailer, Poster, Reader, Rehearsal, Store
from aggregator.publish.smtp import SmtpMailer
from aggregator.service.clock import SystemClock
from aggregator.service.reading import PooledArticles, PooledReader
from aggregator.store.sqlite import SqliteStore
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher
from tests.fakes.mailer import FakeMailer
from tests.fakes.poster import FakePoster
from tests.fakes.reader import FakeArticleReader, FakeReader
from tests.fakes.store import FakeStore

CLOCKS: tuple[type[Clock], ...] = (SystemClock, FakeClock)
FETCHERS: tuple[type[Fetcher], ...] = (HttpFetcher, FakeFetcher)
POSTERS: tuple[type[Poster], ...] = (HttpFetcher, FakePoster)
MAILERS: tuple[type[Mailer], ...] = (SmtpMailer, FakeMailer)
READERS: tuple[type[Reader], ...] = (PooledReader, FakeReader)
ARTICLE_READERS: tuple[type[ArticleReader], ...] = (PooledArticles, FakeArticleReader)
STORES: tuple[type[Store], ...] = (SqliteStore, FakeStore)
REHEARSALS: tuple[type[Rehearsal], ...] = (SqliteStore, FakeStore)

PARTS: dict[type, tuple[type, ...]] = {
    Clock: CLOCKS,
    Fetcher: FETCHERS,
    Poster: POSTERS,
    Mailer: MAILERS,
    Reader: READERS,
    ArticleReader: ARTICLE_READERS,
    Store: STORES,
    Rehearsal: REHEARSALS,
}
