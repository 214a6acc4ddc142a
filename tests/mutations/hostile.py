"""Documents that are made to cost time or memory, or to reach out; each with what it attacks in its name.

Those that would be refused for their size alone are sent compressed: they stay just below what a document may
grow to.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import brotli
import zstandard

MOST = 9_900_000
"""Ten million bytes are the most that a document of a source with the usual settings may unpack to."""
NEVER = "http://127.0.0.1:{port}/never"
"""Whoever asks for this was tricked by a document."""

_SPACES = (
    b"xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    b"xmlns:media='http://search.yahoo.com/mrss/' xmlns:georss='http://www.georss.org/georss' "
    b"xmlns:psc='http://podlove.org/simple-chapters' xmlns:podcast='https://podcastindex.org/namespace/1.0' "
    b"xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
)
_XML = "application/xml"
_JSON = "application/feed+json"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One document, as it goes over the wire."""

    body: bytes
    media_type: str = _XML
    encoding: str = ""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        coded = (("Content-Encoding", self.encoding),) if self.encoding else ()
        return (("Content-Type", self.media_type), *coded)


def rss(inside: bytes, before: bytes = b"") -> bytes:
    return before + b"<rss version='2.0' " + _SPACES + b"><channel><title>T</title>" + inside + b"</channel></rss>"


def item(inside: bytes) -> bytes:
    return rss(b"<item><guid>1</guid><link>https://a.example/1</link>" + inside + b"</item>")


def atom(inside: bytes) -> bytes:
    return b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>urn:a:1</id>" + inside + b"</entry></feed>"


def labelled(encoding: bytes, body: bytes) -> bytes:
    return b"<?xml version='1.0' encoding='" + encoding + b"'?>" + body


def json_feed(items: bytes) -> bytes:
    return b'{"version":"https://jsonfeed.org/version/1","items":[' + items + b"]}"


def text(markup: bytes) -> bytes:
    return item(b"<content:encoded><![CDATA[" + markup + b"]]></content:encoded>")


def fill(piece: bytes, size: int = MOST - 2_000) -> bytes:
    return piece * (size // len(piece))


def _laughs() -> bytes:
    levels = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return rss(b"<item><title>&l9;</title></item>", b'<!DOCTYPE rss [<!ENTITY l0 "lol">' + levels + b"]>")


def _quadratic() -> bytes:
    return rss(
        b"<item><title>" + b"&a;" * 50_000 + b"</title></item>",
        b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 50_000 + b'">]>',
    )


def _reaching_out(port: int) -> bytes:
    never = NEVER.format(port=port).encode()
    return rss(
        b"<item><title>&x;%p;</title><link>https://a.example/</link><guid>1</guid>"
        b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='" + never + b"'/>"
        b"<content:encoded xsi:schemaLocation='urn:x " + never + b"'>t</content:encoded></item>",
        b"<?xml-stylesheet href='"
        + never
        + b"'?><!DOCTYPE rss SYSTEM '"
        + never
        + b"' [<!ENTITY x SYSTEM '"
        + never
        + b"'><!ENTITY % p SYSTEM '"
        + never
        + b"'> %p; <!ENTITY f SYSTEM 'file:///etc/passwd'>]>",
    )


_BODIES: Mapping[str, Callable[[], bytes]] = {
    "entities that laugh": _laughs,
    "entities that grow as a square": _quadratic,
    "entities in a circle": lambda: rss(
        b"<item><title>&a;</title></item>", b'<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'
    ),
    "entities by the hundred thousand": lambda: rss(
        b"", b"<!DOCTYPE rss [" + b"".join(b"<!ENTITY e%d 'x'>" % n for n in range(200_000)) + b"]>"
    ),
    "a document type that does not end": lambda: b"<!DOCTYPE rss [" + fill(b"<!ENTITY a 'b'>"),
    "elements nested deep": lambda: item(b"<x>" * 100_000),
    "elements nested deep and closed": lambda: item(b"<x>" * 100_000 + b"</x>" * 100_000),
    "markup nested deep": lambda: text(b"<div>" * 100_000),
    "markup of links that do not end": lambda: text(b"<a href=x>" * 400_000),
    "markup of tables that do not end": lambda: text(b"<table><tr><td>" * 60_000),
    "xhtml nested deep": lambda: atom(b"<content type='xhtml'>" + b"<div>" * 100_000),
    "an attribute of ten million bytes": lambda: item(b"<x y='" + fill(b"z") + b"'/>"),
    "attributes by the fifty thousand": lambda: item(
        b"<x " + b" ".join(b"a%d='%d'" % (n, n) for n in range(50_000)) + b"/>"
    ),
    "attributes by the million in markup": lambda: text(b"<p " + fill(b"a=b ", 4_000_000) + b">"),
    "namespaces by the fifty thousand": lambda: item(
        b"<x " + b" ".join(b"xmlns:n%d='u:%d'" % (n, n) for n in range(50_000)) + b"/>"
    ),
    "names by the hundred thousand": lambda: item(b"".join(b"<x%d>1</x%d>" % (n, n) for n in range(100_000))),
    "a million items": lambda: rss(b"<item/>" * 1_000_000),
    "items by the hundred thousand": lambda: rss(
        b"".join(b"<item><guid>%d</guid><title>t</title></item>" % n for n in range(100_000))
    ),
    "items within items": lambda: rss(b"<item>" * 200_000),
    "comments in a text": lambda: text(b"<!--" * 100_000),
    "comments that do not end": lambda: rss(b"<item><title>t</title><!--" + fill(b"-")),
    "a section that does not end": lambda: rss(b"<item><title><![CDATA[" + fill(b"]")),
    "sections by the hundred thousand": lambda: item(b"<title>" + fill(b"<![CDATA[x]]>", 4_000_000) + b"</title>"),
    "instructions that do not end": lambda: fill(b"<?x "),
    "ampersands": lambda: item(b"<title>" + fill(b"&") + b"</title>"),
    "ampersands in a text": lambda: text(fill(b"&")),
    "references without an end": lambda: item(b"<description>" + fill(b"&#") + b"</description>"),
    "angle brackets": lambda: item(b"<title>" + fill(b"<")),
    "angle brackets in a text": lambda: text(fill(b"<")),
    "quotation marks": lambda: item(b"<x a=" + fill(b"\"'")),
    "a declaration that does not end": lambda: item(fill(b"<!")),
    "an author for patient expressions": lambda: item(b"<author>a@" + b"a." * 32_000 + b"!</author>"),
    "authors in brackets": lambda: item(b"<author>" + b"(" * 100_000 + b"</author><author>" + b"a@b (" * 50_000),
    "authors by the hundred thousand": lambda: item(b"<dc:creator>a@b.example (J)</dc:creator>" * 60_000),
    "categories by the hundred thousand": lambda: item(b"<category>c</category>" * 200_000),
    "enclosures by the hundred thousand": lambda: item(b"<enclosure url='https://a.example/'/>" * 100_000),
    "people by the hundred thousand": lambda: item(b"<podcast:person>J</podcast:person>" * 200_000),
    "chapters by the hundred thousand": lambda: item(
        b"<psc:chapters>" + b"<psc:chapter start='1:2' title='t'/>" * 100_000 + b"</psc:chapters>"
    ),
    "places by the million": lambda: item(b"<georss:polygon>" + fill(b"1.5 2.5 ", 8_000_000) + b"</georss:polygon>"),
    "groups within groups": lambda: item(b"<media:group><media:content url='x'>" * 100_000),
    "a guid of millions": lambda: rss(b"<item><guid>" + fill(b"g") + b"</guid></item>"),
    "a title of millions": lambda: item(b"<title>" + fill(b"t ") + b"</title>"),
    "a title of millions of tags": lambda: item(b"<title><![CDATA[" + fill(b"<b>x</b>") + b"]]></title>"),
    "a title escaped a thousand times": lambda: item(b"<title>&" + b"amp;" * 1_000_000 + b"lt;</title>"),
    "a link of millions": lambda: item(b"<link>https://a.example/" + fill(b"../", 5_000_000) + b"</link>"),
    "a date of millions": lambda: item(b"<pubDate>" + fill(b"1 ", 5_000_000) + b"</pubDate>"),
    "a date of commas": lambda: item(b"<pubDate>Mon, " + b"," * 1_000_000 + b"</pubDate>"),
    "a duration of millions": lambda: item(
        b"<itunes:duration>" + fill(b"1:", 2_000_000) + b"</itunes:duration><enclosure url='https://a.example/1'/>"
    ),
    "a language of millions": lambda: rss(
        b"<language>" + fill(b"en-", 3_000_000) + b"</language><item><guid>1</guid></item>"
    ),
    "pictures for patient expressions": lambda: text(fill(b"<img data-src=x srcset=' ", 4_000_000)),
    "frames for patient expressions": lambda: text(fill(b"<iframe src=x ", 4_000_000)),
    "pictures by the million": lambda: text(fill(b"<img src='https://a.example/'>", 6_000_000)),
    "a srcset of millions": lambda: text(b"<img srcset='" + fill(b"x 1w, ", 3_000_000) + b"'>"),
    "styles for patient expressions": lambda: text(b"<img src=x style='" + fill(b"display : ", 3_000_000) + b"'>"),
    "bytes that are none": lambda: atom(
        b"<content type='application/x' mode='base64'>" + fill(b"AAA=") + b"</content>"
    ),
    "a web page of millions": lambda: b"<!doctype html><html><h1>502</h1>" + fill(b"<p>Bad gateway</p>"),
    "a web page of links": lambda: (
        b"<!doctype html><html>" + fill(b"<link rel=alternate type=application/rss+xml href=/x>")
    ),
    "a web page that does not end": lambda: b"<!doctype html>" + fill(b"<link rel=alternate "),
    "blanks before nothing": lambda: fill(b" \n"),
    "utf-16 of millions": lambda: item(b"<title>" + b"t" * 4_900_000 + b"</title>").decode().encode("utf-16"),
    "utf-32 of millions": lambda: item(b"<title>" + b"t" * 2_400_000 + b"</title>").decode().encode("utf-32"),
    "utf-7": lambda: labelled(b"utf-7", item(b"<title>" + fill(b"+ADw-", 5_000_000) + b"</title>")),
    "punycode": lambda: labelled(b"punycode", item(b"<title>" + b"\xe9-" + b"z9" * 500_000)),
    "names of hosts for an encoding": lambda: labelled(b"idna", item(b"\xe9" + b"a." * 500_000)),
    "stray bytes": lambda: item(b"<title>" + fill(b"\xc3\xa9\xff") + b"</title>"),
    "NUL": lambda: item(b"<title>" + fill(b"\0")),
    "escapes in an encoding": lambda: labelled(b"iso-2022-jp", item(fill(b"\x1b$B\x1b(B", 5_000_000))),
}
_JSON_BODIES: Mapping[str, Callable[[], bytes]] = {
    "JSON nested deep": lambda: json_feed(b"[" * 100_000),
    "JSON objects nested deep": lambda: b'{"a":' * 1_000_000,
    "JSON of a number": lambda: json_feed(b'{"id":' + b"9" * 1_000_000 + b"}"),
    "JSON of a broken number": lambda: json_feed(b'{"id":0.' + b"9" * 1_000_000 + b"e9}"),
    "JSON of a million items": lambda: json_feed(b'{"id":1},' * 1_000_000 + b"{}"),
    "JSON of empty things": lambda: json_feed(b"[]," * 3_000_000 + b"1"),
    "JSON of escapes": lambda: json_feed(b'{"id":1,"title":"' + fill(b"\\ud800") + b'"}'),
    "JSON of tags": lambda: json_feed(b'{"id":1,"tags":[' + b'"a",' * 2_000_000 + b'"b"]}'),
}

DOCUMENTS = tuple(_BODIES) + tuple(_JSON_BODIES)
"""The names of the documents that are hostile by what stands in them."""


def unpacked(name: str) -> tuple[bytes, str]:
    """Give the document as a reader sees it, with its media type."""
    return (_BODIES[name](), _XML) if name in _BODIES else (_JSON_BODIES[name](), _JSON)


@cache
def _zeros() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(1024)) + packer.flush()


def bombs(port: int) -> dict[str, Hostile]:
    """Give what is hostile on the wire: bombs of all encodings, and what wants something else to be fetched."""
    zeros = b" " * 200_000_000
    return {
        "a gzip bomb": Hostile(_zeros(), encoding="gzip"),
        "a gzip bomb in gzip": Hostile(gzip.compress(_zeros(), 9), encoding="gzip, gzip"),
        "a brotli bomb": Hostile(brotli.compress(zeros, quality=5), encoding="br"),
        "a zstd bomb": Hostile(zstandard.compress(zeros, 3), encoding="zstd"),
        "a deflate bomb": Hostile(zlib.compress(zeros, 9), encoding="deflate"),
        "what reaches out": Hostile(_reaching_out(port)),
    }


def on_the_wire(name: str) -> Hostile:
    """Give a document as its server sends it: compressed, or it would be refused for its size."""
    body, media_type = unpacked(name)
    return Hostile(gzip.compress(body, 1), media_type, "gzip")
