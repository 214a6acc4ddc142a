"""The parts that a process works with, put together in ``bootstrap``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.liking import Meaning
from aggregator.model.source import Source
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import ArticleReader, Clock, Fetcher, Mailer, Poster, Reader, Store
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


class Shelf(Protocol):
    """Where finished editions are put for whoever shows them."""

    def put(self, edition: Edition, renditions: Sequence[Rendition]) -> None:
        """Show this edition from now on."""
        ...

    def put_document(self, rendition: Rendition) -> None:
        """Show a document that belongs to no topic."""
        ...

    def forward(self, aliases: Mapping[str, str], retired: frozenset[str]) -> None:
        """Let old slugs lead to those that took their place, and say of others that they are gone."""
        ...

    def remove(self, slug: str) -> None:
        """Show a topic no more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything behind the ports, and how to let go of it.

    Attributes:
        render: Edition and site to documents; the one place that knows the formats.
        render_archive: The same of a month of a topic.
        articles: Finds the articles of pages; None without the extra for it.
        meaning: Turns texts into vectors; None without the extra for it.
        close: Lets go of connections, workers and the database, in that order.
    """

    store: Store
    fetcher: Fetcher
    poster: Poster
    mailer: Mailer
    reader: Reader
    clock: Clock
    user_agent: str
    render: Callable[[Edition, SiteFacts], tuple[Rendition, ...]]
    render_archive: Callable[[Edition, SiteFacts], Rendition]
    documents: Callable[[Plan], tuple[Rendition, ...]]
    close: Callable[[], Awaitable[None]]
    articles: ArticleReader | None = None
    meaning: Meaning | None = None
