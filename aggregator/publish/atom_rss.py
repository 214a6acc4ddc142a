"""Write an edition as Atom and as RSS. The one place that knows feedgen.

feedgen 1.0.0 drops attributes of entry links, knows no ``replies``, writes half an ``atom:source``, one enclosure, no
RSS author without a mail address and dates by way of the process's locale. One pair of extensions writes all of these;
feedgen keeps the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model.edition import Edition, EditionEntry, SiteFacts
from aggregator.publish.clean import is_web_url, xml_safe

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"
TTL_MINUTES = 15


def render_atom(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as an Atom feed; equal editions give equal bytes.

    There is no author of the feed, and none within ``atom:source``: readers would hand either down to the entries.

    Follows:
        RFC 4287; xml:lang and dates as its sections 2 and 3.3.
    """
    document: bytes = _feed(edition, site, _add_to_atom).atom_str(pretty=True)
    return document


def render_rss(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as RSS 2.0; equal editions give equal bytes.

    Follows:
        RSS 2.0.11; RSS Best Practices Profile (one enclosure, ``atom:link`` to itself, ``content:encoded`` beside
        ``description``); Media RSS 1.5.1 for the image and for further enclosures.
    """
    document: bytes = _feed(edition, site, _add_to_rss).rss_str(pretty=True)
    return document


def _feed(edition: Edition, site: SiteFacts, add: Callable[[Any, EditionEntry], None]) -> Any:
    page = f"{site.base_url}/{edition.slug}"
    feed = FeedGenerator()
    feed.register_extension("ours", _FeedPart, _EntryPart)
    feed.ours.edition = edition
    feed.ours.page = page
    feed.id(xml_safe(edition.feed_id))
    feed.title(xml_safe(edition.title))
    feed.updated(edition.updated_at)
    feed.link(href=page, rel="alternate", type="text/html")
    # The subtitle of Atom, too; RSS must have one.
    feed.description(xml_safe(edition.description or edition.title))
    feed.generator(xml_safe(site.generator))
    feed.ttl(TTL_MINUTES)
    if edition.language:
        feed.language(edition.language)
    for entry in edition.entries:
        item = feed.add_entry(order="append")
        item.ours.entry = entry
        item.ours.language = entry.language if entry.language != edition.language else None
        item.ours.source_id = _source_id(entry, site)
        item.id(xml_safe(entry.id))
        item.title(xml_safe(entry.title) or "Untitled")
        item.updated(entry.updated_at)
        if entry.categories:
            item.category([{"term": xml_safe(term)} for term in entry.categories])
        add(item, entry)
    return feed


def _add_to_atom(item: Any, entry: EditionEntry) -> None:
    item.author([{"name": xml_safe(name)} for name in entry.authors])
    item.content(xml_safe(entry.content_html), type="html")
    if entry.summary:
        item.summary(xml_safe(entry.summary))
    if entry.rights:
        item.rights(xml_safe(entry.rights))


def _add_to_rss(item: Any, entry: EditionEntry) -> None:
    if is_web_url(entry.url):
        item.link(href=entry.url)
    if is_web_url(entry.comments_url):
        item.comments(entry.comments_url)


def _source_id(entry: EditionEntry, site: SiteFacts) -> str:
    """Say what identifies the source: its own id, else its address, else its place on our list of sources."""
    source = entry.source
    known = source.profile.feed_id or source.url
    return xml_safe(known) if known else f"{site.base_url}/sources#{quote(source.id)}"


class _FeedPart:
    """What feedgen cannot say about a feed."""

    edition: Edition
    page: str

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "dcterms": DCTERMS, "media": MEDIA}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        if not self.edition.description:
            for repeated in feed.findall("subtitle"):
                feed.remove(repeated)
        _pointer(feed, "link", rel="self", type=ATOM_TYPE, href=f"{self.page}.atom")
        return feed

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        channel = rss[0]
        _pointer(channel, f"{{{ATOM}}}link", rel="self", type=RSS_TYPE, href=f"{self.page}.rss")
        for built in channel.findall("lastBuildDate"):
            built.text = format_datetime(self.edition.updated_at)
        return rss


class _EntryPart:
    """What feedgen cannot say about an entry, or says wrongly."""

    entry: EditionEntry
    language: str | None
    source_id: str

    def extend_atom(self, element: etree._Element) -> etree._Element:
        entry = self.entry
        if self.language:
            element.set(XML_LANG, self.language)
        for link in self._links():
            _pointer(element, "link", **link)
        _text(element, "published", entry.published_at.isoformat())
        self._add_source(element)
        self._add_image(element)
        return element

    def _links(self) -> Iterator[dict[str, str | None]]:
        """Give the links in the order in which readers that take the first want them."""
        entry = self.entry
        yield {"rel": "alternate", "type": "text/html", "href": entry.url}
        for one in entry.enclosures:
            length = str(one.length or "")
            yield {"rel": "enclosure", "type": one.media_type, "href": one.url, "length": length, "title": one.title}
        yield from self._related()
        # Miniflux reads the link to comments only with this type.
        yield {"rel": "replies", "type": "text/html", "href": entry.comments_url}

    def _related(self) -> Iterator[dict[str, str | None]]:
        for one in self.entry.also:
            title = f"{one.source_title}: {one.title}"
            yield {"rel": "related", "type": "text/html", "href": one.url, "title": title}

    def _add_source(self, element: etree._Element) -> None:
        """Name the origin; its date is the entry's, since that of the document would change with every poll."""
        origin, profile = self.entry.source, self.entry.source.profile
        source = etree.SubElement(element, "source")
        _text(source, "id", self.source_id)
        _text(source, "title", origin.title)
        _text(source, "updated", self.entry.updated_at.isoformat())
        _pointer(source, "link", rel="self", href=origin.url)
        _pointer(source, "link", rel="alternate", type="text/html", href=profile.site_url)
        if profile.rights:
            _text(source, "rights", profile.rights)

    def _add_image(self, element: etree._Element) -> None:
        url = self.entry.image_url
        _pointer(element, f"{{{MEDIA}}}content", url=url, medium="image")
        _pointer(element, f"{{{MEDIA}}}thumbnail", url=url)

    def extend_rss(self, item: etree._Element) -> etree._Element:
        entry = self.entry
        self._add_texts(item)
        for name in entry.authors:
            _text(item, f"{{{DC}}}creator", name)
        _text(item, "pubDate", format_datetime(entry.published_at))
        if entry.updated_at != entry.published_at:
            _text(item, f"{{{DCTERMS}}}modified", entry.updated_at.isoformat())
        if self.language:
            _text(item, f"{{{DC}}}language", self.language)
        if entry.rights:
            _text(item, f"{{{DC}}}rights", entry.rights)
        address = entry.source.url or entry.source.profile.site_url
        if address is not None and is_web_url(address):
            etree.SubElement(item, "source", url=address).text = xml_safe(entry.source.title)
        self._add_enclosures(item)
        self._add_image(item)
        for link in self._related():
            _pointer(item, f"{{{ATOM}}}link", **link)
        return item

    def _add_texts(self, item: etree._Element) -> None:
        """Write the summary as markup, which a description is, and the content beside it."""
        content = xml_safe(self.entry.content_html)
        summary = escape(xml_safe(self.entry.summary), quote=False)
        if summary or content:
            _text(item, "description", summary or content)
        if content:
            _text(item, f"{{{CONTENT}}}encoded", content)

    def _add_enclosures(self, item: etree._Element) -> None:
        """Write the first as the enclosure, of which podcast players want exactly one, and the others as media."""
        for place, one in enumerate(self.entry.enclosures):
            if place == 0:
                _pointer(item, "enclosure", url=one.url, length=str(one.length or 0), type=one.media_type)
                continue
            size, duration = str(one.length or ""), str(one.duration_seconds or "")
            _pointer(item, f"{{{MEDIA}}}content", url=one.url, type=one.media_type, fileSize=size, duration=duration)


def _text(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = xml_safe(text)


def _pointer(parent: etree._Element, tag: str, **attributes: str | None) -> None:
    """Add an element that points somewhere, unless its ``href`` or ``url`` is no http or https address.

    Attributes without a value are left out.
    """
    if is_web_url(attributes.get("href") or attributes.get("url")):
        said = {name: xml_safe(value) for name, value in attributes.items() if value}
        etree.SubElement(parent, tag, said)
