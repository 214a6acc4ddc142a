"""One entry of feedparser's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.model.parsed import ParsedEntry, RawEnclosure, RawText
from aggregator.parse.extras import read_extras
from aggregator.parse.lenient import (
    Fields,
    dicts,
    fields,
    first_link,
    links,
    names,
    raw_date,
    raw_text,
    text,
    typed_text,
)
from aggregator.parse.side import EntryFacts

_PLAYED = ("audio", "video")
_MAX_WIDTH_DIGITS = 6
_ELEMENT = re.compile(
    r"<(?:a|b|blockquote|br|code|div|em|figure|h[1-6]|hr|i|iframe|img|li|ol|p|pre|span|strong|table|ul|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def read_entry(entry: Fields, captions: frozenset[str], facts: EntryFacts, *, typed: bool) -> ParsedEntry:
    """Read one entry.

    Args:
        entry: As feedparser gave it.
        captions: Texts of the document's ``media:description`` elements, which feedparser takes for summary or
            content. They are kept where an entry has no other text, as on YouTube.
        facts: What the second reading gave for it.
        typed: Whether the format says what is markup, as Atom does; in others feedparser guesses.
    """
    summary, contents = _texts(entry, captions)
    if not typed:
        summary, contents = _as_markup(summary), tuple(each for one in contents if (each := _as_markup(one)))
    source = fields(entry, "source")
    title = raw_text(entry, "title", otherwise="text/plain")
    dates = (raw_date(entry, key) for key in ("published", "updated", "created"))
    return ParsedEntry(
        guid=facts.guid or text(entry, "id"),
        link=_link(entry, facts.guid),
        title=title,
        summary=summary,
        contents=contents,
        dates=tuple(date for date in dates if date),
        authors=names(entry),
        categories=tuple(term for tag in dicts(entry, "tags") if (term := text(tag, "term") or text(tag, "label"))),
        enclosures=tuple(_enclosures(entry)),
        images=tuple(dict.fromkeys(_images(entry))),
        comments_url=text(entry, "comments") or first_link(entry, "replies"),
        language=text(entry, "language") or _language((*contents, summary, title)),
        base_url=_base(entry),
        source_title=text(source, "title"),
        source_url=first_link(source, "self") or text(source, "href") or text(source, "link"),
        rights=text(entry, "rights"),
        extras=read_extras(entry, facts),
    )


def _link(entry: Fields, written_guid: str | None) -> str | None:
    """Give the link, but none that feedparser made of a guid such as ``foo`` by putting an address in front."""
    link = text(entry, "link") or first_link(entry, "alternate")
    invented = written_guid is not None and link == text(entry, "id") and not set(written_guid) & set("/.?#:")
    return None if invented else link


def _as_markup(written: RawText | None) -> RawText | None:
    """Take for markup what holds a common element; feedparser wants to see it closed, and cut texts close nothing."""
    if written is None or written.is_html or not _ELEMENT.search(written.value):
        return written
    return RawText(written.value, "text/html", written.language)


def _texts(entry: Fields, captions: frozenset[str]) -> tuple[RawText | None, tuple[RawText, ...]]:
    summary = raw_text(entry, "summary")
    contents = tuple(content for value in dicts(entry, "content") if (content := typed_text(value)))
    if summary and "summary_detail" not in entry and any(content.value == summary.value for content in contents):
        # feedparser fills the place of a missing summary, and forgets the type.
        summary = None
    if captions:
        summary = _as_caption(summary, captions)
        # RSS allows a description beside a media:description; whichever comes second is called the content.
        own = tuple(content for content in contents if content.value not in captions)
        if own and summary and summary.value in captions:
            summary = None
        if own or summary:
            contents = own
    return summary, contents


def _as_caption(summary: RawText | None, captions: frozenset[str]) -> RawText | None:
    """Read a caption as plain text, which it is by default (Media RSS); feedparser takes it for HTML."""
    if summary is None or summary.value not in captions or "</" in summary.value:
        return summary
    return RawText(summary.value, "text/plain", summary.language)


def _language(texts: Iterable[RawText | None]) -> str | None:
    return next((each.language for each in texts if each and each.language), None)


def _base(entry: Fields) -> str | None:
    """Say what the addresses in the content are relative to, where the content is chosen from."""
    details = (*dicts(entry, "content"), fields(entry, "summary_detail"), fields(entry, "title_detail"))
    return next((base for detail in details if (base := text(detail, "base"))), None)


def _enclosures(entry: Fields) -> list[RawEnclosure]:
    duration = text(entry, "itunes_duration")
    found: dict[str, RawEnclosure] = {}
    for link in links(entry, "enclosure"):
        url = text(link, "href") or ""
        # itunes:duration speaks of the episode, which is the first enclosure.
        found.setdefault(url, _enclosure(url, link, duration=None if found else duration, length="length"))
    for content in dicts(entry, "media_content"):
        url = text(content, "url") or ""
        if url and _medium(content) in _PLAYED:
            found.setdefault(url, _enclosure(url, content, duration=text(content, "duration"), length="filesize"))
    return list(found.values())


def _enclosure(url: str, attributes: Fields, *, duration: str | None, length: str) -> RawEnclosure:
    return RawEnclosure(
        url=url,
        media_type=text(attributes, "type"),
        length=text(attributes, length),
        duration=duration,
        title=text(attributes, "title"),
    )


def _images(entry: Fields) -> list[str]:
    """Give the addresses of images: full ones before thumbnails, the widest first."""
    full = [content for content in dicts(entry, "media_content") if _medium(content) == "image"]
    thumbnails = dicts(entry, "media_thumbnail")
    ranked = (*sorted(full, key=_width, reverse=True), *sorted(thumbnails, key=_width, reverse=True))
    found = [text(image, "url") for image in ranked]
    found.append(text(fields(entry, "image"), "href"))
    return [url for url in found if url]


def _medium(content: Fields) -> str:
    return (text(content, "medium") or (text(content, "type") or "").partition("/")[0]).lower()


def _width(image: Fields) -> int:
    width = text(image, "width") or ""
    return int(width) if width.isdecimal() and len(width) <= _MAX_WIDTH_DIGITS else 0
