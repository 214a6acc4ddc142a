"""JSON Feed, versions 1 and 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedEntry, ParsedFeed, RawDate, RawEnclosure, RawText
from aggregator.parse.limits import MAX_ENTRIES

_VERSION = re.compile(r"jsonfeed\.org/version/(1(?:\.1)?)", re.IGNORECASE)
_HTML = "text/html"

Json = Mapping[str, object]


def read_json_feed(body: bytes) -> ParsedFeed:
    """Read a JSON Feed, forgiving what publishers get wrong: types, missing ids, control characters.

    Follows:
        JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/.

    Raises:
        FormatError: This is no JSON Feed.
    """
    feed = _load(body)
    version = _VERSION.search(_text(feed.get("version")) or "")
    if version is None:
        raise FormatError("this is JSON, but no JSON Feed")
    items = _objects(feed.get("items"))
    hubs = _objects(feed.get("hubs"))
    return ParsedFeed(
        format="json" + version[1].replace(".", ""),
        title=_plain(feed.get("title")),
        subtitle=_plain(feed.get("description")),
        feed_id=_text(feed.get("feed_url")),
        site_url=_text(feed.get("home_page_url")),
        self_url=_text(feed.get("feed_url")),
        hub_url=next((url for hub in hubs if (url := _text(hub.get("url")))), None),
        icon_url=_text(feed.get("icon")) or _text(feed.get("favicon")),
        language=_text(feed.get("language")),
        authors=_authors(feed),
        entries=tuple(_entry(item) for item in items[:MAX_ENTRIES]),
        truncated=max(0, len(items) - MAX_ENTRIES),
    )


def _load(body: bytes) -> Json:
    try:
        text = body.decode(json.detect_encoding(body), "replace").lstrip("\ufeff")
        # Control characters within strings are forbidden, and common.
        loaded: object = json.loads(text, strict=False)
    except ValueError as error:
        raise FormatError(f"this is JSON that cannot be read: {str(error)[:100]}") from None
    except RecursionError:
        raise FormatError("this is JSON that is nested too deep") from None
    if not isinstance(loaded, dict):
        raise FormatError("this is JSON, but no JSON Feed")
    return loaded


def _entry(item: Json) -> ParsedEntry:
    identifier = _text(item.get("id"))
    is_address = identifier is not None and identifier.lower().startswith(("https://", "http://"))
    link = _text(item.get("url")) or (identifier if is_address else None) or _text(item.get("external_url"))
    language = _text(item.get("language"))
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    images = (_text(item.get("image")), _text(item.get("banner_image")))
    return ParsedEntry(
        guid=identifier,
        link=link,
        title=_plain(item.get("title")),
        summary=_plain(item.get("summary")),
        contents=tuple(
            RawText(value, media_type, language) for value, media_type in ((html, _HTML), (text, "text/plain")) if value
        ),
        dates=tuple(
            RawDate(field, raw)
            for field, key in (("published", "date_published"), ("updated", "date_modified"))
            if (raw := _text(item.get(key)))
        ),
        authors=_authors(item),
        categories=_texts(item.get("tags")),
        enclosures=tuple(_enclosures(item)),
        images=tuple(url for url in images if url),
        language=language,
    )


def _enclosures(item: Json) -> list[RawEnclosure]:
    return [
        RawEnclosure(
            url=url,
            media_type=_text(attachment.get("mime_type")),
            length=_text(attachment.get("size_in_bytes")),
            duration=_text(attachment.get("duration_in_seconds")),
            title=_text(attachment.get("title")),
        )
        for attachment in _objects(item.get("attachments"))
        if (url := _text(attachment.get("url")))
    ]


def _authors(owner: Json) -> tuple[str, ...]:
    """Name the authors; version 1 knew one ``author``, and some write a name instead of an object."""
    named = owner.get("authors") or owner.get("author")
    listed: Sequence[object] = named if isinstance(named, list) else [named]
    names = (_text(author.get("name")) if isinstance(author, dict) else _string(author) for author in listed)
    return tuple(name for name in names if name)


def _objects(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for each in value if (text := _text(each))) if isinstance(value, list) else ()


def _plain(value: object) -> RawText | None:
    text = _text(value)
    return None if text is None else RawText(text)


def _text(value: object) -> str | None:
    """Give a text, stripped, or None for nothing; a number becomes the text that it was written as."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == value // 1 and abs(value) < 1 << 53 else repr(value)
    return _string(value) or None


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
