"""The web application: a quick way for feeds, and Starlette for everything else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.model.edition import SiteFacts
from aggregator.pages.links import ASSETS
from aggregator.service.insight import Inside
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.closely import Closely
from aggregator.service.web.conditions import read_wishes
from aggregator.service.web.desk import Desk
from aggregator.service.web.health import Checks, Health
from aggregator.service.web.pages import Pages
from aggregator.service.web.shelf import Shelf
from aggregator.service.web.states import States
from aggregator.service.web.websub import Callback, Hubs

_log = logging.getLogger(__name__)

_LATELY_SECONDS = 30.0
"""Counting what happened lately reads every poll and entry of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind the web.

    Attributes:
        inside: Shows status, entries, stories and what happened lately.
        checks: What ``/readyz`` reports.
        hubs: What answers hubs; None where nothing is pushed to us.
        turnstile: Notes who reads feeds; None where nobody counts.
    """

    inside: Inside
    checks: Checks
    hubs: Hubs | None = None
    turnstile: Turnstile | None = None


def make_app(shelf: Shelf, site: SiteFacts, behind: Behind) -> ASGIApp:
    """Build the application.

    Args:
        shelf: What is ready to be sent; it may change at any time.
        site: Names and public address.
        behind: What is asked; a ``StoreError`` is answered with what was had last.
    """
    inside, hubs = behind.inside, behind.hubs
    lately = Desk(inside.activity, fresh=_LATELY_SECONDS)
    pages = Pages(shelf, site, lately)
    states = States(site, Desk(inside.status), lately, inside.counts)
    closely = Closely(shelf, site, inside)
    health = Health(behind.checks)
    refusals: dict[Any, Any] = {HTTPException: pages.refused, Exception: pages.refused}
    callback = [] if hubs is None else [Route("/websub/{token}", Callback(hubs).visit, methods=["GET", "POST"])]
    rest = Starlette(
        routes=[
            *callback,
            Route("/", pages.index),
            Route("/index.json", pages.index_json),
            Route("/sources", states.sources),
            Route("/sources.json", states.sources_json),
            Route("/status", states.status),
            Route("/status.json", states.status_json),
            Route("/metrics", states.metrics),
            Route("/e/{name}", closely.entry),
            Route("/s/{name}", closely.story),
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
    return _Front(shelf, rest, behind.turnstile)


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
