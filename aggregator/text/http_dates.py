"""Dates in HTTP headers, in the three forms that there are and no other."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = (
    re.compile(rf"[a-z]{{3}}, (?P<day>\d\d?) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} (gmt|utc)", re.ASCII),
    re.compile(rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} (gmt|utc)", re.ASCII),
    re.compile(rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) +(?P<day>\d\d?) {_TIME} (?P<year>\d{{4}})", re.ASCII),
)
_LEAP_SECOND = 60
_CENTURY = 100


def read_http_date(text: str, now: datetime) -> datetime | None:
    """Read a date as RFC 9110, RFC 850 or asctime write it; anything else is None.

    Args:
        text: The value of the header; case does not count.
        now: A year of two digits is the one that lies at most fifty years ahead of it.

    Follows: RFC 9110, 5.6.7.

    >>> read_http_date("Sun, 06 Nov 1994 08:49:37 GMT", datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '1994-11-06T08:49:37+00:00'
    """
    lowered = text.strip().lower()
    match = next(filter(None, (form.fullmatch(lowered) for form in _FORMS)), None)
    if match is None or match["month"] not in _MONTHS:
        return None
    year = int(match["year"])
    if len(match["year"]) < len("1994"):
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
    year = this_year // _CENTURY * _CENTURY + short
    return year - _CENTURY if year > this_year + _CENTURY // 2 else year
