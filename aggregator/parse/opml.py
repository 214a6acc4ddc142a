"""Subscription lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from aggregator.errors import FormatError
from aggregator.model.outline import Outline
from aggregator.parse.recovering import parse_xml
from aggregator.text.characters import one_line

_MAX_BYTES = 5_000_000
_MAX_OUTLINES = 10_000
_MAX_DEPTH = 20
_FRESHRSS = "{https://freshrss.org/opml}"
_SCRAPED = frozenset({"html", "xml", "json"})
_FEED_SCHEME = re.compile(r"\Afeed:(?://)?(?=https?:)|\Afeed(?=://)", re.IGNORECASE)


def read_opml(content: bytes) -> tuple[Outline, ...]:
    """Read the feeds of an OPML list, in its order; broken XML is read as far as it goes.

    Follows:
        OPML 2.0, subscription lists. ``feed://`` and ``feed:https://`` addresses are read as the web addresses
        that they stand for.

    Raises:
        FormatError: This is no OPML, or larger than 5 MB, 10,000 outlines or 20 levels, or it declares entities.
    """
    if len(content) > _MAX_BYTES:
        raise FormatError(f"the list is larger than {_MAX_BYTES // 1_000_000} MB")
    if b"<!ENTITY" in content.replace(b"\0", b""):
        raise FormatError("the list declares entities, which are not read for safety")
    root = parse_xml(content)
    if root is None or _name(root) != "opml":
        raise FormatError("this is no OPML")
    found = (_read_outline(values, groups) for values, groups in _outlines(root))
    return tuple(outline for outline in found if outline)


def _outlines(root: etree._Element) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """Walk over the outlines, in order, each with the titles of the groups around it."""
    seen = 0
    # A stack of our own: a deep list must not become deep recursion.
    waiting: list[tuple[etree._Element, tuple[str, ...], int]] = [(root, (), 0)]
    while waiting:
        element, groups, depth = waiting.pop()
        if _name(element) == "outline":
            seen, depth = seen + 1, depth + 1
            _check_size(seen, depth)
            values = {str(name).lower(): one_line(str(value)) for name, value in element.attrib.items()}
            yield values, groups
            title = _title(values)
            groups = (*groups, title) if title and not _address(values) else groups
        waiting.extend((child, groups, depth) for child in reversed(element) if _name(child) != "head")


def _check_size(outlines: int, depth: int) -> None:
    if outlines > _MAX_OUTLINES:
        raise FormatError(f"the list holds more than {_MAX_OUTLINES:,} outlines")
    if depth > _MAX_DEPTH:
        raise FormatError(f"the list is nested deeper than {_MAX_DEPTH} levels")


def _read_outline(values: dict[str, str], groups: tuple[str, ...]) -> Outline | None:
    address = _address(values)
    if not address:
        return None
    url = _FEED_SCHEME.sub(lambda scheme: "http" if scheme[0].lower() == "feed" else "", address, count=1)
    return Outline(
        url=url,
        title=_title(values) or None,
        site_url=values.get("htmlurl") or None,
        groups=groups,
        tags=_categories(values.get("category", "")),
        language=values.get("language") or None,
        full_text=bool(values.get(f"{_FRESHRSS}cssfullcontent")),
        lost=tuple(_foreign(values)),
    )


def _categories(written: str) -> tuple[str, ...]:
    """Read the comma-separated categories; a path such as ``/Science/Physics`` is a name like any other."""
    names = (name.strip().strip("/") for name in written.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _foreign(values: dict[str, str]) -> Iterator[str]:
    """Name what FreshRSS and newsboat keep beside the address, and nobody else understands."""
    kind = values.get("type", "")
    if "+" in kind or kind.lower() in _SCRAPED:
        yield f"type {kind}"
    for name, value in values.items():
        if name.startswith(_FRESHRSS) and value and name != f"{_FRESHRSS}cssfullcontent":
            yield f"frss:{name.removeprefix(_FRESHRSS)}"
    if values.get("filtercmd"):
        yield "filtercmd"


def _title(values: dict[str, str]) -> str:
    return values.get("title") or values.get("text") or ""


def _address(values: dict[str, str]) -> str:
    """Give the address of a feed; some write ``url`` for it."""
    is_feed = values.get("type", "").lower() in {"rss", "atom"}
    return values.get("xmlurl") or (values.get("url", "") if is_feed else "")


def _name(element: etree._Element) -> str:
    # lxml puts comments and references to entities among the elements; their tag is a function.
    tag: object = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
