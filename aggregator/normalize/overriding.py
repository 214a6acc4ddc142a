"""A parsed entry as the settings of its source see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from types import MappingProxyType
from typing import Any

from aggregator.model.overrides import BASE_AUTO, BASE_ENTRY, BASE_FEED, NO_OVERRIDES, Ignored, Overrides, TextType
from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.normalize.links import web_url

_MEDIA_TYPES = {TextType.TEXT: "text/plain", TextType.HTML: "text/html"}

_WITHOUT: Mapping[Ignored, Callable[[ParsedEntry], Mapping[str, Any]]] = MappingProxyType(
    {
        Ignored.GUID: lambda _: {"guid": None},
        Ignored.LINK: lambda entry: {"link": None, "extras": replace(entry.extras, link=None)},
        Ignored.PUBLISHED: lambda entry: {"dates": tuple(date for date in entry.dates if date.field == "updated")},
        Ignored.UPDATED: lambda entry: {"dates": tuple(date for date in entry.dates if date.field != "updated")},
        Ignored.AUTHORS: lambda _: {"authors": ()},
        Ignored.CATEGORIES: lambda _: {"categories": ()},
        Ignored.SUMMARY: lambda _: {"summary": None},
        Ignored.CONTENT: lambda _: {"contents": ()},
        Ignored.ENCLOSURES: lambda _: {"enclosures": ()},
        Ignored.IMAGES: lambda _: {"images": ()},
        Ignored.LANGUAGE: lambda _: {"language": None},
    }
)


def heeded(entry: ParsedEntry, overrides: Overrides) -> ParsedEntry:
    """Leave out what is to be passed over, as if the publisher had not written it."""
    for field in overrides.ignore:
        entry = replace(entry, **_WITHOUT[field](entry))
    return entry


def retyped(entry: ParsedEntry, overrides: Overrides) -> ParsedEntry:
    """Give texts the types that the settings say they have."""
    if overrides is NO_OVERRIDES:
        return entry
    content = _MEDIA_TYPES.get(overrides.content_type)
    return replace(
        entry,
        title=_typed(entry.title, _MEDIA_TYPES.get(overrides.title_type)),
        summary=_typed(entry.summary, content),
        contents=tuple(each for one in entry.contents if (each := _typed(one, content))),
        # Names are read as markup, so that plain ones have to be written as such.
        authors=tuple(map(escape, entry.authors)) if overrides.name_type is TextType.TEXT else entry.authors,
    )


def stripped(title: str, affixes: tuple[str, ...]) -> str:
    """Take what every title of a source begins or ends with off a title, unless nothing would be left.

    >>> stripped("Rain | My Blog", (" | My Blog",)), stripped("My Blog", ("My Blog",))
    ('Rain', 'My Blog')
    """
    for affix in affixes:
        bare = title.removeprefix(affix).removesuffix(affix).strip()
        title = bare or title
    return title


def base_of(entry: ParsedEntry, url: str | None, document_url: str, setting: str) -> str | None:
    """Say what relative addresses are relative to: an ``xml:base``, else the entry's page, else the document.

    feedparser gives the address of the document where nothing was said.
    """
    document = web_url(document_url)
    if setting == BASE_FEED:
        return document
    if setting == BASE_ENTRY:
        return url or document
    if setting != BASE_AUTO:
        return setting
    said = web_url(entry.base_url, document_url)
    return said if said and said != document else url or said or document


def _typed(text: RawText | None, media_type: str | None) -> RawText | None:
    return replace(text, media_type=media_type) if text and media_type else text
