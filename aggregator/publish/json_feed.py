"""Write an edition as JSON Feed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aggregator.model.edition import AlsoCovered, Edition, EditionEntry, SiteFacts
from aggregator.model.entry import Enclosure
from aggregator.publish.clean import is_web_url, xml_safe

VERSION = "https://jsonfeed.org/version/1.1"


def render_json(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as JSON Feed 1.1.

    ``content_html`` is always there: NetNewsWire drops an item without. Members that have nothing to say are left
    out. What the standard has no name for stands under ``_aggregator``.

    Follows:
        JSON Feed 1.1, "Top-level", "Items", "Attachments", "Extensions".
    """
    page = f"{site.base_url}/{edition.slug}"
    feed = {
        "version": VERSION,
        "title": edition.title,
        "home_page_url": page,
        "feed_url": f"{page}.json",
        "description": edition.description,
        "language": edition.language,
        "items": [_item(entry, page) for entry in edition.entries],
    }
    return json.dumps(_said(feed), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _item(entry: EditionEntry, page: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": _web(entry.url),
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
        "image": _web(entry.image_url),
        "date_published": _instant(entry.published_at),
        "date_modified": _instant(entry.updated_at),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
        "language": entry.language,
        "attachments": [_attachment(one) for one in entry.enclosures if is_web_url(one.url)],
        "_aggregator": _extension(entry, page),
    }


def _attachment(one: Enclosure) -> dict[str, Any]:
    return {
        "url": one.url,
        "mime_type": one.media_type,
        "title": one.title,
        "size_in_bytes": one.length,
        "duration_in_seconds": one.duration_seconds,
    }


def _extension(entry: EditionEntry, page: str) -> dict[str, Any]:
    profile = entry.source.profile
    return {
        "about": page,
        "id": entry.short_id,
        "story": entry.story_id,
        "source": {
            "id": entry.source.id,
            "title": entry.source.title,
            "feed_url": _web(entry.source.url),
            "url": _web(profile.site_url),
            "rights": profile.rights,
        },
        "comments_url": _web(entry.comments_url),
        "rights": entry.rights,
        "also": [_also(one) for one in entry.also if is_web_url(one.url)],
        "why": [
            {"stage": one.stage, "verdict": one.verdict, "rule": one.rule, "evidence": one.evidence}
            for one in entry.reasons
        ],
    }


def _also(one: AlsoCovered) -> dict[str, Any]:
    return {"title": one.title, "url": one.url, "source": one.source_title, "source_id": one.source_id}


def _said(value: Any) -> Any:
    """Leave out what is None, empty or blank, and wash every text; ``content_html`` stays, even when it is empty."""
    if isinstance(value, str):
        return xml_safe(value)
    if isinstance(value, list):
        return [_said(one) for one in value]
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if one not in (None, "", [], {}) or name in _ALWAYS}
    return value


_ALWAYS = frozenset({"content_html", "items"})


def _web(url: str | None) -> str | None:
    return url if is_web_url(url) else None


def _instant(moment: datetime) -> str:
    """Write a moment as RFC 3339 wants it.

    >>> from datetime import UTC
    >>> _instant(datetime(1, 1, 1, tzinfo=UTC))
    '0001-01-01T00:00:00Z'
    """
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
