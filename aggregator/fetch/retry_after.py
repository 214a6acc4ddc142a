"""The server's wish to be left alone for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.text.http_dates import read_http_date

LONGEST = timedelta(days=7)

_MAX_DIGITS = 10


def read_retry_after(value: str, now: datetime) -> timedelta | None:
    """Read ``Retry-After``: seconds, or a date in any of the three forms.

    Junk, negative numbers and dates that have passed are None; what is longer than a week counts as a week.

    Follows:
        RFC 9110, 10.2.3 and 5.6.7.

    >>> read_retry_after("120", datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    datetime.timedelta(seconds=120)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        wait = LONGEST if len(text) > _MAX_DIGITS else timedelta(seconds=int(text))
    else:
        until = read_http_date(text, now)
        if until is None:
            return None
        wait = until - now
    return min(wait, LONGEST) if wait > timedelta() else None
