"""What people see at an address: topics, sources, status, and why there is nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.status import Status
from aggregator.model.topic import FeedFormat
from aggregator.pages.assets import assets
from aggregator.pages.cards import card_of
from aggregator.pages.json_shapes import page_status_json
from aggregator.pages.links import SERVED, links_at
from aggregator.pages.render import render_error, render_index, render_sources, render_status, render_topic
from aggregator.service.web.desk import StatusDesk
from aggregator.service.web.documents import Document, Header, page_document, passing_document
from aggregator.service.web.shelf import Shelf

_JSON = "application/json; charset=utf-8"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_DEEPEST = 8
_QUOTED = 80

_BEFORE = "The database does not answer; this is how things stood before."
_NO_STATUS = "The database does not answer, so there is nothing to show yet"

# A feed's address answers a browser with a page; nobody else may ever get it from a cache.
_IN_PLACE_OF_FEED: tuple[Header, ...] = (
    (b"cache-control", b"private, no-store"),
    (b"vary", b"Accept-Encoding, Sec-Fetch-Dest"),
)
_SOON: tuple[Header, ...] = ((b"retry-after", b"30"),)


class Pages:
    """Render pages when they are asked for, and keep them as long as what they show is the same."""

    def __init__(self, shelf: Shelf, site: SiteFacts, desk: StatusDesk) -> None:
        self._shelf = shelf
        self._site = site
        self._desk = desk
        self._topics = _Kept()
        self._states = _Kept()
        self._prefix = urlsplit(site.base_url).path.rstrip("/")
        self._assets = {name: _asset(name, body) for name, body in assets().items()}

    async def index(self, _: Request) -> Document:
        """Show every topic."""

        def make() -> Document:
            return _page(render_index(self._site, [card_of(edition) for edition in self._shelf.editions()]))

        return self._topics.get(self._shelf.version, "", make)

    async def topic(self, request: Request) -> Document:
        """Show a topic, at its own address or, to a browser, at the address of one of its feeds."""
        slug, feed_format = _split(request.path_params["name"])
        edition = self._shelf.edition(slug)
        if edition is None:
            ending = f".{feed_format.value}" if feed_format else ""
            return self._elsewhere(slug, ending)
        if feed_format and self._shelf.document(f"{slug}.{feed_format.value}") is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._topic(edition, feed_format, depth=0)

    async def feed(self, request: Request) -> Document:
        """Show a topic to a browser at ``/TOPIC/feed``."""
        slug = request.path_params["name"]
        edition = self._shelf.edition(slug)
        if edition is None:
            return self._elsewhere(slug, "/feed")
        name = self._shelf.first_feed(slug)
        if name is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._topic(edition, _split(name)[1], depth=1)

    async def slash(self, request: Request) -> Document:
        """Lead ``/TOPIC/`` to ``/TOPIC``."""
        name = request.path_params["name"]
        if self._shelf.edition(name) or name in {"sources", "status"}:
            return self._moved(name)
        return self._elsewhere(name, "")

    async def sources(self, _: Request) -> Document:
        """Show the health of every source."""

        def make(status: Status, notice: str) -> bytes:
            return _encoded(render_sources(self._site, status, notice=notice))

        return await self._state("sources", make, "text/html; charset=utf-8")

    async def status(self, _: Request) -> Document:
        """Show how everything is."""

        def make(status: Status, notice: str) -> bytes:
            return _encoded(render_status(self._site, status, notice=notice))

        return await self._state("status", make, "text/html; charset=utf-8")

    async def status_json(self, _: Request) -> Document:
        """Tell programs how everything is."""

        def make(status: Status, _: str) -> bytes:
            return _encoded(json.dumps(page_status_json(status), ensure_ascii=False) + "\n")

        return await self._state("status.json", make, _JSON)

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
            extra = ((b"allow", b"GET, HEAD"),)
        return self._error(code, _message(code, request.url.path), request, extra)

    def _topic(self, edition: Edition, feed_format: FeedFormat | None, *, depth: int) -> Document:
        def make() -> Document:
            html = render_topic(self._site, edition, links_at(depth), shown_for=feed_format)
            if feed_format is None:
                return _page(html)
            return passing_document(_encoded(html), extra=_IN_PLACE_OF_FEED)

        return self._topics.get(self._shelf.version, (edition.slug, feed_format, depth), make)

    def _elsewhere(self, slug: str, ending: str) -> Document:
        if slug in self._shelf.aliases:
            return self._moved(self._shelf.aliases[slug] + ending)
        raise HTTPException(HTTPStatus.GONE if slug in self._shelf.retired else HTTPStatus.NOT_FOUND)

    def _moved(self, name: str) -> Document:
        """Redirect for good, with a path: it holds for whatever name the visitor knows us by."""
        location = f"{self._prefix}/{name}".encode("ascii")
        extra = ((b"location", location), (b"cache-control", b"public, max-age=300"))
        return passing_document(b"", status=HTTPStatus.MOVED_PERMANENTLY, extra=extra)

    async def _state(self, name: str, make: Callable[[Status, str], bytes], media_type: str) -> Document:
        seen = await self._desk.look()
        status = seen.status
        if status is not None and not seen.stale:
            return await self._fresh(status, name, make, media_type)
        if status is not None:
            body = await asyncio.to_thread(make, status, _BEFORE)
        elif media_type == _JSON:
            body = _encoded(json.dumps({"error": _NO_STATUS}) + "\n")
        else:
            body = _encoded(render_error(self._site, HTTPStatus.SERVICE_UNAVAILABLE, _NO_STATUS))
        return passing_document(body, media_type, status=HTTPStatus.SERVICE_UNAVAILABLE, extra=_SOON)

    async def _fresh(
        self, status: Status, name: str, make: Callable[[Status, str], bytes], media_type: str
    ) -> Document:
        """Render once for a status; in a thread, because ten thousand sources would hold up the loop."""
        kept = self._states.find(status, name)
        if kept is None:
            kept = await asyncio.to_thread(lambda: page_document(make(status, ""), media_type))
            self._states.keep(status, name, kept)
        return kept

    def _error(self, code: int, message: str, request: Request, extra: tuple[Header, ...]) -> Document:
        path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        depth = min(path.count(b"/") - 1, _DEEPEST)
        html = render_error(self._site, code, message, links_at(depth) if depth > 0 else SERVED)
        return passing_document(_encoded(html), status=code, extra=extra)


class _Kept:
    """Documents that hold as long as what they were made of is the same."""

    def __init__(self) -> None:
        self._made_of: object = None
        self._documents: dict[object, Document] = {}

    def get(self, made_of: object, name: object, make: Callable[[], Document]) -> Document:
        kept = self.find(made_of, name)
        if kept is None:
            kept = make()
            self.keep(made_of, name, kept)
        return kept

    def find(self, made_of: object, name: object) -> Document | None:
        return self._documents.get(name) if made_of == self._made_of else None

    def keep(self, made_of: object, name: object, document: Document) -> None:
        if made_of != self._made_of:
            self._made_of = made_of
            self._documents.clear()
        self._documents[name] = document


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


def _page(html: str) -> Document:
    return page_document(_encoded(html))


def _encoded(text: str) -> bytes:
    """Encode a page; half a character, which no encoding can carry, becomes a question mark."""
    return text.encode("utf-8", "replace")
