"""The web application: a quick way for feeds, and Starlette for everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp

from aggregator.model.edition import SiteFacts
from aggregator.pages.links import ASSETS
from aggregator.service.archives import Archives
from aggregator.service.doors import Doors
from aggregator.service.insight import Inside
from aggregator.service.operator import Operator
from aggregator.service.web.admin import Admin
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.closely import Closely
from aggregator.service.web.desk import Desk
from aggregator.service.web.front import Front
from aggregator.service.web.gate import Gate
from aggregator.service.web.health import Checks, Health
from aggregator.service.web.pages import Pages
from aggregator.service.web.seeking import Seeking
from aggregator.service.web.shelf import Shelf
from aggregator.service.web.states import States
from aggregator.service.web.websub import Callback, Hubs

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
        archives: Months of topics; None where there are none.
        doors: Who may read private feeds; None where nobody may.
        operator: Carries out what the operator wants; None where that is not done over the web.
        gate: Says who is the operator.
    """

    inside: Inside
    checks: Checks
    hubs: Hubs | None = None
    turnstile: Turnstile | None = None
    archives: Archives | None = None
    doors: Doors | None = None
    operator: Operator | None = None
    gate: Gate | None = None


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
    closely = Closely(shelf, site, inside, behind.archives)
    seeking = Seeking(shelf, site, inside)
    health = Health(behind.checks)
    refusals: dict[Any, Any] = {HTTPException: pages.refused, Exception: pages.refused}
    callback = [] if hubs is None else [Route("/websub/{token}", Callback(hubs).visit, methods=["GET", "POST"])]
    operator, gate = behind.operator, behind.gate
    admin = [] if operator is None or gate is None else Admin(gate, shelf, site, operator).routes()
    rest = Starlette(
        routes=[
            *callback,
            *admin,
            Route("/", pages.index),
            Route("/index.json", pages.index_json),
            Route("/api/openapi.json", pages.openapi),
            Route("/sources", states.sources),
            Route("/sources.json", states.sources_json),
            Route("/status", states.status),
            Route("/status.json", states.status_json),
            Route("/search", seeking.page),
            Route("/search.json", seeking.json),
            Route("/metrics", states.metrics),
            Route("/e/{name}", closely.entry),
            Route("/s/{name}", closely.story),
            Route("/livez", health.livez),
            Route("/readyz", health.readyz),
            Route(f"/{ASSETS}/{{name}}", pages.asset),
            Route("/{name}", pages.topic),
            Route("/{name}/", pages.slash),
            Route("/{name}/feed", pages.feed),
            Route("/{name}/{month}", closely.month),
        ],
        exception_handlers=refusals,
    )
    # Its redirects would be made of the Host header, which visitors choose.
    rest.router.redirect_slashes = False
    return Front(shelf, site, rest, turnstile=behind.turnstile, archives=behind.archives, doors=behind.doors)
