"""Limits that a server states of its own accord, in the headers of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.schedule.durations import spell

_DAY_SECONDS = 86_400
_MILLISECONDS = 1e12
"""Above it, a moment is told in milliseconds since 1970, not in seconds."""
_LONGEST_WINDOW = 7 * _DAY_SECONDS
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_PARAMETER = re.compile(r"\b(limit|remaining|reset|q|w|r|t)\s*=\s*\"?(\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ToldLimit:
    """What a server allows: at least ``spacing`` between two requests; ``why`` quotes it."""

    spacing: timedelta
    why: str


def told_limit(headers: Iterable[tuple[str, str]], now: datetime) -> ToldLimit | None:
    """Read the tightest limit that the headers of an answer state; junk is as good as nothing.

    A quota over a window spreads evenly over it; what remains of one spreads evenly until it is renewed.

    Args:
        headers: Lower-case names.
        now: When the answer came; some servers tell a moment where others tell seconds.

    Follows: draft-ietf-httpapi-ratelimit-headers, in its old form (three headers) and its new one
    (``RateLimit: "default";r=50;t=30`` with ``RateLimit-Policy: "default";q=100;w=60``); ``X-RateLimit-*`` as
    GitHub, Reddit and others send them.
    """
    given = {name: value for name, value in headers if "ratelimit" in name}
    if not given:
        return None
    found = [*_policies(given), *_remainders(given, now)]
    return max(found, key=lambda limit: limit.spacing, default=None)


def _policies(given: Mapping[str, str]) -> Iterator[ToldLimit]:
    for item in given.get("ratelimit-policy", "").split(","):
        values = _parameters(item)
        first = _NUMBER.match(item.strip())
        quota = values.get("q", float(first[0]) if first else 0.0)
        window = values.get("w", 0.0)
        if quota >= 1 and 0 < window <= _LONGEST_WINDOW:
            spacing = timedelta(seconds=window / quota)
            yield ToldLimit(spacing, f"RateLimit-Policy: {quota:g} in {spell(timedelta(seconds=window))}")


def _remainders(given: Mapping[str, str], now: datetime) -> Iterator[ToldLimit]:
    values = _parameters(given.get("ratelimit", ""))
    pairs = [
        (values.get("remaining", values.get("r")), values.get("reset", values.get("t")), "RateLimit"),
        *(
            (_number(given.get(f"{name}-remaining")), _number(given.get(f"{name}-reset")), spelling)
            for name, spelling in (("ratelimit", "RateLimit"), ("x-ratelimit", "X-RateLimit"))
        ),
    ]
    for remaining, reset, name in pairs:
        seconds = _seconds_until(reset, now)
        if remaining is not None and seconds is not None:
            spacing = timedelta(seconds=seconds / max(remaining, 1.0))
            yield ToldLimit(spacing, f"{name}: {remaining:g} left for {spell(timedelta(seconds=seconds))}")


def _seconds_until(reset: float | None, now: datetime) -> float | None:
    """Read a reset: seconds from now, or a moment in seconds or milliseconds since 1970."""
    if reset is None:
        return None
    seconds = reset / 1000 if reset > _MILLISECONDS else reset
    if seconds > _LONGEST_WINDOW:
        seconds -= now.timestamp()
    return seconds if 0 < seconds <= _LONGEST_WINDOW else None


def _parameters(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in _PARAMETER.findall(text.lower())}


def _number(text: str | None) -> float | None:
    found = _NUMBER.match((text or "").strip())
    return float(found[0]) if found else None
