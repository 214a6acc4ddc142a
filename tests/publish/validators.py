"""What must hold for every document that we publish: the standards, and what the makers of readers taught.

Each function gives complaints, so that a test shows all of them at once; none means that the document is fit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import zip_longest
from typing import Any

from lxml import etree, html

ATOM = "http://www.w3.org/2005/Atom"
NS = {
    "a": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "fh": "http://purl.org/syndication/history/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
}
RELATIONS = {"alternate", "enclosure", "related", "via", "license", "replies"}
MAX_SUMMARY_CHARS = 2_000
_URI = re.compile(r"(?:https?://|tag:|urn:)\S+", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)")
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_TITLE = re.compile(r"[\n\t\u202a-\u202e\u2066-\u2069\ufffd]")


def find(node: Any, path: str) -> list[Any]:
    found: list[Any] = node.xpath(path, namespaces=NS)
    return found


def atom_complaints(body: bytes, *, private: bool = False) -> list[str]:
    """Check an Atom document, beyond its grammar."""
    feed = etree.fromstring(body)
    said = list(_atom_frame(feed, private=private))
    entries = find(feed, "a:entry")
    for number, entry in enumerate(entries):
        said += [f"entry {number}: {one}" for one in _atom_entry(entry)]
    said += _repeated([entry.findtext(f"{{{ATOM}}}id") or "" for entry in entries])
    return said + list(_characters(body))


def _atom_frame(feed: Any, *, private: bool) -> Iterator[str]:
    links = {one.get("rel"): one.get("href") for one in find(feed, "a:link")}
    if find(feed, "a:author | a:contributor"):
        yield "an author of the feed is handed down to its entries by newsboat, Miniflux and NetNewsWire"
    if not _URI.fullmatch(find(feed, "string(a:id)")):
        yield "the id of the feed is no URI"
    if not _INSTANT.fullmatch(find(feed, "string(a:updated)")):
        yield "the feed has no date"
    for rel in ("alternate", *(() if private else ("self",))):
        if not _WEB.fullmatch(links.get(rel) or ""):
            yield f"no absolute link with rel={rel}"
    if private and {"self", "hub"} & links.keys():
        yield "a private feed names itself or a hub"
    if not private and any(not _WEB.fullmatch(href) for href in links.values()):
        yield "a relative link of the feed"
    if not find(feed, "a:generator"):
        yield "no generator"
    if find(feed, "fh:archive") and "current" not in links:
        yield "an archive does not name the feed that it belongs to (RFC 5005, 4)"


def _atom_entry(entry: Any) -> Iterator[str]:
    links = [dict(one.attrib) for one in find(entry, "a:link")]
    if not find(entry, "a:author/a:name[normalize-space()]"):
        yield "no author (RFC 4287, 4.1.2)"
    if find(entry, "a:source/a:author"):
        yield "an author within the source is taken for one of the entry by NetNewsWire"
    for name in ("id", "title", "updated"):
        if not find(entry, f"normalize-space(a:source/a:{name})"):
            yield f"the source has no {name}"
    if find(entry, "a:source/a:link[@rel='hub']") or any(one.get("rel") in {"hub", "self"} for one in links):
        yield "a hub, or a self outside the source: readers would subscribe to the publisher"
    if not _URI.fullmatch(find(entry, "string(a:id)")):
        yield "the id is no URI"
    yield from _title(find(entry, "string(a:title)"), find(entry, "string(a:title/@type)"))
    yield from _dates(find(entry, "string(a:published)"), find(entry, "string(a:updated)"))
    yield from _links(links)
    if len(find(entry, "a:content[@type='html']")) != 1:
        yield "no content of type html"
    yield from _content(find(entry, "string(a:content)"), pictured=bool(find(entry, "media:thumbnail")))
    if find(entry, "a:summary[@type and @type != 'text']") or len(find(entry, "string(a:summary)")) > MAX_SUMMARY_CHARS:
        yield "the summary is no short plain text"


def _links(links: list[dict[str, str]]) -> Iterator[str]:
    if [one["rel"] for one in links if one["rel"] == "alternate"] not in ([], ["alternate"]):
        yield "more than one alternate"
    if any(one["rel"] == "alternate" for one in links[1:]):
        yield "readers take the first link: it has to be the alternate"
    for one in links:
        if one["rel"] not in RELATIONS:
            yield f"a link with rel={one['rel']}"
        if not _WEB.fullmatch(one["href"]):
            yield f"a link to {one['href']!r}"
        if one["rel"] == "enclosure" and ("/" not in one.get("type", "") or not one.get("length", "1").isdigit()):
            yield "an enclosure without type, or with a length that is no number"
        if one["rel"] == "replies" and one.get("type") != "text/html":
            yield "Miniflux reads replies with type text/html only"
        if one["rel"] == "related" and not one.get("title"):
            yield "a related link without a title"


def rss_complaints(body: bytes, *, private: bool = False) -> list[str]:
    """Check an RSS document."""
    root = etree.fromstring(body)
    said = []
    if root.tag != "rss" or root.get("version") != "2.0":
        said.append("no RSS 2.0")
    if find(root, "channel/managingEditor | channel/webMaster | channel/dc:creator"):
        said.append("an author of the channel")
    if bool(find(root, "channel/a:link[@rel='self']")) is private:
        said.append("a channel without atom:link to itself, or a private one with it")
    said += [f"the channel has no {one}" for one in ("title", "link", "description", "ttl") if not _says(root, one)]
    items = find(root, "channel/item")
    for number, item in enumerate(items):
        said += [f"item {number}: {one}" for one in _rss_item(item)]
    said += _repeated([item.findtext("guid") or "" for item in items])
    return said + list(_characters(body))


def _says(root: Any, name: str) -> bool:
    return bool(find(root, f"normalize-space(channel/{name})"))


def _rss_item(item: Any) -> Iterator[str]:
    if find(item, "guid/@isPermaLink") != ["false"]:
        yield "Feedly uses a guid as link unless isPermaLink=false"
    if find(item, "author"):
        yield "author demands a mail address"
    if not find(item, "dc:creator[normalize-space()]"):
        yield "no author"
    yield from _title(find(item, "string(title)"), "")
    for link in find(
        item, "link/text() | comments/text() | source/@url | enclosure/@url | media:*/@url | a:link/@href"
    ):
        if not _WEB.fullmatch(link):
            yield f"a link to {link!r}"
    try:
        parsedate_to_datetime(find(item, "string(pubDate)"))
    except ValueError:
        yield "no date"
    enclosures = find(item, "enclosure")
    if len(enclosures) > 1 or any(set(one.attrib) != {"url", "length", "type"} for one in enclosures):
        yield "podcast players want one enclosure with url, length and type"
    if find(item, "content:encoded") and not find(item, "description"):
        yield "content without a description"
    markup = find(item, "string(content:encoded)") or find(item, "string(description)")
    yield from _content(markup, pictured=bool(find(item, "media:thumbnail")))


def json_complaints(body: bytes, *, private: bool = False) -> list[str]:
    """Check a JSON Feed, beyond its schema."""
    feed = json.loads(body)
    said = []
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title"):
        said.append("no JSON Feed 1.1")
    if "items" not in feed:
        said.append("NetNewsWire wants items")
    if {"author", "authors"} & feed.keys():
        said.append("an author of the feed")
    if ("feed_url" in feed) is private or (private and "hubs" in feed):
        said.append("a feed that does not name itself, or a private one that does")
    for number, item in enumerate(feed.get("items", ())):
        said += [f"item {number}: {one}" for one in _json_item(item)]
    said += _repeated([str(item.get("id")) for item in feed.get("items", ())])
    return said + list(_characters(body))


def _json_item(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not _URI.fullmatch(item["id"]):
        yield "the id is no URI"
    if not isinstance(item.get("content_html"), str):
        yield "NetNewsWire drops an item without content"
    if not all(one.get("name") for one in item.get("authors", [{}])):
        yield "no author"
    yield from _title(item.get("title", ""), "")
    yield from _dates(item.get("date_published", ""), item.get("date_modified", ""))
    for one in item.get("attachments", ()):
        if "/" not in one.get("mime_type", "") or not _WEB.fullmatch(one.get("url", "")):
            yield "NetNewsWire drops an attachment without a type"
    if not all(_WEB.fullmatch(item[name]) for name in ("url", "image") if name in item):
        yield "a link that leads nowhere"
    if not item.get("_aggregator", {}).get("about"):
        yield "an extension says in about what it is"
    yield from _content(item.get("content_html", ""), pictured="image" in item)


def _title(title: str, kind: str) -> Iterator[str]:
    if not title.strip() or kind not in {"", "text"}:
        yield "no title in plain text"
    if _TITLE.search(title):
        yield "a title with line breaks, damaged characters or such as turn the line around"


def _dates(published: str, updated: str) -> Iterator[str]:
    if not (_INSTANT.fullmatch(published) and _INSTANT.fullmatch(updated)):
        yield "no date in UTC to the second"
    elif datetime.fromisoformat(updated) < datetime.fromisoformat(published):
        yield "updated before it was published"


def _content(markup: str, *, pictured: bool) -> Iterator[str]:
    """Check markup: nothing runs, nothing is relative, and a picture that is told of is in it."""
    if not markup:
        if pictured:
            yield "readers that ignore Media RSS see no picture"
        return
    root = html.fragment_fromstring(markup, create_parent="div")
    nodes = [one for one in root.iter() if isinstance(one.tag, str)]
    if any(one.tag in {"script", "style", "iframe", "object", "embed", "form", "base"} for one in nodes):
        # Players of known hosts are the exception that normalising makes.
        foreign = [one.get("src") for one in nodes if one.tag == "iframe"]
        if not foreign or not all(str(src).startswith("https://") for src in foreign):
            yield "an element that runs or takes over"
    for one in nodes:
        for name, value in one.attrib.items():
            if name.startswith("on") or name in {"style", "srcset"}:
                yield f"an attribute {name}"
            if name in {"href", "src", "poster"} and not re.match(r"\s*(?:https?:/|mailto:)", value, re.IGNORECASE):
                yield f"{name} leads to {value[:60]!r}"
    if pictured and not any(one.tag == "img" for one in nodes):
        yield "readers that ignore Media RSS see no picture"


def _repeated(ids: list[str]) -> list[str]:
    return [f"two entries have the id {one!r}" for one in sorted({one for one in ids if ids.count(one) > 1})]


def _characters(body: bytes) -> Iterator[str]:
    if found := _BAD.search(body.decode()):
        yield f"a character that XML forbids or discourages: {found[0]!r}"


def differences(atom: bytes, rss: bytes, feed: bytes) -> list[str]:
    """Compare the entries of the three formats, field by field."""
    triples = zip_longest(_of_atom(atom), _of_rss(rss), _of_json(feed))
    return [
        f"entry {number}: {name}: {[one.get(name) if one else None for one in triple]}"
        for number, triple in enumerate(triples)
        for name in ("id", "title", "url", "published", "updated", "authors", "tags", "content", "enclosures", "also")
        if len({repr(one.get(name) if one else None) for one in triple}) > 1
    ]


def _of_atom(body: bytes) -> Iterator[dict[str, Any]]:
    for entry in find(etree.fromstring(body), "a:entry"):
        yield {
            "id": find(entry, "string(a:id)"),
            "title": find(entry, "string(a:title)"),
            "url": find(entry, "string(a:link[@rel='alternate']/@href)"),
            "published": datetime.fromisoformat(find(entry, "string(a:published)")),
            "updated": datetime.fromisoformat(find(entry, "string(a:updated)")),
            "authors": find(entry, "a:author/a:name/text()"),
            "tags": list(dict.fromkeys(find(entry, "a:category/@term"))),
            "content": find(entry, "string(a:content)"),
            "enclosures": find(entry, "a:link[@rel='enclosure']/@href"),
            "also": find(entry, "a:link[@rel='related']/@href"),
        }


def _of_rss(body: bytes) -> Iterator[dict[str, Any]]:
    for item in find(etree.fromstring(body), "channel/item"):
        # What comes with Python takes the year 1 for 2001.
        published = datetime.strptime(find(item, "string(pubDate)"), "%a, %d %b %Y %H:%M:%S %z")
        modified = find(item, "string(dcterms:modified)")
        yield {
            "id": find(item, "string(guid)"),
            "title": find(item, "string(title)"),
            "url": find(item, "string(link)"),
            "published": published,
            "updated": datetime.fromisoformat(modified) if modified else published,
            "authors": find(item, "dc:creator/text()"),
            "tags": list(dict.fromkeys(find(item, "category/text()"))),
            "content": find(item, "string(content:encoded)"),
            "enclosures": find(item, "enclosure/@url | media:content[not(@medium)]/@url"),
            "also": find(item, "a:link[@rel='related']/@href"),
        }


def _of_json(body: bytes) -> Iterator[dict[str, Any]]:
    for item in json.loads(body)["items"]:
        yield {
            "id": item["id"],
            "title": item["title"],
            "url": item.get("url", ""),
            "published": datetime.fromisoformat(item["date_published"]),
            "updated": datetime.fromisoformat(item["date_modified"]),
            "authors": [one["name"] for one in item["authors"]],
            "tags": item.get("tags", []),
            "content": item["content_html"],
            "enclosures": [one["url"] for one in item.get("attachments", [])],
            "also": [one["url"] for one in item["_aggregator"].get("also", [])],
        }
