"""The documents that are ready to be sent, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aggregator.model.edition import Edition, Rendition
from aggregator.model.topic import Access, FeedFormat
from aggregator.service.web.documents import Document, feed_document, private_document


class Shelf:
    """Hold what the daemon hands over and what the web sends.

    Everything is replaced whole and looked up by name, so a request sees either the old document or the new one.
    Private topics lie apart, so that nothing that lists or looks up public ones can come upon them.
    Used from one event loop.

    Attributes:
        aliases: Old slugs and the slugs that took their place.
        retired: Slugs of topics that were taken away; readers are told to stop asking.
        version: Rises with every change of the editions.
    """

    def __init__(self) -> None:
        self.aliases: Mapping[str, str] = {}
        self.retired: frozenset[str] = frozenset()
        self.version = 0
        self._editions: dict[str, Edition] = {}
        self._renditions: dict[str, Rendition] = {}
        self._documents: dict[str, Document] = {}
        self._private: dict[str, Document] = {}

    def put(self, edition: Edition, renditions: Sequence[Rendition]) -> None:
        """Put a topic in place of what it was; formats that are not among the renditions go."""
        names = {rendition.name for rendition in renditions}
        if edition.access is Access.TOKEN:
            self.remove(edition.slug)
            self._private |= {rendition.name: private_document(rendition, edition.slug) for rendition in renditions}
            return
        self._editions[edition.slug] = edition
        self.version += 1
        for rendition in renditions:
            self._renditions[rendition.name] = rendition
            # A browser is shown the topic's page at the address of a feed; text it can show itself.
            topic = None if rendition.name.endswith(".md") else edition.slug
            self._documents[rendition.name] = feed_document(rendition, topic)
        self._drop(_feed_names(edition.slug) - names)
        self._drop_private(edition.slug)

    def put_document(self, rendition: Rendition) -> None:
        """Put a document that belongs to no topic, such as ``topics.opml``."""
        self._renditions[rendition.name] = rendition
        self._documents[rendition.name] = feed_document(rendition)

    def remove(self, slug: str) -> None:
        """Take a topic away, with its feeds; unknown slugs are fine."""
        self.version += 1
        self._editions.pop(slug, None)
        self._drop(_feed_names(slug))
        self._drop_private(slug)

    def forward(self, aliases: Mapping[str, str], retired: frozenset[str]) -> None:
        """Answer old addresses so from now on: these lead to others, those are gone."""
        self.aliases = aliases
        self.retired = retired

    def rendition(self, name: str) -> Rendition | None:
        """Give a document as it was handed over."""
        return self._renditions.get(name)

    def document(self, name: str) -> Document | None:
        """Give a document as it is sent."""
        return self._documents.get(name)

    def private_document(self, name: str) -> Document | None:
        """Give a document of a private topic; whether the visitor may have it is for the caller to know."""
        return self._private.get(name)

    def first_feed(self, slug: str) -> str | None:
        """Name the document that ``/TOPIC/feed`` stands for: Atom, or the next format that the topic has."""
        names = (f"{slug}.{one.value}" for one in FeedFormat)
        return next((name for name in names if name in self._documents), None)

    def edition(self, slug: str) -> Edition | None:
        """Give a topic's edition."""
        return self._editions.get(slug)

    def editions(self) -> tuple[Edition, ...]:
        """Give every topic's edition, in the order in which the topics were first put here."""
        return tuple(self._editions.values())

    def _drop(self, names: set[str]) -> None:
        for name in names:
            self._renditions.pop(name, None)
            self._documents.pop(name, None)

    def _drop_private(self, slug: str) -> None:
        for name in _feed_names(slug):
            self._private.pop(name, None)


def _feed_names(slug: str) -> set[str]:
    return {f"{slug}.{one.value}" for one in FeedFormat} | {f"{slug}.md"}
