"""Plain items of RSS 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from lxml import etree

from aggregator.model.parsed import NO_EXTRAS, ParsedEntry, RawEnclosure, RawExtras, RawText
from aggregator.parse.plain_values import ADDRESS, RFC822, NotPlain, present, read_dates, sort_fields, stripped, text_of

_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
_COUNT: Final = "{http://purl.org/rss/1.0/modules/slash/}comments"
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "title": frozenset(),
    "link": frozenset(),
    "guid": frozenset({"isPermaLink"}),
    "description": frozenset(),
    _CONTENT: frozenset(),
    "pubDate": frozenset(),
    "author": frozenset(),
    _CREATOR: frozenset(),
    "category": frozenset({"domain"}),
    "comments": frozenset(),
    "enclosure": frozenset({"url", "type", "length"}),
    "source": frozenset({"url"}),
    _COUNT: frozenset(),
}


def read_item(item: etree._Element, language: str | None) -> ParsedEntry:
    """Read one item; raises ``NotPlain``."""
    fields, categories = sort_fields(item, "category", _ATTRIBUTES)
    link, guid = text_of(fields.get("link")), fields.get("guid")
    if not link or not ADDRESS.fullmatch(link):
        raise NotPlain
    creator = fields.get("author", fields.get(_CREATOR))
    if "author" in fields and _CREATOR in fields:
        raise NotPlain
    comments, source = text_of(fields.get("comments")), fields.get("source")
    if comments and not ADDRESS.fullmatch(comments):
        raise NotPlain
    title, content = _title(fields.get("title"), language), _markup(fields.get(_CONTENT), language)
    summary = _markup(fields.get("description"), language)
    return ParsedEntry(
        guid=_guid(guid) if guid is not None else None,
        link=link,
        title=title,
        summary=summary,
        contents=(content,) if content else (),
        dates=read_dates(published=fields.get("pubDate"), pattern=RFC822),
        authors=present(text_of(creator)),
        categories=tuple(_subjects(categories)),
        enclosures=tuple(_enclosures(fields.get("enclosure"))),
        comments_url=comments,
        language=language if title or summary or content else None,
        source_title=text_of(source),
        source_url=stripped(source.get("url")) if source is not None else None,
        extras=RawExtras(comments=text_of(fields[_COUNT])) if _COUNT in fields else NO_EXTRAS,
    )


def _title(element: etree._Element | None, language: str | None) -> RawText | None:
    """Give a title without a type, of which feedparser guesses one as soon as there is a sign of markup."""
    text = text_of(element)
    if text and ("<" in text or "&" in text):
        raise NotPlain
    return RawText(text, "text/plain", language) if text else None


def _markup(element: etree._Element | None, language: str | None) -> RawText | None:
    text = text_of(element)
    return RawText(text, "text/html", language) if text else None


def _guid(element: etree._Element) -> str | None:
    text = text_of(element)
    is_link = element.get("isPermaLink", "true") == "true"
    if text and is_link and not ADDRESS.fullmatch(text):
        raise NotPlain
    return text


def _subjects(categories: Iterable[etree._Element]) -> Iterator[str]:
    """Give the categories of RSS; one without a domain is told once."""
    told: set[str] = set()
    for category in categories:
        term, domain = text_of(category), category.get("domain")
        if term and (domain or term not in told):
            yield term
        if term and not domain:
            told.add(term)


def _enclosures(element: etree._Element | None) -> Iterator[RawEnclosure]:
    if element is None:
        return
    url = stripped(element.get("url"))
    if not url or stripped(element.text):
        raise NotPlain
    # feedparser reads the values of this attribute in lower case.
    media_type = stripped((element.get("type") or "").lower())
    yield RawEnclosure(url=url, media_type=media_type, length=stripped(element.get("length")))
