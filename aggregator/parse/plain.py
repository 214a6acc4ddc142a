"""Items that leave nothing to interpret, read without feedparser; what it would say of them, at a tenth of the price.

An item is plain when every element and attribute of it is among a few well-known ones, none occurs twice, and each
value has a form in which feedparser changes nothing. Anything else makes the item somebody else's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from aggregator.model.parsed import ParsedEntry
from aggregator.parse.encoding import Encoded
from aggregator.parse.plain_atom import ATOM, read_entry
from aggregator.parse.plain_rss import read_item
from aggregator.parse.plain_values import NotPlain

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")


def read_plain(
    document: bytes, language: str | None, encoding: str | None = None
) -> tuple[ParsedEntry | None, ...] | None:
    """Read the items of an RSS 2.0 or Atom 1.0 document in UTF-8.

    Args:
        document: All of it.
        language: Of the answer, as its header says.
        encoding: Is believed before what the document declares.

    Returns:
        The items in their order, None in the place of each that is not plain; None alone when the document is
        another format or not well-formed.
    """
    parser = etree.XMLParser(
        encoding=encoding, resolve_entities=False, no_network=True, huge_tree=False, collect_ids=False
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.LxmlError, ValueError):
        return None
    if root.tag == f"{ATOM}feed":
        return _read_all(root, f"{ATOM}entry", read_entry, _inherited(language, root))
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None or len(root.findall("channel")) > 1:
        return None
    return _read_all(channel, "item", read_item, _inherited(language, root, channel))


def is_utf8(head: bytes, settled: Encoded, headers: Mapping[str, str]) -> bool:
    """Say whether a document is in UTF-8, or in ASCII that nothing calls otherwise, so that nobody has to guess."""
    if settled.encoding:
        return settled.encoding == "utf-8"
    told = _CHARSET.search(headers.get("content-type", ""))
    written = _DECLARED.match(head)
    names = {name.lower() for name in (told and told[1], written and written[1].decode("latin-1")) if name}
    return names <= {"utf-8"} and settled.body.isascii()


def _inherited(language: str | None, *owners: etree._Element) -> str | None:
    for owner in owners:
        said = owner.get(_LANG, owner.get("lang"))
        if said is not None:
            language = said or None
    return language.replace("_", "-") if language else None


def _read_all(
    parent: etree._Element, name: str, read: Callable[[etree._Element, str | None], ParsedEntry], language: str | None
) -> tuple[ParsedEntry | None, ...]:
    found: list[ParsedEntry | None] = []
    for item in parent.iterchildren(name):
        try:
            found.append(read(item, language))
        except NotPlain:
            found.append(None)
    return tuple(found)
