"""Dates in the forms that leave nothing to guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from aggregator.normalize.calendar_names import ZONES, month_number
from aggregator.text.folding import fold

_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d*)?)?"
_RFC3339 = re.compile(
    r"(\d{4})[-/]?((?<=[-/])\d{1,2}|\d{2})[-/]?((?<=[-/])\d{1,2}|\d{2})"
    r"(?:(?:\s*[Tt]\s*|\s+)(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d*)?)?(?:\s*(\D.*))?)?"
)
_RFC822 = re.compile(
    r"(?:[^\W\d_]{2,12}(?:-[^\W\d_]{2,8})?\.?,?\s*)?"  # the day of the week; it may be wrong, and says nothing new
    r"(\d{1,2})(?:\.|st|nd|rd|th|er)?[\s-]*(?:de\s+)?"
    r"([^\W\d_]{3,12})\.?[\s,-]*(?:de\s+)?"
    r"(\d{4}|\d{2})(?:[\s,:-]+(?:(?:à|at|um)\s+)?" + _CLOCK + r"(?:\s*(\D.*))?|\s+([A-Z]{1,5}))?"
)
_IDEOGRAPHS = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]"
    r"(?:\s*(\d{1,2})\s*[:時时시点]\s*(\d{1,2})(?:\s*[:分분]\s*(?:(\d{1,2})[秒초]?)?)?)?"
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?:\s*[A-Z]*)", re.IGNORECASE)
_COMMENT = re.compile(r"\s*\([^()]*\)\s*\Z")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")

_PIVOT = 70
_FARTHEST = timedelta(hours=15)


def read_strict(raw: str) -> tuple[str, datetime | None] | None:
    """Read a date whose form leaves nothing to guess: the name of the form, and the moment in UTC.

    The moment is None where there is no such day or hour; all is None where the form is another.

    Follows:
        RFC 3339 with the wider forms of ISO 8601; RFC 822, 5, and RFC 2822, with zone names and with the months
        of other languages; the date of East Asia; seconds since 1970. A missing zone is UTC.
    """
    for rule, pattern, read in (
        ("rfc3339", _RFC3339, _year_first),
        ("rfc822", _RFC822, _day_first),
        ("ideographs", _IDEOGRAPHS, _year_first),
        ("epoch", _EPOCH, _seconds),
    ):
        if found := pattern.fullmatch(raw):
            try:
                moment = read(found)
            except (ValueError, OverflowError):
                return rule, None
            if moment is not None:
                return rule, moment
    return None


def _year_first(found: re.Match[str]) -> datetime | None:
    year, month, day, *clock = found.groups()
    return _at((int(year), int(month), int(day)), clock)


def _day_first(found: re.Match[str]) -> datetime | None:
    day, name, year, *clock = found.groups()
    month = month_number(fold(name))
    if month is None:
        return None
    full = int(year) if len(year) > 2 else int(year) + (1900 if int(year) >= _PIVOT else 2000)  # noqa: PLR2004 - digits
    return _at((full, month, int(day)), clock)


def _seconds(found: re.Match[str]) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(found[1]))


def _at(date: tuple[int, int, int], clock: list[str | None]) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    offset = _offset(next(filter(None, clock[3:]), None))  # behind hour, minute and second, or in their place
    if offset is None:
        return None
    # 24:00 and the leap second :60 are written, and meant.
    if hour > 24 or minute > 59 or second > 60:  # noqa: PLR2004 - the clock
        raise ValueError("there is no such time of day")
    return datetime(*date, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=second) - offset


def _offset(zone: str | None) -> timedelta | None:
    """Read a zone; None when it means nothing to us."""
    name = _COMMENT.sub("", zone or "").strip()
    if not name:
        return timedelta()
    if (known := ZONES.get(name.upper())) is not None:
        return timedelta(seconds=known)
    if not (found := _OFFSET.fullmatch(name)):
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset > _FARTHEST:
        return None
    return offset if found[1] == "+" else -offset
