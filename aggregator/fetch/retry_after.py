"""The server's wish to be left alone for a while."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(days=7)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = (
    re.compile(rf"[a-z]{{3}}, (?P<day>\d\d?) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} (gmt|utc)", re.ASCII),
    re.compile(rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} (gmt|utc)", re.ASCII),
    re.compile(rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) +(?P<day>\d\d?) {_TIME} (?P<year>\d{{4}})", re.ASCII),
)
_LEAP_SECOND = 60
_MAX_DIGITS = 10
_CENTURY = 100


def read_retry_after(value: str, now: datetime) -> timedelta | None:
    """Read ``Retry-After``: seconds, or a date in any of the three forms.

    Junk, negative numbers and dates that have passed are None; what is longer than a week counts as a week.

    Follows:
        RFC 9110, 10.2.3 and 5.6.7.

    >>> read_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        wait = LONGEST if len(text) > _MAX_DIGITS else timedelta(seconds=int(text))
    else:
        until = _date(text.lower(), now)
        if until is None:
            return None
        wait = until - now
    return min(wait, LONGEST) if wait > timedelta() else None


def _date(text: str, now: datetime) -> datetime | None:
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None or match["month"] not in _MONTHS:
        return None
    year = int(match["year"])
    if year < _CENTURY:
        year = _full_year(year, now.year)
    second = int(match["second"])
    try:
        return datetime(
            year,
            _MONTHS.index(match["month"]) + 1,
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            59 if second == _LEAP_SECOND else second,
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _full_year(short: int, this_year: int) -> int:
    """Read two digits as the year that lies at most fifty years ahead."""
    year = this_year // _CENTURY * _CENTURY + short
    return year - _CENTURY if year > this_year + _CENTURY // 2 else year
