"""Search, for people and for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request

from aggregator.errors import QueryError, StoreError
from aggregator.model.edition import SiteFacts
from aggregator.pages.searching import Remark, Results, render_search, search_json
from aggregator.service.insight import Inside
from aggregator.service.web.answers import HTML, JSON, encoded, json_body, unavailable
from aggregator.service.web.documents import Document, Header, page_document, passing_document
from aggregator.service.web.shelf import Shelf
from aggregator.settings.known import RESERVED
from aggregator.topics import in_words, parse_query

MOST_CHARS = 1_000

_NOINDEX: tuple[Header, ...] = ((b"x-robots-tag", b"noindex"),)


class Seeking:
    """Answer ``/search``; entries of private sources are never found."""

    def __init__(self, shelf: Shelf, site: SiteFacts, inside: Inside) -> None:
        self._shelf = shelf
        self._site = site
        self._inside = inside

    async def page(self, request: Request) -> Document:
        """Show what a query finds."""
        return await self._answer(request, HTML)

    async def json(self, request: Request) -> Document:
        """Tell programs what a query finds."""
        return await self._answer(request, JSON)

    async def _answer(self, request: Request, media_type: str) -> Document:
        text = request.query_params.get("q", "").strip()
        try:
            results = await self._results(text, request.query_params.get("before", ""))
        except StoreError:
            return unavailable(self._site, media_type)
        topics = {edition.slug: edition.title for edition in self._shelf.editions()}
        body = await asyncio.to_thread(self._body, results, topics, media_type)
        if results.error is not None:
            return passing_document(body, media_type, status=HTTPStatus.BAD_REQUEST, extra=_NOINDEX)
        return page_document(body, media_type, extra=_NOINDEX)

    async def _results(self, text: str, before: str) -> Results:
        if len(text) > MOST_CHARS:
            error = Remark(f"the query is longer than {MOST_CHARS} characters", MOST_CHARS + 1)
            return Results(text=text[:MOST_CHARS], error=error)
        if not text:
            return Results()
        try:
            query = parse_query(text)
        except QueryError as error:
            return Results(text=text, error=Remark(error.what, error.column, error.hint))
        return Results(
            text=text,
            found=await self._inside.search(text, before),
            said=in_words(query),
            remarks=tuple(Remark(one.what, one.column, one.hint) for one in query.warnings),
        )

    def _body(self, results: Results, topics: Mapping[str, str], media_type: str) -> bytes:
        if media_type == JSON:
            return json_body(search_json(results, topics))
        return encoded(render_search(self._site, results, topics, RESERVED))
