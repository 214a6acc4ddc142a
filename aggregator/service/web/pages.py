"""What people see at an address: topics, and why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from aggregator import __version__
from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.looking import Activity
from aggregator.model.shape import Queue
from aggregator.model.topic import FeedFormat
from aggregator.pages.assets import assets
from aggregator.pages.cards import TopicCard, card_of
from aggregator.pages.json_pages import index_json
from aggregator.pages.links import SERVED, links_at
from aggregator.pages.openapi import openapi
from aggregator.pages.render import render_error, render_index, render_topic
from aggregator.service.web.answers import HTML, JSON, Kept, encoded, json_body, page
from aggregator.service.web.desk import Desk
from aggregator.service.web.documents import Document, Header, page_document, passing_document
from aggregator.service.web.shelf import Shelf

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_DEEPEST = 8
_QUOTED = 80

# A feed's address answers a browser with a page; nobody else may ever get it from a cache.
_IN_PLACE_OF_FEED: tuple[Header, ...] = (
    (b"cache-control", b"private, no-store"),
    (b"vary", b"Accept-Encoding, Sec-Fetch-Dest"),
)


class Pages:
    """Render pages when they are asked for, and keep them as long as what they show is the same."""

    def __init__(self, shelf: Shelf, site: SiteFacts, activity: Desk[Activity]) -> None:
        self._shelf = shelf
        self._site = site
        self._activity = activity
        self._topics = Kept()
        self._index = Kept()
        self._prefix = urlsplit(site.base_url).path.rstrip("/")
        self._description = page_document(json_body(openapi(site, __version__)), JSON)
        self._assets = {name: _asset(name, body) for name, body in assets().items()}

    async def index(self, _: Request) -> Document:
        """Show every topic."""
        daily = await self._daily()
        return self._index.get(
            (self._shelf.version, daily), HTML, lambda: page(render_index(self._site, self._cards(daily)))
        )

    async def index_json(self, _: Request) -> Document:
        """Tell programs of every topic."""
        daily = await self._daily()

        def make() -> Document:
            return page_document(json_body(index_json(self._site, self._cards(daily))), JSON)

        return self._index.get((self._shelf.version, daily), JSON, make)

    async def topic(self, request: Request) -> Document:
        """Show a topic, at its own address or, to a browser, at the address of one of its feeds."""
        slug, feed_format = _split(request.path_params["name"])
        edition = self._shelf.edition(slug)
        if edition is None:
            ending = f".{feed_format.value}" if feed_format else ""
            return self._elsewhere(slug, ending)
        if feed_format and self._shelf.document(f"{slug}.{feed_format.value}") is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._topic(edition, feed_format, depth=0)

    async def feed(self, request: Request) -> Document:
        """Show a topic to a browser at ``/TOPIC/feed``."""
        slug = request.path_params["name"]
        edition = self._shelf.edition(slug)
        if edition is None:
            return self._elsewhere(slug, "/feed")
        name = self._shelf.first_feed(slug)
        if name is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await self._topic(edition, _split(name)[1], depth=1)

    async def slash(self, request: Request) -> Document:
        """Lead ``/TOPIC/`` to ``/TOPIC``."""
        name = request.path_params["name"]
        if self._shelf.edition(name) or name in {"sources", "status", "admin", "search"}:
            return self._moved(name)
        return self._elsewhere(name, "")

    async def openapi(self, _: Request) -> Document:
        """Describe what programs may ask for."""
        return self._description

    async def asset(self, request: Request) -> Document:
        """Give style, script or icon."""
        document = self._assets.get(request.path_params["name"])
        if document is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return document

    async def refused(self, request: Request, error: Exception) -> Document:
        """Say why there is nothing here."""
        code = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        extra: tuple[Header, ...] = ()
        if code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (error.headers or {}).get("Allow", "") if isinstance(error, HTTPException) else ""
            extra = ((b"allow", ", ".join(sorted(allowed.split(", "))).encode("ascii")),)
        return self._error(code, _message(code, request.url.path), request, extra)

    async def _daily(self) -> Mapping[str, tuple[int, ...]]:
        """Tell what topics announced lately; without a store that answers nothing is known, and the rest is shown."""
        seen = (await self._activity.look()).value
        return {} if seen is None else dict(seen.days)

    def _cards(self, daily: Mapping[str, tuple[int, ...]]) -> list[TopicCard]:
        return [card_of(edition, daily.get(edition.slug, ())) for edition in self._shelf.editions()]

    async def _queues(self) -> Mapping[str, tuple[Queue, ...]]:
        """Tell what waits in topics, as far as it is known."""
        seen = (await self._activity.look()).value
        return {} if seen is None else dict(seen.queues)

    async def _topic(self, edition: Edition, feed_format: FeedFormat | None, *, depth: int) -> Document:
        queues = await self._queues()

        def make() -> Document:
            waiting = queues.get(edition.slug, ())
            html = render_topic(self._site, edition, links_at(depth), shown_for=feed_format, queues=waiting)
            if feed_format is None:
                return page(html)
            return passing_document(encoded(html), extra=_IN_PLACE_OF_FEED)

        return self._topics.get((self._shelf.version, queues), (edition.slug, feed_format, depth), make)

    def _elsewhere(self, slug: str, ending: str) -> Document:
        if slug in self._shelf.aliases:
            return self._moved(self._shelf.aliases[slug] + ending)
        raise HTTPException(HTTPStatus.GONE if slug in self._shelf.retired else HTTPStatus.NOT_FOUND)

    def _moved(self, name: str) -> Document:
        """Redirect for good, with a path: it holds for whatever name the visitor knows us by."""
        location = f"{self._prefix}/{name}".encode("ascii")
        extra = ((b"location", location), (b"cache-control", b"public, max-age=300"))
        return passing_document(b"", status=HTTPStatus.MOVED_PERMANENTLY, extra=extra)

    def _error(self, code: int, message: str, request: Request, extra: tuple[Header, ...]) -> Document:
        path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        depth = min(path.count(b"/") - 1, _DEEPEST)
        html = render_error(self._site, code, message, links_at(depth) if depth > 0 else SERVED)
        return passing_document(encoded(html), status=code, extra=extra)


def _split(name: str) -> tuple[str, FeedFormat | None]:
    slug, dot, ending = name.rpartition(".")
    if dot and ending in set(FeedFormat):
        return slug, FeedFormat(ending)
    return name, None


def _message(code: int, path: str) -> str:
    quoted = path if len(path) <= _QUOTED else path[:_QUOTED] + "…"
    messages = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {quoted}",
        HTTPStatus.GONE: f"The topic at {quoted} was taken away and will not return",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address can only be read",
        HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here; it has been logged",
    }
    return messages.get(HTTPStatus(code), HTTPStatus(code).phrase)


def _asset(name: str, body: bytes) -> Document:
    return page_document(body, _TYPES[name.rpartition(".")[2]], cache="public, max-age=86400")
