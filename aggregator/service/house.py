"""The parts that a process works with, put together in ``bootstrap``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.source import Source
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import ArticleReader, Clock, Fetcher, Poster, Reader, Store
from aggregator.settings import Settings
from aggregator.topics import TopicSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A configuration, read and found good, in the form that the service works with."""

    settings: Settings
    site: SiteFacts
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]

    def compile(self) -> TopicSet:
        """Parse every topic's query once."""
        return TopicSet.compile(self.topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything behind the ports, and how to let go of it.

    Attributes:
        render: Edition and site to documents; the one place that knows the formats.
        articles: Finds the articles of pages; None without the extra for it.
        close: Lets go of connections, workers and the database, in that order.
    """

    store: Store
    fetcher: Fetcher
    poster: Poster
    reader: Reader
    clock: Clock
    user_agent: str
    render: Callable[[Edition, SiteFacts], tuple[Rendition, ...]]
    documents: Callable[[Plan], tuple[Rendition, ...]]
    close: Callable[[], Awaitable[None]]
    articles: ArticleReader | None = None
