"""The static site: every page and feed as a file, fit for any file host."""

from __future__ import annotations

import json

from aggregator.model.edition import SiteFacts
from aggregator.model.status import Status
from aggregator.pages.assets import assets
from aggregator.pages.cards import card_of
from aggregator.pages.json_pages import index_json, sources_json
from aggregator.pages.json_shapes import page_status_json
from aggregator.pages.links import ASSETS, FILES
from aggregator.pages.render import render_error, render_index, render_sources, render_status, render_topic
from aggregator.service.web.shelf import Shelf

DOCUMENTS = ("topics.opml", "sources.opml")


def site_files(site: SiteFacts, shelf: Shelf, status: Status) -> dict[str, bytes]:
    """Give the site's files by name; equal content gives equal bytes."""
    editions = shelf.editions()
    pages = {
        "index.html": render_index(site, [card_of(edition) for edition in editions], FILES),
        "sources.html": render_sources(site, status, FILES),
        "status.html": render_status(site, status, FILES),
        "404.html": render_error(site, 404, "There is nothing at this address.", FILES),
    } | {f"{edition.slug}.html": render_topic(site, edition, FILES) for edition in editions}
    values = {
        "index.json": index_json(site, [card_of(edition) for edition in editions]),
        "sources.json": sources_json(status),
        "status.json": page_status_json(status),
    }
    feeds = {f"{edition.slug}.{one.value}" for edition in editions for one in edition.output.formats}
    found = {name: shelf.rendition(name) for name in (*sorted(feeds), *DOCUMENTS)}
    return (
        {name: page.encode("utf-8", "replace") for name, page in pages.items()}
        | {name: rendition.body for name, rendition in found.items() if rendition is not None}
        | {name: json.dumps(value, ensure_ascii=False).encode() for name, value in values.items()}
        | {f"{ASSETS}/{name}": content for name, content in assets().items()}
    )
