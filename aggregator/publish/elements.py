"""XML elements that Atom and RSS share: what is said beside the standards, in the words of their extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from aggregator.model.edition import EditionEntry
from aggregator.model.extras import NO_EXTRAS
from aggregator.publish.clean import is_web_url, xml_safe

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "fh": "http://purl.org/syndication/history/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
}
_CHAPTERS_TYPE = "application/json+chapters"
_SPOKEN = ("audio/", "video/")


@dataclass(frozen=True, slots=True)
class Parts:
    """A document in parts, so that those of entries that stay as they are need not be written again.

    Attributes:
        head: All before the first entry.
        entries: The part of each entry.
        tail: All behind the last one.
        between: What stands between two entries.
    """

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes
    between: bytes = b""

    def joined(self) -> bytes:
        """Give the whole document."""
        return self.head + self.between.join(self.entries) + self.tail


def parts_of(document: bytes, start: bytes, end: bytes) -> Parts:
    r"""Take a document of one entry a block apart.

    No text can hold the borders, because ``<`` is escaped in it.

    Args:
        document: Written with indentation.
        start: With which the line of every entry begins.
        end: The line that ends an entry, with its line break.

    >>> parts_of(b"<a>\n <e>1</e>\n <e>2</e>\n</a>", b" <e>", b"</e>\n").entries
    (b' <e>1</e>\n', b' <e>2</e>\n')
    """
    first = document.find(start)
    if first < 0:
        # An element without entries is closed by the last line, or the last two.
        closing = document.rfind(b"\n", 0, -1) + 1
        if document.startswith(b"</rss", closing):
            closing = document.rfind(b"\n", 0, closing - 1) + 1
        return Parts(document[:closing], (), document[closing:])
    *blocks, tail = document[first:].split(end)
    return Parts(document[:first], tuple(block + end for block in blocks), tail)


def named(prefix: str, name: str) -> str:
    """Name an element as lxml wants it.

    >>> named("dc", "creator")
    '{http://purl.org/dc/elements/1.1/}creator'
    """
    return f"{{{NAMESPACES[prefix]}}}{name}"


def add_text(parent: etree._Element, tag: str, text: str, **attributes: str | None) -> None:
    """Add an element with a text; attributes without a value are left out."""
    said = {name: xml_safe(value) for name, value in attributes.items() if value}
    etree.SubElement(parent, tag, said).text = xml_safe(text)


def add_pointer(parent: etree._Element, tag: str, **attributes: str | None) -> etree._Element | None:
    """Add an element that points somewhere, unless its ``href`` or ``url`` is no http or https address.

    Attributes without a value are left out.
    """
    if not is_web_url(attributes.get("href") or attributes.get("url")):
        return None
    said = {name: xml_safe(value) for name, value in attributes.items() if value}
    return etree.SubElement(parent, tag, said)


def related_links(entry: EditionEntry) -> Iterator[dict[str, str | None]]:
    """Give the links to those who tell the same, to where the publisher has it from, and to its licence."""
    for one in entry.also:
        title = f"{one.source_title}: {one.title}"
        yield {"rel": "related", "type": "text/html", "href": one.url, "title": title}
    yield {"rel": "via", "href": entry.extras.source_url, "title": entry.extras.source_title}
    # RFC 4946
    yield {"rel": "license", "href": entry.extras.license_url}


def add_extensions(element: etree._Element, entry: EditionEntry) -> None:
    """Add the lead image, and what podcasts, places and threads say.

    Follows:
        Media RSS 1.5.1; Apple's and the Podcast Index' namespaces; GeoRSS Simple; RFC 4685 (threads).
    """
    add_pointer(element, named("media", "content"), url=entry.image_url, medium="image")
    add_pointer(element, named("media", "thumbnail"), url=entry.image_url)
    extras = entry.extras
    spoken = next((one for one in entry.enclosures if one.media_type.startswith(_SPOKEN)), None)
    if spoken is not None:
        if spoken.duration_seconds:
            add_text(element, named("itunes", "duration"), str(spoken.duration_seconds))
        if is_web_url(entry.image_url):
            etree.SubElement(element, named("itunes", "image"), href=xml_safe(entry.image_url or ""))
    if extras is NO_EXTRAS or extras == NO_EXTRAS:
        return
    _add_episode(element, entry)
    if extras.place is not None:
        add_text(element, named("georss", "point"), f"{extras.place[0]:.10g} {extras.place[1]:.10g}")
    if extras.reply_to:
        etree.SubElement(element, named("thr", "in-reply-to"), ref=xml_safe(extras.reply_to))


def _add_episode(element: etree._Element, entry: EditionEntry) -> None:
    extras = entry.extras
    if extras.explicit is not None:
        # In the old words, which every player and validator knows, and feedparser only these.
        add_text(element, named("itunes", "explicit"), "yes" if extras.explicit else "clean")
    for name, number in (("season", extras.season), ("episode", extras.episode)):
        # Players refuse what is no number; JSON Feed has it as it was written.
        if number is not None and number.isascii() and number.isdecimal() and int(number):
            add_text(element, named("itunes", name), number)
    add_pointer(element, named("podcast", "chapters"), url=extras.chapters_url, type=_CHAPTERS_TYPE)
    for text in extras.transcripts:
        add_pointer(element, named("podcast", "transcript"), url=text.url, type=text.media_type, language=text.language)
    for one in extras.people:
        href = one.url if is_web_url(one.url) else None
        add_text(element, named("podcast", "person"), one.name, role=one.role, href=href)
