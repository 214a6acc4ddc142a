"""What rooms of the web share: pages and JSON as documents, and what is said when there is nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aggregator.model.edition import SiteFacts
from aggregator.pages.links import SERVED, Links
from aggregator.pages.render import render_error
from aggregator.service.web.documents import Document, Header, page_document, passing_document

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
SOON: tuple[Header, ...] = ((b"retry-after", b"30"),)
NO_STORE = "The database does not answer, so there is nothing to show yet"


def encoded(text: str) -> bytes:
    """Encode a page; half a character, which no encoding can carry, becomes a question mark."""
    return text.encode("utf-8", "replace")


def page(html: str) -> Document:
    """Prepare a page that may be kept and asked for again."""
    return page_document(encoded(html))


def json_body(value: Any) -> bytes:
    """Write an answer for programs."""
    return encoded(json.dumps(value, ensure_ascii=False) + "\n")


def unavailable(site: SiteFacts, media_type: str, links: Links = SERVED) -> Document:
    """Say that the store does not answer."""
    if media_type == JSON:
        body = json_body({"error": NO_STORE})
    else:
        body = encoded(render_error(site, HTTPStatus.SERVICE_UNAVAILABLE, NO_STORE, links))
    return passing_document(body, media_type, status=HTTPStatus.SERVICE_UNAVAILABLE, extra=SOON)


class Kept:
    """Documents that hold as long as what they were made of is the same."""

    def __init__(self) -> None:
        self._made_of: object = None
        self._documents: dict[object, Document] = {}

    def get(self, made_of: object, name: object, make: Callable[[], Document]) -> Document:
        """Give a document, made now when it is not there."""
        kept = self.find(made_of, name)
        if kept is None:
            kept = make()
            self.keep(made_of, name, kept)
        return kept

    def find(self, made_of: object, name: object) -> Document | None:
        """Give a document that was made of this."""
        return self._documents.get(name) if made_of == self._made_of else None

    def keep(self, made_of: object, name: object, document: Document) -> None:
        """Keep a document, and forget all that were made of something else."""
        if made_of != self._made_of:
            self._made_of = made_of
            self._documents.clear()
        self._documents[name] = document
