"""The first to see a request: feeds are answered from prepared bytes, the rest is handed on."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.errors import StoreError
from aggregator.model.edition import SiteFacts
from aggregator.service.archives import Archive, Archives
from aggregator.service.doors import Doors
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.conditions import read_wishes
from aggregator.service.web.documents import (
    Answer,
    Document,
    Header,
    archive_document,
    feed_document,
    passing_document,
    private_document,
)
from aggregator.service.web.shelf import Shelf

_log = logging.getLogger(__name__)

_TEXT = "text/plain; charset=utf-8"
_ARCHIVE = re.compile(r"([a-z0-9][a-z0-9-]{0,63})/(\d{4}-\d{2}(?:-\d{1,6})?)\.atom", re.ASCII)
_HIDDEN: tuple[Header, ...] = ((b"x-robots-tag", b"noindex, nofollow, noarchive"),)
_SECRET_PATHS = ("/f/", "/websub/")


class Front:
    """Answer for feeds, plain ASGI on prepared bytes: many times as quick as through a router.

    Args:
        shelf: What is ready to be sent.
        site: Where we publish.
        rest: Answers everything else.
        turnstile: Notes who reads feeds; None where nobody counts.
        archives: Months of topics; None where there are none.
        doors: Who may read private feeds; None where nobody may.
    """

    def __init__(  # noqa: PLR0913 - what it stands in front of
        self,
        shelf: Shelf,
        site: SiteFacts,
        rest: ASGIApp,
        *,
        turnstile: Turnstile | None = None,
        archives: Archives | None = None,
        doors: Doors | None = None,
    ) -> None:
        self._shelf = shelf
        self._rest = rest
        self._turnstile = turnstile
        self._archives = archives
        self._doors = doors
        self._prefix = urlsplit(site.base_url).path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an exception is logged here, after its visitor was told."""
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            answer = self.ready(scope)
            if answer is None and (beside := await self._beside(scope["path"][1:])):
                answer = self._answer(beside, scope)
            if answer is not None:
                await answer.send(send)
                return
        try:
            await self._rest(scope, receive, send)
        except Exception:  # noqa: BLE001 - the last place before the wire; Starlette has sent the error page
            _log.exception("cannot answer %s %r", scope.get("method", scope["type"]), _loggable(scope.get("path", "")))

    def ready(self, scope: Scope) -> Answer | None:
        """Give the answer to a GET or HEAD that needs nothing but the shelf; None for everything else."""
        document = self._shelf.document(scope["path"][1:])
        return None if document is None else self._answer(document, scope)

    def _answer(self, document: Document, scope: Scope) -> Answer | None:
        """Answer with a document, unless a page is to be shown in its place."""
        wishes = read_wishes(scope["headers"])
        topic = document.topic
        if topic is not None:
            if wishes.navigation and not document.hidden and not _wants_raw(scope):
                return None
            if self._turnstile is not None:
                self._turnstile.note(topic, scope)
        return document.answer(wishes, scope["method"])

    async def _beside(self, path: str) -> Document | None:
        """Find what is not on the shelf by its own name."""
        if path.endswith("/feed"):
            name = self._shelf.first_feed(path[:-5])
            return self._shelf.document(name) if name else None
        if path.startswith("f/"):
            return await self._private(path)
        month = _ARCHIVE.fullmatch(path)
        return await self._public_month(month[1], month[2]) if month else None

    async def _private(self, path: str) -> Document:
        """Answer for a private feed or one of its months; whoever has no token learns nothing."""
        _, token, *name = path.split("/", 3)
        slug = self._doors.topic_of(token) if self._doors else None
        if slug is None or not name:
            return _nothing()
        if len(name) == 1:
            asked, dot, ending = name[0].rpartition(".")
            document = self._shelf.private_document(f"{slug}.{ending}") if dot else None
            if document is None or asked == slug:
                return document or _nothing()
            return self._moved(f"f/{token}/{slug}.{ending}")
        month = _ARCHIVE.fullmatch("/".join(name))
        if month is None or self._shelf.edition(slug) is not None:
            return _nothing()
        if month[1] != slug:
            return self._moved(f"f/{token}/{slug}/{month[2]}.atom")
        return await self._month(slug, month[2], private=True) or _nothing()

    async def _public_month(self, slug: str, month: str) -> Document | None:
        if self._shelf.edition(slug) is not None:
            return await self._month(slug, month, private=False)
        if slug in self._shelf.aliases:
            return self._moved(f"{self._shelf.aliases[slug]}/{month}.atom")
        if slug in self._shelf.retired:
            return passing_document(b"This topic was taken away\n", _TEXT, status=HTTPStatus.GONE)
        return None

    async def _month(self, slug: str, month: str, *, private: bool) -> Document | None:
        try:
            found = await self._archives.find(slug, month) if self._archives else None
        except StoreError:
            extra = ((b"retry-after", b"30"),)
            return passing_document(
                b"The database does not answer\n", _TEXT, status=HTTPStatus.SERVICE_UNAVAILABLE, extra=extra
            )
        return None if found is None else _month_document(found, private=private)

    def _moved(self, name: str) -> Document:
        """Redirect for good, with a path: it holds for whatever name the visitor knows us by."""
        location = f"{self._prefix}/{name}".encode("ascii")
        caching = b"private, max-age=300" if name.startswith("f/") else b"public, max-age=300"
        extra = ((b"location", location), (b"cache-control", caching))
        return passing_document(b"", status=HTTPStatus.MOVED_PERMANENTLY, extra=extra)


def _month_document(found: Archive, *, private: bool) -> Document:
    if found.final:
        return archive_document(found.document, private=private)
    return private_document(found.document) if private else feed_document(found.document)


def _nothing() -> Document:
    return passing_document(b"There is nothing here\n", _TEXT, status=HTTPStatus.NOT_FOUND, extra=_HIDDEN)


def _loggable(path: str) -> str:
    """Give a path as it may be written down: what follows may be a secret.

    >>> _loggable("/f/s3cret/mine.atom"), _loggable("/world")
    ('/f/…', '/world')
    """
    return next((f"{start}…" for start in _SECRET_PATHS if path.startswith(start)), path)


def _wants_raw(scope: Scope) -> bool:
    query: bytes = scope["query_string"]
    return any(part.partition(b"=")[0] == b"raw" for part in query.split(b"&"))
