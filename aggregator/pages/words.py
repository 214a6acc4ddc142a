"""Values in words, for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from aggregator.model.edition import AlsoCovered

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_NAMED = 2
_STEP = 1024
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")


def moment(at: datetime) -> str:
    """Write a moment in UTC.

    >>> moment(datetime(2026, 11, 3, 7, 5, tzinfo=UTC))
    '3 Nov 2026, 07:05 UTC'
    """
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def day(at: datetime) -> str:
    """Write a day in UTC.

    >>> day(datetime(2026, 11, 3, 7, 5, tzinfo=UTC))
    '3 Nov 2026'
    """
    at = at.astimezone(UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def month_name(month: str) -> str:
    """Write a month, or a part of one.

    >>> month_name("2026-11"), month_name("2026-11-2")
    ('Nov 2026', 'Nov 2026, part 2')
    """
    year, number, *part = month.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}" + "".join(f", part {one}" for one in part)


def span(duration: timedelta) -> str:
    """Write a duration in its two largest units.

    >>> span(timedelta(minutes=90)), span(timedelta(days=1)), span(timedelta(0))
    ('1 h 30 min', '1 d', '0 s')
    """
    rest = max(0, int(duration.total_seconds()))
    words: list[str] = []
    for seconds, unit in _UNITS:
        amount, rest = divmod(rest, seconds)
        if amount:
            words.append(f"{amount} {unit}")
        elif words:
            break
    return " ".join(words[:2]) or "0 s"


def count(number: int, one: str, many: str) -> str:
    """Write a number with its noun.

    >>> count(1, "entry", "entries"), count(12345, "entry", "entries")
    ('1 entry', '12,345 entries')
    """
    return f"{number:,} {one if number == 1 else many}"


def also_line(also: Iterable[AlsoCovered]) -> str:
    """Name the outlets that covered the same story, the first ones in full.

    >>> entry = dict(title="t", url="https://a.example/", source_id="a")
    >>> also_line(AlsoCovered(source_title=name, **entry) for name in ("Wire", "Times", "Wire", "Post"))
    'Wire, Times (+1)'
    """
    titles = list(dict.fromkeys(one.source_title for one in also))
    more = len(titles) - _NAMED
    return ", ".join(titles[:_NAMED]) + (f" (+{more})" if more > 0 else "")


def web_url(url: str | None) -> str | None:
    """Let an address through only when it leads to the web.

    >>> web_url("https://a.example/"), web_url("javascript:alert(1)")
    ('https://a.example/', None)
    """
    return url if url and url.lower().startswith(("https://", "http://")) else None


def language_tag(tag: str | None) -> str | None:
    """Let a language tag through only when it looks like one.

    >>> language_tag("pt-BR"), language_tag("english (UK)")
    ('pt-BR', None)
    """
    return tag if tag and _LANGUAGE.match(tag) else None


def size(length: int | None) -> str:
    """Write a number of bytes; nothing when it is not known.

    >>> size(1536), size(52_428_800), size(None)
    ('1.5 kB', '50 MB', '')
    """
    if not length or length < 0:
        return ""
    amount, units = float(length), ["bytes", "kB", "MB", "GB"]
    while amount >= _STEP and len(units) > 1:
        amount, units = amount / _STEP, units[1:]
    return f"{amount:.3g} {units[0]}"
