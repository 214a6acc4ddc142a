"""What only some entries have."""

from __future__ import annotations

import math
import re

from aggregator.model.extras import NO_EXTRAS, Extras, Person, Transcript
from aggregator.model.parsed import NO_EXTRAS as NOTHING_SAID, ParsedEntry, RawPerson, RawText
from aggregator.normalize.links import web_url
from aggregator.normalize.media import media_type_of
from aggregator.normalize.names import language_tag, people, short_text

_MAX_LISTED = 50
_MAX_WORD_CHARS = 40
_MAX_ID_CHARS = 2_000
_COUNT = re.compile(r"\s*(\d{1,9})\s*")
_EXPLICIT = {"yes": True, "true": True, "explicit": True, "no": False, "false": False, "clean": False}


def extras_of(entry: ParsedEntry, base_url: str | None) -> Extras:
    """Clean the extras of an entry; most have none."""
    raw = entry.extras
    if raw is NOTHING_SAID and not entry.source_title and not entry.source_url:
        return NO_EXTRAS
    count = _COUNT.fullmatch((raw.comments or "")[:_MAX_WORD_CHARS])
    return Extras(
        source_title=_word(entry.source_title, "text/html", 1_000),
        source_url=web_url(entry.source_url, base_url),
        license_url=web_url(raw.license_url, base_url),
        comments=int(count[1]) if count else None,
        reply_to=web_url(raw.reply_to) or _word(raw.reply_to, "text/plain", _MAX_ID_CHARS),
        place=_place(raw.place),
        explicit=_EXPLICIT.get((raw.explicit or "").strip().lower()),
        season=_word(raw.season),
        episode=_word(raw.episode),
        chapters_url=web_url(raw.chapters_url, base_url),
        transcripts=tuple(
            Transcript(url=url, media_type=media_type_of(each.media_type) or "", language=language_tag(each.language))
            for each in raw.transcripts[:_MAX_LISTED]
            if (url := web_url(each.url, base_url))
        ),
        people=tuple(person for each in raw.people[:_MAX_LISTED] if (person := _person(each, base_url))),
    )


def _word(written: str | None, media_type: str = "text/plain", max_chars: int = _MAX_WORD_CHARS) -> str | None:
    return short_text(RawText(written, media_type), max_chars) or None if written else None


def _person(raw: RawPerson, base_url: str | None) -> Person | None:
    name = next(iter(people([raw.name])), "")
    if not name:
        return None
    return Person(name=name, role=(_word(raw.role) or "").lower(), url=web_url(raw.url, base_url))


def _place(place: tuple[float, float] | None) -> tuple[float, float] | None:
    """Give a point that is on Earth."""
    if place is None or not all(map(math.isfinite, place)):
        return None
    latitude, longitude = place
    return place if abs(latitude) <= 90 and abs(longitude) <= 180 else None  # noqa: PLR2004 - degrees
