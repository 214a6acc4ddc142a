"""How everything is: sources, status, and figures for machines that watch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request

from aggregator import __version__
from aggregator.model.edition import SiteFacts
from aggregator.model.looking import Activity
from aggregator.model.metering import Counts
from aggregator.model.status import Status
from aggregator.pages.json_pages import full_status_json, sources_json
from aggregator.pages.metrics import MEDIA_TYPE, metrics_text
from aggregator.pages.render import render_sources, render_status
from aggregator.service.web.answers import HTML, JSON, SOON, Kept, encoded, json_body, unavailable
from aggregator.service.web.desk import Desk
from aggregator.service.web.documents import Document, page_document, passing_document

_BEFORE = "The database does not answer; this is how things stood before."

Make = Callable[[Status, Activity | None, str], bytes]


class States:
    """Answer ``/sources``, ``/status`` and ``/metrics``; the last good answer, as 503, while the store fails."""

    def __init__(
        self, site: SiteFacts, status: Desk[Status], activity: Desk[Activity], counts: Callable[[], Counts]
    ) -> None:
        self._site = site
        self._status = status
        self._activity = activity
        self._counts = counts
        self._kept = Kept()

    async def sources(self, _: Request) -> Document:
        """Show the health of every source."""

        def make(status: Status, _: Activity | None, notice: str) -> bytes:
            return encoded(render_sources(self._site, status, notice=notice))

        return await self._answer("sources", make, HTML)

    async def sources_json(self, _: Request) -> Document:
        """Tell programs the health of every source."""
        return await self._answer("sources.json", lambda status, *_: json_body(sources_json(status)), JSON)

    async def status(self, _: Request) -> Document:
        """Show how everything is."""

        def make(status: Status, activity: Activity | None, notice: str) -> bytes:
            return encoded(render_status(self._site, status, notice=notice, activity=activity))

        return await self._answer("status", make, HTML)

    async def status_json(self, _: Request) -> Document:
        """Tell programs how everything is."""

        def make(status: Status, activity: Activity | None, _: str) -> bytes:
            return json_body(full_status_json(status, activity))

        return await self._answer("status.json", make, JSON)

    async def metrics(self, _: Request) -> Document:
        """Tell figures to who watches; what was counted, also while the store fails."""
        seen = await self._status.look()
        status = None if seen.stale else seen.value
        text = await asyncio.to_thread(metrics_text, status, self._counts(), __version__)
        return passing_document(encoded(text), MEDIA_TYPE)

    async def _answer(self, name: str, make: Make, media_type: str) -> Document:
        seen, lately = await self._status.look(), await self._activity.look()
        status, activity = seen.value, lately.value
        if status is None:
            return unavailable(self._site, media_type)
        if seen.stale:
            body = await asyncio.to_thread(make, status, activity, _BEFORE)
            return passing_document(body, media_type, status=HTTPStatus.SERVICE_UNAVAILABLE, extra=SOON)
        made_of = (status, activity)
        kept = self._kept.find(made_of, name)
        if kept is None:
            # In a thread, because ten thousand sources would hold up the loop.
            kept = await asyncio.to_thread(lambda: page_document(make(status, activity, ""), media_type))
            self._kept.keep(made_of, name, kept)
        return kept
