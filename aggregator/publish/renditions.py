"""Documents ready to be sent: bytes, their compressed form and their validator, made once for each change."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime

from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.topic import FeedFormat
from aggregator.publish.atom_rss import render_atom, render_rss
from aggregator.publish.json_feed import render_json
from aggregator.text.digests import digest128

_FORMATS: dict[FeedFormat, tuple[str, Callable[[Edition, SiteFacts], bytes]]] = {
    FeedFormat.ATOM: ("application/atom+xml; charset=utf-8", render_atom),
    FeedFormat.RSS: ("application/rss+xml; charset=utf-8", render_rss),
    FeedFormat.JSON: ("application/feed+json; charset=utf-8", render_json),
}


def render(edition: Edition, site: SiteFacts) -> tuple[Rendition, ...]:
    """Render an edition in the formats that its topic wants."""
    documents = []
    for wanted in dict.fromkeys(edition.output.formats):
        media_type, write = _FORMATS[wanted]
        name = f"{edition.slug}.{wanted.value}"
        documents.append(rendition(name, media_type, write(edition, site), edition.changed_at))
    return tuple(documents)


def rendition(name: str, media_type: str, body: bytes, changed_at: datetime) -> Rendition:
    """Make a document ready to be sent; equal bodies give equal tags and equal compressed bytes.

    Args:
        name: Path below the base address.
        media_type: With its charset.
        body: As it is before compression.
        changed_at: For ``Last-Modified``.
    """
    return Rendition(
        name=name,
        media_type=media_type,
        body=body,
        gzipped=gzip.compress(body, compresslevel=6, mtime=0),
        etag=f'"{digest128(body)}"',
        changed_at=changed_at,
    )
