"""Markup as somebody else's parser sees it: html5lib, which follows the algorithm of browsers."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _words(
    """
    address article aside blockquote br center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6
    header hr li main nav ol option p pre section select summary table tbody td tfoot th thead tr ul
    """
)
ACTIVE = _words(
    """
    script style iframe frame frameset object embed applet base link meta form input button textarea select svg math
    template noscript portal isindex bgsound
    """
)
ADDRESSES = _words("href src action formaction poster background data cite longdesc dynsrc lowsrc srcset xlink:href")
SILENT = _words("script style template !-- iframe noframes noembed svg math title")


@dataclass(frozen=True)
class Seen:
    """What is there: the text on one line, elements, attributes with their values, addresses."""

    text: str
    elements: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(value.strip() for name, value in self.attributes if name in ADDRESSES)

    def dangers(self, schemes: tuple[str, ...] = ("http://", "https://", "mailto:")) -> list[str]:
        """List what should not be there: active elements, handlers, styles, addresses of any other scheme."""
        found = [name for name in self.elements if name in ACTIVE]
        found += [name for name, _ in self.attributes if name.startswith("on") or name in {"style", "srcset", "srcdoc"}]
        return found + [address for address in self.addresses if not address.lower().startswith(schemes)]


def look(html: str) -> Seen:
    """Parse markup as the body of a page."""
    body = html5lib.parse(f"<!doctype html><body>{html}", namespaceHTMLElements=False).find("body")
    texts: list[str] = []
    elements: list[str] = []
    attributes: list[tuple[str, str]] = []

    def walk(element: Element) -> None:
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "!--"
        if element is not body and name != "!--":
            elements.append(name)
            attributes.extend((str(key).rpartition("}")[2], value) for key, value in element.attrib.items())
        silent = name in SILENT
        gap = " " if name in BLOCKS else ""
        texts.append(gap + ("" if silent else element.text or ""))
        for child in [] if silent else element:
            walk(child)
        texts.append(gap)
        if element is not body:
            texts.append(element.tail or "")

    walk(body)
    return Seen(" ".join("".join(texts).split()), tuple(elements), tuple(attributes))
