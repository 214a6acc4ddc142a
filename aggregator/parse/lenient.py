"""Reading feedparser's answer: a document can put any type under any name of it.

An element that feedparser does not know becomes a key named like the element, with a text or a dictionary of
its attributes, also where that key otherwise holds a list or a date. And the dictionaries answer to old names
and fall back from one date to another. So they are read raw, and each value only as the type that is wanted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model.parsed import RawDate, RawText

Fields = dict[str, Any]

_DATE_PARTS = 6


def text(owner: Fields, key: str) -> str | None:
    """Give a text, stripped; None for a blank or for another type."""
    value = dict.get(owner, key)
    return value.strip() or None if isinstance(value, str) else None


def fields(owner: Fields, key: str) -> Fields:
    """Give a dictionary, in doubt an empty one."""
    value = dict.get(owner, key)
    return value if isinstance(value, dict) else {}


def dicts(owner: Fields, key: str) -> list[Fields]:
    """Give the dictionaries of a list."""
    value = dict.get(owner, key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def links(owner: Fields, relation: str) -> list[Fields]:
    """Give the links of one relation that have an address."""
    return [link for link in dicts(owner, "links") if text(link, "rel") == relation and text(link, "href")]


def first_link(owner: Fields, relation: str) -> str | None:
    """Give the address of the first link of a relation."""
    return next((text(link, "href") for link in links(owner, relation)), None)


def typed_text(value: Fields) -> RawText | None:
    """Read a dictionary of value, type and language."""
    written = text(value, "value")
    if written is None:
        return None
    return RawText(written, (text(value, "type") or "text/plain").lower(), text(value, "language"))


def raw_text(owner: Fields, key: str, *, otherwise: str = "text/html") -> RawText | None:
    """Give a text with its type.

    feedparser keeps the first value, but the type of the last; a type is believed only beside its own value,
    ``otherwise`` is the type of a text without one.
    """
    written = text(owner, key)
    detail = fields(owner, f"{key}_detail")
    if written is None or text(detail, "value") == written:
        return typed_text(detail)
    return RawText(written, otherwise, text(detail, "language"))


def raw_date(owner: Fields, key: str) -> RawDate | None:
    """Give a date as written with what feedparser made of it; never another date in its place."""
    written = text(owner, key)
    return None if written is None else RawDate(key, written, _moment(dict.get(owner, f"{key}_parsed")))


def names(owner: Fields) -> tuple[str, ...]:
    """Name the authors as they are written, or by name, else by mail address.

    feedparser takes mail addresses apart, and gets those under newer top-level domains wrong; the text of the
    last author is kept.
    """
    authors = dicts(owner, "authors")
    written = text(owner, "author")
    if written and len(authors) <= 1:
        return (written,)
    found = (text(author, "name") or text(author, "email") for author in authors)
    return tuple(name for name in found if name)


def _moment(parsed: object) -> datetime | None:
    if not isinstance(parsed, tuple) or len(parsed) < _DATE_PARTS:
        return None
    year, month, day, hour, minute, second = parsed[:_DATE_PARTS]
    try:
        # A leap second is written as :60.
        return datetime(year, month, day, hour, minute, tzinfo=UTC) + timedelta(seconds=second)
    except (ValueError, OverflowError, TypeError):
        return None
