"""The web application: a quick way for feeds, and Starlette for everything else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp

from aggregator.model.edition import SiteFacts
from aggregator.model.status import Status
from aggregator.pages.links import ASSETS
from aggregator.service.archives import Archives
from aggregator.service.doors import Doors
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.desk import StatusDesk
from aggregator.service.web.front import Front
from aggregator.service.web.health import Checks, Health
from aggregator.service.web.pages import Pages
from aggregator.service.web.shelf import Shelf
from aggregator.service.web.websub import Callback, Hubs


def make_app(  # noqa: PLR0913 - the parts of the web, all but two with a default
    shelf: Shelf,
    site: SiteFacts,
    *,
    status: Callable[[], Awaitable[Status]],
    checks: Checks,
    hubs: Hubs | None = None,
    turnstile: Turnstile | None = None,
    archives: Archives | None = None,
    doors: Doors | None = None,
) -> ASGIApp:
    """Build the application.

    Args:
        shelf: What is ready to be sent; it may change at any time.
        site: Names and public address.
        status: Asks the store; a ``StoreError`` is answered with the last status that was had.
        checks: What ``/readyz`` reports.
        hubs: What answers hubs; None where nothing is pushed to us.
        turnstile: Notes who reads feeds; None where nobody counts.
        archives: Months of topics; None where there are none.
        doors: Who may read private feeds; None where nobody may.
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
    return Front(shelf, site, rest, turnstile=turnstile, archives=archives, doors=doors)
