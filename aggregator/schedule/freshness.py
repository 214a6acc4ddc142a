"""For how long an answer stays fresh, as its server says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from aggregator.schedule.wishes import Wish, grant, whole_number
from aggregator.text.http_dates import read_http_date

_DIRECTIVE = re.compile(r'\s*max-age\s*=\s*(?:"\s*(\d{1,12})\s*"|(\d{1,12}))\s*', re.IGNORECASE | re.ASCII).fullmatch
_PIECES = re.compile(r'(?:[^,"]|"[^"]*"?)+')
_FRESHNESS = frozenset({"cache-control", "expires"})


def lifetime(headers: Iterable[tuple[str, str]], now: datetime, *, remembered: int | None = None) -> Wish | None:
    """Say for how long an answer stays fresh from ``now`` on, at most a week; None when its server does not say.

    ``max-age`` wins over ``Expires``; both are shortened by ``Age``. ``no-cache`` and ``no-store`` tell caches
    what to keep, not readers to come at once, and ``s-maxage`` is for shared caches: neither counts. Junk is
    as good as nothing.

    Args:
        headers: Lower-case names.
        now: When the answer came; stands in for a ``Date`` that is missing or junk.
        remembered: What ``max-age`` was for the document that a 304 without one confirms.

    Follows: RFC 9111, 4.2.1, 4.2.3 and 4.3.4.
    """
    given = dict(headers)
    age = whole_number(re.split("[,;]", given.get("age", ""), maxsplit=1)[0].strip()) or 0
    less = f" less Age {age}" if age else ""
    seconds = _max_age(given.get("cache-control", ""))
    if seconds is not None:
        return grant(seconds - age, f"max-age {seconds}{less}", stated=seconds)
    expires_at = read_http_date(given.get("expires", ""), now)
    if expires_at is not None:
        left = expires_at - (read_http_date(given.get("date", ""), now) or now) - timedelta(seconds=age)
        return grant(left.total_seconds(), f"Expires{less}")
    if remembered is not None and _FRESHNESS.isdisjoint(given):
        return grant(remembered, f"max-age {remembered} of the last document", stated=remembered)
    return None


def stated_max_age(headers: Iterable[tuple[str, str]], remembered: int | None) -> int | None:
    """Give the ``max-age`` that holds after an answer, in seconds.

    Args:
        headers: Lower-case names.
        remembered: What an answer that says nothing of freshness leaves in force: None after a document, after a
            304 what was in force before.
    """
    given = dict(headers)
    return remembered if _FRESHNESS.isdisjoint(given) else _max_age(given.get("cache-control", ""))


def _max_age(cache_control: str) -> int | None:
    found = (_DIRECTIVE(piece) for piece in _PIECES.findall(cache_control))
    return next((int(match[1] or match[2]) for match in found if match), None)
