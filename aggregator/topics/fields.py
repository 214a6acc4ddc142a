"""What of an entry each field of the query language reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from aggregator.model.entry import Entry, SourceFacts
from aggregator.text.visible import visible_text

# Articles are shorter; what is longer is a book or an attack.
MAX_TEXT_CHARACTERS = 200_000


def _content(entry: Entry) -> tuple[str, ...]:
    return (visible_text(entry.content_html)[:MAX_TEXT_CHARACTERS],) if entry.content_html else ()


def declared_language(entry: Entry, source: SourceFacts) -> tuple[str, ...]:
    """Give the language that an entry, its source or its feed declares, if any."""
    language = entry.language or source.language or source.profile.language
    return (language.replace("_", "-"),) if language else ()


def _domain(entry: Entry, _: SourceFacts) -> tuple[str, ...]:
    try:
        host = (urlsplit(entry.url or "").hostname or "").rstrip(".")
    except ValueError:
        return ()
    if "xn--" not in host:
        return (host,) if host else ()
    try:
        return (host, host.encode().decode("idna"))
    except UnicodeError:
        return (host,)


def _has_media(kind: str) -> Callable[[Entry], bool]:
    return lambda entry: any(one.media_type.startswith(f"{kind}/") for one in entry.enclosures)


_has_picture = _has_media("image")
PARTS_OF: Mapping[str, Callable[[Entry], tuple[str, ...]]] = {
    "title": lambda entry: (entry.title,),
    "summary": lambda entry: (entry.summary,),
    "text": _content,
    "author": lambda entry: entry.authors,
    "category": lambda entry: entry.categories,
}
VALUES_OF: Mapping[str, Callable[[Entry, SourceFacts], tuple[str, ...]]] = {
    "source": lambda _, source: (source.id,),
    "group": lambda _, source: (source.group,) if source.group else (),
    "tag": lambda _, source: source.tags,
    "category": lambda entry, _: entry.categories,
    "domain": _domain,
    "lang": declared_language,
    "url": lambda entry, _: (entry.url,) if entry.url else (),
}
HAS_OF: Mapping[str, Callable[[Entry], bool]] = {
    "enclosure": lambda entry: bool(entry.enclosures),
    "audio": _has_media("audio"),
    "video": _has_media("video"),
    "image": lambda entry: bool(entry.image_url) or _has_picture(entry),
    "author": lambda entry: bool(entry.authors),
    "category": lambda entry: bool(entry.categories),
    "date": lambda entry: entry.published_at is not None,
    "link": lambda entry: bool(entry.url),
    "comments": lambda entry: bool(entry.comments_url),
    "text": lambda entry: bool(entry.content_html),
}
