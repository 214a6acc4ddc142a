"""Well-behaved readers that ask our web for a topic's documents, over the real front, as it changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aggregator.model.edition import Edition, EditionEntry, SiteFacts
from aggregator.publish import Painter
from aggregator.service.web.front import Front
from aggregator.service.web.shelf import Shelf


@dataclass(slots=True)
class Poller:
    """Asks again and again, with what it was last given.

    Attributes:
        path: Of the document.
        by: The validators that it sends back: ``etag``, ``date``, or both.
        gzip: Whether it takes compressed answers.
        answers: How many of each status it got.
        needless: Whole answers although no entry had changed.
        stale: Answers of 304 although one had.
    """

    path: str
    by: frozenset[str]
    gzip: bool = False
    answers: Counter[int] = field(default_factory=Counter)
    needless: int = 0
    stale: int = 0
    _held: dict[bytes, bytes] = field(default_factory=dict)
    _entries: tuple[EditionEntry, ...] | None = None

    async def ask(self, front: Front, edition: Edition) -> None:
        """Ask for the document, and compare the answer with what was published."""
        status, headers, body = await _get(front, self.path, self._conditions())
        self.answers[status] += 1
        changed = edition.entries != self._entries
        self.needless += status == 200 and not changed
        self.stale += status == 304 and changed
        if body:
            self._held = {name: headers[name] for name in (b"etag", b"last-modified")}
            self._entries = edition.entries

    def _conditions(self) -> list[tuple[bytes, bytes]]:
        sent = [(b"accept-encoding", b"gzip")] if self.gzip else []
        if "etag" in self.by and b"etag" in self._held:
            sent.append((b"if-none-match", self._held[b"etag"]))
        if "date" in self.by and b"last-modified" in self._held:
            sent.append((b"if-modified-since", self._held[b"last-modified"]))
        return sent


class Readership:
    """A web with a topic on it, and readers of every manner.

    Args:
        site: Where we publish.
        slug: Of the topic.
    """

    def __init__(self, site: SiteFacts, slug: str) -> None:
        self._site = site
        self.begin_anew()
        manners = (frozenset({"etag"}), frozenset({"date"}), frozenset({"etag", "date"}))
        self.pollers = [
            Poller(f"/{slug}.{ending}", by, gzip)
            for ending in ("atom", "rss", "json")
            for by in manners
            for gzip in (False, True)
        ]

    def begin_anew(self) -> None:
        """Forget all that is in memory, as a process that starts does; readers keep what they have."""
        self._painter, self._shelf = Painter(), Shelf()
        self._front = Front(self._shelf, self._site, _nobody)

    async def publish(self, edition: Edition) -> None:
        """Show an edition, and let everybody ask."""
        documents = self._painter.render(edition, self._site)
        self._shelf.put(edition, documents)
        for poller in self.pollers:
            await poller.ask(self._front, edition)


async def _get(front: Front, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""}
    await front(scope, _nobody, send)  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


async def _nobody(*_: object) -> None:
    raise AssertionError("the feed was to be answered")
