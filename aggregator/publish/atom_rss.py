"""Write an edition as Atom and as RSS. The one place that knows feedgen.

feedgen 1.0.0 drops attributes of entry links, knows no ``replies``, writes half an ``atom:source``, one enclosure, no
RSS author without a mail address and dates by way of the process's locale. One pair of extensions writes all of these;
feedgen keeps the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model.edition import Edition, EditionEntry, SiteFacts
from aggregator.publish.clean import is_web_url, xml_safe
from aggregator.publish.elements import (
    NAMESPACES,
    Parts,
    add_extensions,
    add_pointer,
    add_text,
    named,
    parts_of,
    related_links,
)
from aggregator.publish.places import Places, places_of

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"
TTL_MINUTES = 15


def render_atom(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as an Atom feed; equal editions give equal bytes."""
    return atom_parts(edition, site, edition.entries).joined()


def render_rss(edition: Edition, site: SiteFacts) -> bytes:
    """Render an edition as RSS 2.0; equal editions give equal bytes."""
    return rss_parts(edition, site, edition.entries).joined()


def atom_parts(edition: Edition, site: SiteFacts, entries: Sequence[EditionEntry]) -> Parts:
    """Write the frame of an edition, and some of its entries, as Atom.

    There is no author of the feed, and none within ``atom:source``: readers would hand either down to the entries.

    Follows:
        RFC 4287; xml:lang and dates as its sections 2 and 3.3; RFC 5005, 4 (archives); WebSub, 4 (hub and self).
    """
    document: bytes = _feed(edition, site, entries, _add_to_atom).atom_str(pretty=True)
    return parts_of(document, b"  <entry", b"  </entry>\n")


def rss_parts(edition: Edition, site: SiteFacts, entries: Sequence[EditionEntry]) -> Parts:
    """Write the frame of an edition, and some of its entries, as RSS 2.0.

    Follows:
        RSS 2.0.11; RSS Best Practices Profile (one enclosure, ``atom:link`` to itself, ``content:encoded`` beside
        ``description``); Media RSS 1.5.1 for the image and for further enclosures.
    """
    document: bytes = _feed(edition, site, entries, _add_to_rss).rss_str(pretty=True)
    return parts_of(document, b"    <item", b"    </item>\n")


def _feed(
    edition: Edition, site: SiteFacts, entries: Sequence[EditionEntry], add: Callable[[Any, EditionEntry], None]
) -> Any:
    places = places_of(edition, site)
    feed = FeedGenerator()
    feed.register_extension("ours", _FeedPart, _EntryPart)
    feed.ours.edition = edition
    feed.ours.places = places
    feed.id(xml_safe(edition.feed_id))
    feed.title(xml_safe(edition.title))
    feed.updated(edition.updated_at)
    feed.link(href=places.page, rel="alternate", type="text/html")
    # The subtitle of Atom, too; RSS must have one.
    feed.description(xml_safe(edition.description or edition.title))
    feed.generator(xml_safe(site.generator))
    feed.ttl(TTL_MINUTES)
    if is_web_url(site.icon_url):
        feed.icon(site.icon_url)
    if edition.language:
        feed.language(edition.language)
    for entry in entries:
        item = feed.add_entry(order="append")
        item.ours.entry = entry
        item.ours.language = entry.language if entry.language != edition.language else None
        item.ours.source_id = _source_id(entry, site)
        item.id(xml_safe(entry.id))
        item.title(xml_safe(entry.title) or "Untitled")
        item.updated(entry.updated_at)
        own = [{"term": xml_safe(tag), "scheme": f"{site.base_url}/tags"} for tag in entry.source.tags]
        item.category([{"term": xml_safe(term)} for term in entry.categories] + own)
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
    places: Places

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        if not self.edition.description:
            for repeated in feed.findall("subtitle"):
                feed.remove(repeated)
        self._add_links(feed, "link", self.places.atom, ATOM_TYPE)
        if self.edition.final:
            etree.SubElement(feed, named("fh", "archive"))
        return feed

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        channel = rss[0]
        self._add_links(channel, f"{{{ATOM}}}link", self.places.rss, RSS_TYPE)
        for built in channel.findall("lastBuildDate"):
            built.text = format_datetime(self.edition.updated_at)
        return rss

    def _add_links(self, parent: etree._Element, tag: str, here: str | None, media_type: str) -> None:
        places = self.places
        add_pointer(parent, tag, rel="self", type=media_type, href=here)
        add_pointer(parent, tag, rel="hub", href=places.hub)
        archives = (("current", places.current), ("prev-archive", places.older), ("next-archive", places.newer))
        for rel, href in archives:
            # That of a private feed is relative: its address holds a secret.
            if href:
                etree.SubElement(parent, tag, rel=rel, type=ATOM_TYPE, href=href)


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
            add_pointer(element, "link", **link)
        self._add_replies(element)
        add_text(element, "published", entry.published_at.isoformat())
        self._add_source(element)
        add_extensions(element, entry)
        return element

    def _links(self) -> Iterator[dict[str, str | None]]:
        """Give the links in the order in which readers that take the first want them."""
        entry = self.entry
        yield {"rel": "alternate", "type": "text/html", "href": entry.url}
        for one in entry.enclosures:
            length = str(one.length or "")
            yield {"rel": "enclosure", "type": one.media_type, "href": one.url, "length": length, "title": one.title}
        yield from related_links(entry)

    def _add_replies(self, element: etree._Element) -> None:
        """Miniflux reads the link to comments only with this type."""
        link = add_pointer(element, "link", rel="replies", type="text/html", href=self.entry.comments_url)
        if link is not None and self.entry.extras.comments is not None:
            link.set(named("thr", "count"), str(self.entry.extras.comments))

    def _add_source(self, element: etree._Element) -> None:
        """Name the origin; its date is the entry's, since that of the document would change with every poll."""
        origin, profile = self.entry.source, self.entry.source.profile
        source = etree.SubElement(element, "source")
        add_text(source, "id", self.source_id)
        add_text(source, "title", origin.title)
        add_text(source, "updated", self.entry.updated_at.isoformat())
        add_pointer(source, "link", rel="self", href=origin.url)
        add_pointer(source, "link", rel="alternate", type="text/html", href=profile.site_url)
        if profile.rights:
            add_text(source, "rights", profile.rights)

    def extend_rss(self, item: etree._Element) -> etree._Element:
        entry = self.entry
        self._add_texts(item)
        for name in entry.authors:
            add_text(item, named("dc", "creator"), name)
        add_text(item, "pubDate", format_datetime(entry.published_at))
        if entry.updated_at != entry.published_at:
            add_text(item, named("dcterms", "modified"), entry.updated_at.isoformat())
        if self.language:
            add_text(item, named("dc", "language"), self.language)
        if entry.rights:
            add_text(item, named("dc", "rights"), entry.rights)
        if entry.extras.comments is not None:
            add_text(item, named("slash", "comments"), str(entry.extras.comments))
        address = entry.source.url or entry.source.profile.site_url
        if address is not None and is_web_url(address):
            etree.SubElement(item, "source", url=address).text = xml_safe(entry.source.title)
        self._add_enclosures(item)
        add_extensions(item, entry)
        for link in related_links(entry):
            add_pointer(item, f"{{{ATOM}}}link", **link)
        return item

    def _add_texts(self, item: etree._Element) -> None:
        """Write the summary as markup, which a description is, and the content beside it."""
        content = xml_safe(self.entry.content_html)
        summary = escape(xml_safe(self.entry.summary), quote=False)
        if summary or content:
            add_text(item, "description", summary or content)
        if content:
            add_text(item, f"{{{CONTENT}}}encoded", content)

    def _add_enclosures(self, item: etree._Element) -> None:
        """Write the first as the enclosure, of which podcast players want exactly one, and the others as media."""
        for place, one in enumerate(self.entry.enclosures):
            if place == 0:
                add_pointer(item, "enclosure", url=one.url, length=str(one.length or 0), type=one.media_type)
                continue
            size, duration = str(one.length or ""), str(one.duration_seconds or "")
            add_pointer(
                item, named("media", "content"), url=one.url, type=one.media_type, fileSize=size, duration=duration
            )
