"""Values that have one reading only; with any other the item is not plain."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from typing import Final

from lxml import etree

from aggregator.model.parsed import RawDate

# Addresses that come out of joining and splitting as they went in.
ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[\w/%~+:@!$'()*,.=-]*)?(?:\?[\w/%~+:@!$'()*,.=&-]+)?", re.ASCII
)
RFC822: Final = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([12]\d{3})"
    r" ([01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:GMT|UTC|[+-](?:0\d|1[0-4])[0-5]\d)"
)
RFC3339: Final = re.compile(
    r"([12]\d{3})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# feedparser takes these for characters of Windows.
_C1: Final = re.compile("[\x80-\x9f]")
# Elements without a bearing on the entry.
_SILENT: Final = frozenset(
    {
        "{http://wellformedweb.org/CommentAPI/}commentRss",
    }
)


class NotPlain(Exception):  # noqa: N818 - no error: the item is read by feedparser instead
    """The item needs interpreting."""


def sort_fields(
    item: etree._Element, category: str, known: Mapping[str, frozenset[str]]
) -> tuple[dict[str, etree._Element], list[etree._Element]]:
    """Sort the elements of an item by name, the categories apart."""
    if item.attrib:
        raise NotPlain
    fields: dict[str, etree._Element] = {}
    categories: list[etree._Element] = []
    for element in item:
        name = element.tag
        if name in _SILENT:
            continue
        # A comment has no name that is known.
        if name not in known or len(element) or not known[name].issuperset(element.keys()):
            raise NotPlain
        if name == category:
            categories.append(element)
        elif name in fields:
            raise NotPlain
        else:
            fields[name] = element
    return fields, categories


def text_of(element: etree._Element | None) -> str | None:
    """Give the text of an element; what was encoded twice is for feedparser, which mends it."""
    if element is None or element.text is None:
        return None
    text = str(element.text).strip()
    if text.isascii():
        return text or None
    if _C1.search(text) or _is_encoded_twice(text):
        raise NotPlain
    return text or None


def stripped(value: str | None) -> str | None:
    """Strip an attribute or a text; None for a blank."""
    return value.strip() or None if value else None


def present(text: str | None) -> tuple[str, ...]:
    """Make a tuple of a text, or of none."""
    return (text,) if text else ()


def read_dates(
    *, pattern: re.Pattern[str], published: etree._Element | None, updated: etree._Element | None = None
) -> tuple[RawDate, ...]:
    """Give dates of the one form that needs no second opinion."""
    found = []
    for field, element in (("published", published), ("updated", updated)):
        text = text_of(element)
        if text is None:
            continue
        match = pattern.fullmatch(text)
        if match is None or not _exists(match):
            raise NotPlain
        found.append(RawDate(field, text))
    return tuple(found)


def _is_encoded_twice(text: str) -> bool:
    try:
        text.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True


def _exists(date: re.Match[str]) -> bool:
    first, second, third = date.groups()[:3]
    if second in _MONTHS:
        year, month, day = int(third), _MONTHS.index(second) + 1, int(first)
    else:
        year, month, day = int(first), int(second), int(third)
    return 1 <= month <= len(_MONTHS) and 1 <= day <= monthrange(year, month)[1]
