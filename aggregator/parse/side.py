"""What feedparser drops or overwrites, read a second time, and only from documents that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from aggregator.parse.recovering import parse_xml

_MEDIA = ("{http://search.yahoo.com/mrss/}description", "{http://search.yahoo.com/mrss}description")
_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_MARKERS = (b"skipHours", b"skipDays", b"media:description")
_HOURS = {str(hour): hour % 24 for hour in range(25)}


@dataclass(frozen=True, slots=True)
class SideFacts:
    """What the second reading gave.

    Attributes:
        skip_hours, skip_days: As in ``ScheduleHints``; feedparser keeps the last of each only.
        captions: Every ``media:description``; feedparser takes them for summaries or contents.
    """

    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()


_NOTHING = SideFacts()


def read_side(body: bytes) -> SideFacts:
    """Read what feedparser does not tell; nothing of it when the document holds none of it or is beyond repair."""
    if not any(marker in body for marker in _MARKERS):
        return _NOTHING
    root = parse_xml(body)
    if root is None:
        return _NOTHING
    # RSS 0.91 counted from 1 to 24, RSS 2.0 counts from 0 to 23.
    hours = (_HOURS.get(text.lstrip("0") or "0") for text in _texts(root, "{*}hour"))
    days = (text.lower() for text in _texts(root, "{*}day"))
    return SideFacts(
        skip_hours=tuple(sorted({hour for hour in hours if hour is not None})),
        skip_days=tuple(dict.fromkeys(day for day in days if day in _DAYS)),
        captions=frozenset(text for text in _texts(root, *_MEDIA) if text),
    )


def raw_guids(body: bytes) -> frozenset[str]:
    """Give the guids of an RSS document as they are written; feedparser makes addresses of them."""
    root = parse_xml(body)
    return frozenset() if root is None else frozenset(_texts(root, "{*}guid"))


def _texts(root: etree._Element, *names: str) -> Iterator[str]:
    return ("".join(str(piece) for piece in element.itertext()).strip() for element in root.iter(*names))
