"""Entries, stories and months of topics, each at an address of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request

from aggregator.errors import StoreError
from aggregator.model.edition import SiteFacts
from aggregator.pages.json_pages import entry_page_json, story_json
from aggregator.pages.links import links_at
from aggregator.pages.openness import OpenEntry, OpenStory, open_entry, open_story
from aggregator.pages.render import render_entry, render_story, render_topic
from aggregator.service.archives import Archives
from aggregator.service.insight import Inside
from aggregator.service.web.answers import HTML, JSON, encoded, json_body, unavailable
from aggregator.service.web.documents import Document, Header, page_document, passing_document
from aggregator.service.web.shelf import Shelf

_SHORT_ID = re.compile(r"[a-z2-7]{12}\Z")
_JSON_ENDING = ".json"
_LINKS = links_at(1)
# The texts belong to their publishers: search engines are to find them there.
_NOINDEX: tuple[Header, ...] = ((b"x-robots-tag", b"noindex"),)


class Closely:
    """Answer ``/e/ID`` and ``/s/ID``, with ``.json`` behind them for programs; what is private is not there."""

    def __init__(self, shelf: Shelf, site: SiteFacts, inside: Inside, archives: Archives | None = None) -> None:
        self._shelf = shelf
        self._archives = archives
        self._site = site
        self._inside = inside

    async def entry(self, request: Request) -> Document:
        """Show an entry."""
        short_id, media_type = _asked(request)
        topics, pictures = self._topics(), "pictures" in request.query_params
        try:
            views = await self._inside.entry_views(short_id)
            whole = await self._inside.story_view(views[0].story) if views else None
        except StoreError:
            return unavailable(self._site, media_type, _LINKS)
        shown = open_entry(views[0], whole, topics) if views else None
        if shown is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if shown.view.stored.entry.key.short != short_id:
            return _moved(shown.view.stored.entry.key.short, media_type)

        def make(shown: OpenEntry = shown) -> bytes:
            if media_type == JSON:
                return json_body(entry_page_json(shown))
            return encoded(render_entry(self._site, shown, _LINKS, pictures=pictures))

        return await _made(make, media_type)

    async def story(self, request: Request) -> Document:
        """Show a story."""
        short_id, media_type = _asked(request)
        topics = self._topics()
        try:
            whole = await self._inside.story_view(short_id)
        except StoreError:
            return unavailable(self._site, media_type, _LINKS)
        shown = open_story(whole, topics, self._lead(whole.id)) if whole else None
        if shown is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if shown.story.id != short_id:
            return _moved(shown.story.id, media_type)

        def make(shown: OpenStory = shown) -> bytes:
            if media_type == JSON:
                return json_body(story_json(shown))
            return encoded(render_story(self._site, shown, _LINKS))

        return await _made(make, media_type)

    async def month(self, request: Request) -> Document:
        """Show what a topic announced in a month."""
        slug, month = request.path_params["name"], request.path_params["month"]
        if self._archives is None or self._shelf.edition(slug) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            edition = await self._archives.edition(slug, month)
        except StoreError:
            return unavailable(self._site, HTML, _LINKS)
        if edition is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return await _made(lambda: encoded(render_topic(self._site, edition, _LINKS)), HTML)

    def _lead(self, story: str) -> str:
        """Name the entry that speaks for a story where it is announced."""
        entries = (entry for edition in self._shelf.editions() for entry in edition.entries)
        return next((entry.short_id for entry in entries if entry.story_id == story), "")

    def _topics(self) -> Mapping[str, str]:
        """Name the topics that anybody may see: those on the shelf."""
        return {edition.slug: edition.title for edition in self._shelf.editions()}


def _moved(short_id: str, media_type: str) -> Document:
    """Lead to the id that holds now; it lies beside this one."""
    location = (short_id + (_JSON_ENDING if media_type == JSON else "")).encode("ascii")
    extra = ((b"location", location), (b"cache-control", b"public, max-age=300"))
    return passing_document(b"", status=HTTPStatus.MOVED_PERMANENTLY, extra=extra)


async def _made(make: Callable[[], bytes], media_type: str) -> Document:
    """Render in a thread: texts may be long."""
    return await asyncio.to_thread(lambda: page_document(make(), media_type, extra=_NOINDEX))


def _asked(request: Request) -> tuple[str, str]:
    """Read the short id of the path, and whether a page or JSON is wanted."""
    name: str = request.path_params["name"]
    short_id = name.removesuffix(_JSON_ENDING)
    if not _SHORT_ID.match(short_id):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return short_id, HTML if name == short_id else JSON
