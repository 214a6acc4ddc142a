"""How much a source publishes, learned from what came and when."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from aggregator.model.source import Rate

HALF_LIFE = timedelta(days=14)

_DAY = timedelta(days=1)
_MOST_HALVINGS = 60
_HALF_LIFE_DAYS = HALF_LIFE / _DAY
_BELIEF = 0.25
_MEMORY_DAYS = _HALF_LIFE_DAYS / math.log(2)
"""What all days until now weigh together."""


def observed(rate: Rate, now: datetime, new: int) -> Rate:
    """Add what one answer brought; what was before weighs half for every 14 days that have passed since.

    A clock that ran backwards adds no time.
    """
    passed = max(now - rate.at, timedelta()) if rate.at is not None else timedelta()
    kept = _weight(passed)
    return Rate(rate.entries * kept + new, rate.days * kept + passed / _DAY, now)


def estimated(published: Iterable[datetime], now: datetime) -> Rate:
    """Estimate the rate of a source by the dates of its first document, as if it had been watched from the oldest on.

    Without dates it is what is believed of any source; with them that belief weighs less.
    """
    ages = [max(now - at, timedelta()) for at in published]
    known = Rate()
    if not ages:
        return Rate(known.entries, known.days, now)
    oldest = _weight(max(ages))
    came = sum(map(_weight, ages)) - oldest
    seen = _MEMORY_DAYS * (1 - oldest)
    return Rate(known.entries * _BELIEF + came, known.days * _BELIEF + seen, now)


def expected(rate: Rate, quiet: timedelta) -> float:
    """Say how many entries were to be expected in a time in which none came, by the rate from before it."""
    before = rate.entries / _weight(quiet) / _MEMORY_DAYS
    return before * (quiet / _DAY)


def spell_rate(rate: Rate) -> str:
    """Tell a rate to people.

    >>> spell_rate(Rate(30, 2)), spell_rate(Rate(3, 2)), spell_rate(Rate(1, 4))
    ('15 entries a day', '1.5 entries a day', '1 entry in 4 days')
    """
    often = rate.per_day
    if often >= 1:
        return f"{often:.1f}".removesuffix(".0") + f" entr{'y' if often < 1.05 else 'ies'} a day"  # noqa: PLR2004 - rounded it reads 1
    rarely = 1 / often if often > 0 else math.inf
    return f"1 entry in {rarely:.0f} days" if rarely < 365 else "next to nothing"  # noqa: PLR2004 - days of a year


def _weight(age: timedelta) -> float:
    return math.exp2(-min(age / HALF_LIFE, _MOST_HALVINGS))
