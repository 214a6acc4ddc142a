"""Addresses of our own pages, for the served site and for the one made of files."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.topic import FeedFormat

ASSETS = "-"
"""The folder of style and script. A slug never starts with a hyphen, so it can never be one."""


@dataclass(frozen=True, slots=True)
class Links:
    """Build relative references to our own pages.

    Every page lies directly below the base address, so a reference needs no prefix; a page that is shown deeper
    names the way up.

    Attributes:
        root: The way from the page to the base address: empty, or ``../`` as often as needed.
        suffix: Of page files: empty where a server answers, ``.html`` where files lie.
        asks: Whether somebody answers: there is a search, and pages take parameters.
        closer: The pages of entries and stories that there are, as ``e/ID`` and ``s/ID``; None when all are there.
    """

    root: str = ""
    suffix: str = ""
    asks: bool = True
    closer: frozenset[str] | None = None

    def leads(self, name: str) -> bool:
        """Say whether the page of an entry or a story is there.

        >>> Links().leads("e/abc"), Links(closer=frozenset({"e/abc"})).leads("s/abc")
        (True, False)
        """
        return self.closer is None or name in self.closer

    def index(self) -> str:
        """Lead to the list of topics.

        >>> Links().index(), Links(root="../").index(), Links(suffix=".html").index()
        ('./', '../', 'index.html')
        """
        return f"{self.root}index{self.suffix}" if self.suffix else self.root or "./"

    def page(self, name: str) -> str:
        """Lead to the page of a topic, or to ``sources`` or ``status``."""
        return f"{self.root}{name}{self.suffix}"

    def feed(self, slug: str, feed_format: FeedFormat) -> str:
        """Lead to a topic's feed."""
        return f"{self.root}{slug}.{feed_format.value}"

    def document(self, name: str) -> str:
        """Lead to a document that is named in full, such as ``topics.opml``."""
        return f"{self.root}{name}"

    def entry(self, short_id: str) -> str:
        """Lead to the page of an entry.

        >>> Links().entry("abc"), Links(root="../", suffix=".html").entry("abc")
        ('e/abc', '../e/abc.html')
        """
        return f"{self.root}e/{short_id}{self.suffix}"

    def story(self, short_id: str) -> str:
        """Lead to the page of a story."""
        return f"{self.root}s/{short_id}{self.suffix}"

    def month(self, slug: str, month: str) -> str:
        """Lead to the page of a month of a topic."""
        return f"{self.root}{slug}/{month}{self.suffix}"

    def asset(self, name: str) -> str:
        """Lead to style, script or icon."""
        return f"{self.root}{ASSETS}/{name}"


SERVED = Links()
FILES = Links(suffix=".html", asks=False)


def links_at(depth: int) -> Links:
    """Give the links of a served page that lies ``depth`` folders below the base address.

    >>> links_at(1).page("status")
    '../status'
    """
    return Links(root="../" * depth)
