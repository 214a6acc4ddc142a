"""For how long an answer stays fresh, as its server says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aggregator.schedule.wishes import Wish, grant, whole_number

_DIRECTIVE = re.compile(r'\s*max-age\s*=\s*(?:"\s*(\d{1,12})\s*"|(\d{1,12}))\s*', re.IGNORECASE | re.ASCII).fullmatch
_PIECES = re.compile(r'(?:[^,"]|"[^"]*"?)+')


def lifetime(headers: Iterable[tuple[str, str]], now: datetime) -> Wish | None:
    """Say for how long an answer stays fresh from ``now`` on, at most a week; None when its server does not say.

    ``max-age`` wins over ``Expires`` and is shortened by ``Age``. ``no-cache`` and ``no-store`` tell caches
    what to keep, not readers to come at once, and ``s-maxage`` is for shared caches: neither counts. Junk is
    as good as nothing.

    Args:
        headers: Lower-case names.
        now: When the answer came; stands in for a ``Date`` that is missing or junk.

    Follows: RFC 9111, 4.2.1 and 4.2.3.
    """
    given = dict(headers)
    seconds = _max_age(given.get("cache-control", ""))
    if seconds is not None:
        age = whole_number(given.get("age", "").partition(",")[0].strip()) or 0
        return grant(seconds - age, f"max-age {seconds}" + (f" less Age {age}" if age else ""))
    return _until_expiry(given, now)


def _max_age(cache_control: str) -> int | None:
    found = (_DIRECTIVE(piece) for piece in _PIECES.findall(cache_control))
    return next((int(match[1] or match[2]) for match in found if match), None)


def _until_expiry(headers: Mapping[str, str], now: datetime) -> Wish | None:
    expires_at = _date(headers.get("expires", ""))
    if expires_at is None:
        return None
    left = expires_at - (_date(headers.get("date", "")) or now)
    return grant(left.total_seconds(), "Expires")


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
