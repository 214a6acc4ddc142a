"""Write an edition as JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.model.edition import AlsoCovered, Edition, EditionEntry, SiteFacts
from aggregator.model.entry import Enclosure
from aggregator.model.extras import Extras
from aggregator.publish.clean import is_web_url, xml_safe
from aggregator.publish.elements import Parts
from aggregator.publish.places import places_of

VERSION = "https://jsonfeed.org/version/1.1"
HUB_TYPE = "WebSub"


def render_json(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as JSON Feed 1.1."""
    return json_parts(edition, site, edition.entries).joined()


def json_parts(edition: Edition, site: SiteFacts, entries: Sequence[EditionEntry]) -> Parts:
    """Write the frame of an edition, and some of its entries, as JSON Feed 1.1.

    ``content_html`` is always there: NetNewsWire drops an item without. Members that have nothing to say are left
    out. What the standard has no name for stands under ``_aggregator``.

    Follows:
        JSON Feed 1.1, "Top-level", "Items", "Attachments", "Hubs", "Extensions".
    """
    places = places_of(edition, site)
    feed = {
        "version": VERSION,
        "title": edition.title,
        "home_page_url": places.page,
        "feed_url": places.json,
        "description": edition.description,
        "icon": _web(site.icon_url),
        "language": edition.language,
        "hubs": [{"type": HUB_TYPE, "url": places.hub}] if is_web_url(places.hub) else [],
    }
    # The items come last, so that what closes them closes the feed.
    head = _written(feed)[:-1] + b',"items":['
    items = tuple(_written(_item(entry, places.page)) for entry in entries)
    return Parts(head, items, b"]}\n", between=b",")


def _written(value: dict[str, Any]) -> bytes:
    return json.dumps(_said(value), ensure_ascii=False, separators=(",", ":")).encode()


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
        "tags": list(dict.fromkeys((*entry.categories, *entry.source.tags))),
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
        **_extras(entry.extras),
    }


def _extras(extras: Extras) -> dict[str, Any]:
    """Say what only some entries have; there are no addresses but such as may stand in a link."""
    return {
        "via": {"title": extras.source_title, "url": _web(extras.source_url)},
        "license_url": _web(extras.license_url),
        "comments": extras.comments,
        "reply_to": extras.reply_to,
        "place": list(extras.place or ()),
        "explicit": extras.explicit,
        "season": extras.season,
        "episode": extras.episode,
        "chapters_url": _web(extras.chapters_url),
        "transcripts": [asdict(one) for one in extras.transcripts if is_web_url(one.url)],
        "people": [asdict(one) | {"url": _web(one.url)} for one in extras.people],
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
        said = {name: _said(one) for name, one in value.items()}
        return {name: one for name, one in said.items() if one not in (None, "", [], {}) or name == "content_html"}
    return value


def _web(url: str | None) -> str | None:
    return url if is_web_url(url) else None


def _instant(moment: datetime) -> str:
    """Write a moment as RFC 3339 wants it.

    >>> from datetime import UTC
    >>> _instant(datetime(1, 1, 1, tzinfo=UTC))
    '0001-01-01T00:00:00Z'
    """
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
