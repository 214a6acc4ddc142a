"""The web application: a quick way for feeds, and Starlette for everything else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.model.edition import SiteFacts
from aggregator.model.status import Status
from aggregator.pages.links import ASSETS
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.conditions import read_wishes
from aggregator.service.web.desk import StatusDesk
from aggregator.service.web.health import Checks, Health
from aggregator.service.web.pages import Pages
from aggregator.service.web.shelf import Shelf
from aggregator.service.web.websub import Callback, Hubs

_log = logging.getLogger(__name__)


def make_app(  # noqa: PLR0913 - the parts of the web, all but two with a default
    shelf: Shelf,
    site: SiteFacts,
    *,
    status: Callable[[], Awaitable[Status]],
    checks: Checks,
    hubs: Hubs | None = None,
    turnstile: Turnstile | None = None,
) -> ASGIApp:
    """Build the application.

    Args:
        shelf: What is ready to be sent; it may change at any time.
        site: Names and public address.
        status: Asks the store; a ``StoreError`` is answered with the last status that was had.
        checks: What ``/readyz`` reports.
        hubs: What answers hubs; None where nothing is pushed to us.
        turnstile: Notes who reads feeds; None where nobody counts.
    """
    pages = Pages(shelf, site, StatusDesk(status))
    health = Health(checks)
    refusals: dict[Any, Any] = {HTTPException: pages.refused, Exception: pages.refused}
    callback = [] if hubs is None else [Route("/websub/{token}", Callback(hubs).visit, methods=["GET", "POST"])]
    rest = Starlette(
        routes=[
            *callback,
            Route("/", pages.index),
            Route("/sources", pages.sources),
            Route("/status", pages.status),
            Route("/status.json", pages.status_json),
            Route("/livez", health.livez),
            Route("/readyz", health.readyz),
            Route(f"/{ASSETS}/{{name}}", pages.asset),
            Route("/{name}", pages.topic),
            Route("/{name}/", pages.slash),
            Route("/{name}/feed", pages.feed),
        ],
        exception_handlers=refusals,
    )
    # Its redirects would be made of the Host header, which visitors choose.
    rest.router.redirect_slashes = False
    return _Front(shelf, rest, turnstile)


class _Front:
    """Answer for feeds from prepared bytes, twice as quick as through the router; hand the rest on."""

    def __init__(self, shelf: Shelf, rest: ASGIApp, turnstile: Turnstile | None) -> None:
        self._shelf = shelf
        self._turnstile = turnstile
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an exception is logged here, after its visitor was told."""
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            path: str = scope["path"][1:]
            name = self._shelf.first_feed(path[:-5]) if path.endswith("/feed") else path
            document = self._shelf.document(name) if name else None
            if document:
                wishes = read_wishes(scope["headers"])
                if not (wishes.navigation and self._has_page(path) and not _wants_raw(scope)):
                    self._count(path, scope)
                    await document.answer(wishes, scope["method"], send)
                    return
        try:
            await self._rest(scope, receive, send)
        except Exception:  # noqa: BLE001 - the last place before the wire; Starlette has sent the error page
            _log.exception("cannot answer %s %r", scope.get("method", scope["type"]), scope.get("path", ""))

    def _count(self, path: str, scope: Scope) -> None:
        if self._turnstile is not None and self._has_page(path):
            self._turnstile.note(_slug_of(path), scope)

    def _has_page(self, path: str) -> bool:
        """Say whether a topic stands behind a feed's path, so that a browser can be shown its page."""
        return self._shelf.edition(_slug_of(path)) is not None


def _slug_of(path: str) -> str:
    return path.removesuffix("/feed").partition(".")[0]


def _wants_raw(scope: Scope) -> bool:
    query: bytes = scope["query_string"]
    return any(part.partition(b"=")[0] == b"raw" for part in query.split(b"&"))
