"""Write lists of feeds as OPML: our topics, and the sources that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from aggregator.model.edition import SiteFacts
from aggregator.model.source import Source
from aggregator.model.topic import Access, FeedFormat, Topic
from aggregator.publish.clean import language_tag, line, open_url
from aggregator.publish.lead import MAX_NAME_CHARS, MAX_TITLE_CHARS

OPML_MEDIA_TYPE = "text/x-opml; charset=utf-8"


def render_topics_opml(topics: Sequence[Topic], site: SiteFacts) -> bytes:
    """List the public topic feeds, each in the first of its formats that every reader of OPML takes.

    Follows:
        OPML 2.0, "Subscription lists".
    """
    body, document = _document(f"{site.title}: topics")
    for topic in topics:
        if topic.access is Access.TOKEN:
            continue
        preferred = (one for one in (FeedFormat.ATOM, FeedFormat.RSS, FeedFormat.JSON) if one in topic.output.formats)
        page = f"{site.base_url}/{topic.slug}"
        name = line(topic.title, MAX_TITLE_CHARS) or topic.slug
        facts = {"xmlUrl": f"{page}.{next(preferred, FeedFormat.ATOM).value}", "htmlUrl": page}
        _outline(body, name, **facts, description=line(topic.description, MAX_TITLE_CHARS))
    return _written(document)


def render_sources_opml(sources: Sequence[Source], site: SiteFacts) -> bytes:
    """List the sources that strangers may know of, in their order, those of a group within an outline of its own.

    Private sources, addresses that hold a secret, and local files are not for strangers; pages are no feeds.

    Follows:
        OPML 2.0, "Subscription lists"; tags stand in ``category``.
    """
    body, document = _document(f"{site.title}: sources")
    groups: dict[str, etree._Element] = {"": body}
    for source in sources:
        url = None if source.private or source.page else open_url(source.url)
        if url is None:
            continue
        if source.group not in groups:
            groups[source.group] = etree.SubElement(body, "outline", _named(source.group))
        name = line(source.title or "", MAX_NAME_CHARS) or source.id
        tags, language = _categories(source.tags), language_tag(source.language) or ""
        _outline(groups[source.group], name, xmlUrl=url, category=tags, language=language)
    return _written(document)


def _categories(tags: Iterable[str]) -> str:
    """Join tags as the attribute wants them; a comma parts them, so none may hold one."""
    return ",".join(filter(None, (line(tag, MAX_NAME_CHARS).replace(",", " ") for tag in tags)))


def _document(title: str) -> tuple[etree._Element, etree._Element]:
    """Start a document without dates: it changes when the list does, and at no other time."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = line(title, MAX_TITLE_CHARS)
    return etree.SubElement(root, "body"), root


def _outline(parent: etree._Element, name: str, **facts: str) -> None:
    said = {key: value for key, value in facts.items() if value}
    etree.SubElement(parent, "outline", {"type": "rss", **_named(name), **said})


def _named(name: str) -> dict[str, str]:
    """Name an outline for those who read ``text`` and for those who read ``title``."""
    text = line(name, MAX_NAME_CHARS)
    return {"text": text, "title": text}


def _written(root: etree._Element) -> bytes:
    document: bytes = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    return document
