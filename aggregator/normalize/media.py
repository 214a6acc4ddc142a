"""Attached media and lead images."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.model.entry import Enclosure
from aggregator.model.parsed import ParsedEntry, RawEnclosure, RawText
from aggregator.normalize.links import web_url
from aggregator.normalize.names import short_text

_MAX_ENCLOSURES = 50
_DEFAULT_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_DURATION = re.compile(r"(?:(\d{1,4}):)?(\d{1,5}):(\d{1,2})(?:\.\d*)?|(\d{1,7})(?:\.\d*)?")
_LENGTH = re.compile(r"\d{1,15}")


def enclosures(entry: ParsedEntry, base_url: str | None) -> tuple[Enclosure, ...]:
    """Give the media that can be asked for, each address once."""
    found: dict[str, Enclosure] = {}
    for number, raw in enumerate(entry.enclosures):
        # A counter stands before the first; where it leads in the end is said beside it.
        url = (web_url(entry.extras.enclosure) if number == 0 else None) or web_url(raw.url, base_url)
        if url and url not in found and len(found) < _MAX_ENCLOSURES:
            found[url] = _enclosure(raw, url)
    return tuple(found.values())


def lead_image(
    entry: ParsedEntry, media: Iterable[Enclosure], base_url: str | None, in_content: str | None
) -> str | None:
    """Choose the image that stands for an entry: the one given as such, an attached one, the first in the content."""
    given = (web_url(image, base_url) for image in entry.images)
    attached = (medium.url for medium in media if medium.media_type.startswith("image/"))
    return next(filter(None, (*given, *attached)), None) or in_content


def media_type_of(written: str | None) -> str | None:
    """Give a media type without its parameters, lower case; None for what is none."""
    media_type = (written or "")[:300].partition(";")[0].strip().lower()
    return media_type if _TYPE.fullmatch(media_type) else None


def _enclosure(raw: RawEnclosure, url: str) -> Enclosure:
    length = (raw.length or "").strip()
    return Enclosure(
        url=url,
        media_type=media_type_of(raw.media_type) or _DEFAULT_TYPE,
        # Some write 0 for "I do not know".
        length=int(length) or None if _LENGTH.fullmatch(length) else None,
        duration_seconds=_seconds(raw.duration),
        title=short_text(RawText(raw.title)) or None if raw.title else None,
    )


def _seconds(duration: str | None) -> int | None:
    """Read seconds, MM:SS or HH:MM:SS."""
    found = _DURATION.fullmatch((duration or "").strip())
    if not found:
        return None
    hours, minutes, seconds, plain_seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds + plain_seconds or None
