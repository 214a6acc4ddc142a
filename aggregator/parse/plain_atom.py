"""Plain entries of Atom 1.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.parse.plain_values import (
    ADDRESS,
    RFC3339,
    NotPlain,
    present,
    read_dates,
    sort_fields,
    stripped,
    text_of,
)

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_NAME = re.compile(r"(?:tag|urn):[\x21-\x7e]+")
_TYPES: Final = {None: "text/plain", "text": "text/plain", "text/plain": "text/plain"} | dict.fromkeys(
    ("html", "text/html"), "text/html"
)
_RELATIONS: Final = frozenset({"alternate", "self", "edit", "replies", "related", "via"})
_LINK_ATTRIBUTES: Final = frozenset({"href", "rel", "type", "hreflang", "title"})
_PERSON: Final = frozenset({f"{ATOM}name", f"{ATOM}email", f"{ATOM}uri"})
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    f"{ATOM}title": frozenset({"type"}),
    f"{ATOM}id": frozenset(),
    f"{ATOM}content": frozenset({"type"}),
    f"{ATOM}summary": frozenset({"type"}),
    f"{ATOM}published": frozenset(),
    f"{ATOM}updated": frozenset(),
    f"{ATOM}category": frozenset({"term", "scheme", "label"}),
}


def read_entry(entry: etree._Element, language: str | None) -> ParsedEntry:
    """Read one entry; raises ``NotPlain``."""
    links = [_link(link) for link in entry.iterchildren(f"{ATOM}link")]
    authors = list(entry.iterchildren(f"{ATOM}author"))
    for element in (*entry.findall(f"{ATOM}link"), *authors):
        entry.remove(element)
    fields, categories = sort_fields(entry, f"{ATOM}category", _ATTRIBUTES)
    alternate = [href for rel, href in links if rel == "alternate"]
    if len(authors) > 1 or not alternate:
        raise NotPlain
    title = _typed(fields.get(f"{ATOM}title"), language)
    summary, content = (_typed(fields.get(f"{ATOM}{name}"), language) for name in ("summary", "content"))
    published, updated = fields.get(f"{ATOM}published"), fields.get(f"{ATOM}updated")
    return ParsedEntry(
        guid=_atom_id(fields.get(f"{ATOM}id")),
        link=alternate[-1],
        title=title,
        summary=summary,
        contents=(content,) if content else (),
        dates=read_dates(published=published, updated=updated, pattern=RFC3339),
        authors=present(_person(authors[0])) if authors else (),
        categories=tuple(term for _, term in dict.fromkeys(map(_term, categories)) if term),
        comments_url=next((href for rel, href in links if rel == "replies"), None),
        language=language if title or summary or content else None,
    )


def _typed(element: etree._Element | None, language: str | None) -> RawText | None:
    text = text_of(element)
    if element is None or not text:
        return None
    media_type = _TYPES.get(element.get("type"))
    if media_type is None:
        raise NotPlain
    return RawText(text, media_type, language)


def _atom_id(element: etree._Element | None) -> str | None:
    text = text_of(element)
    if text and not ADDRESS.fullmatch(text) and not _NAME.fullmatch(text):
        raise NotPlain
    return text


def _link(element: etree._Element) -> tuple[str, str]:
    """Give relation and address of a link that is the entry's page, or that says nothing about the entry."""
    href, rel, media_type = element.get("href"), element.get("rel", "alternate"), element.get("type")
    if len(element) or stripped(element.text) or not href or not ADDRESS.fullmatch(href) or rel not in _RELATIONS:
        raise NotPlain
    if not _LINK_ATTRIBUTES.issuperset(element.keys()) or (
        rel == "alternate" and media_type not in {None, "text/html"}
    ):
        raise NotPlain
    return rel, href


def _person(author: etree._Element) -> str | None:
    said: dict[str, str | None] = {}
    for element in author:
        name = element.tag
        if name not in _PERSON or name in said or len(element) or element.attrib:
            raise NotPlain
        said[name] = text_of(element)
    called, email = said.get(f"{ATOM}name"), said.get(f"{ATOM}email")
    return f"{called} ({email})" if called and email else called or email


def _term(category: etree._Element) -> tuple[tuple[str | None, ...], str | None]:
    """Give a category of Atom with all that tells it from others."""
    if stripped(category.text):
        raise NotPlain
    said = tuple(category.get(name) for name in ("term", "scheme", "label"))
    return said, stripped(said[0]) or stripped(said[2])
