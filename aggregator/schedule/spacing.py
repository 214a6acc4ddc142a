"""How long to pause between two requests to a host: what a refusal shows, and how it is relaxed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model.pace import Pace
from aggregator.model.source import DAY
from aggregator.schedule.durations import spell
from aggregator.schedule.evidence import Asked
from aggregator.schedule.findings import found, scope_of
from aggregator.schedule.wishes import LONGEST_WISH

FIRST_GUESS = timedelta(minutes=1)
"""Publishers count by the minute, by the hour, by the day: the first guess at a limit that nobody tells."""
FIRST_MOST = timedelta(minutes=10)
"""One refusal alone makes no spacing longer than this."""
LONGEST_SPACING = timedelta(hours=6)
FIRST_HOLD = timedelta(minutes=5)
LONGEST_HOLD = DAY
ENOUGH_SERVED = 20
"""Requests that a spacing has to serve before a shorter one is tried."""
LONGEST_PATIENCE = timedelta(days=30)
SECOND = timedelta(seconds=1)
"""No learned pause is shorter."""


def relaxed(pace: Pace, asked: Asked) -> Pace:
    """Try a shorter spacing once the one in force has stood for long enough: half of it, or nearer to what failed."""
    if pace.spacing is None or pace.set_at is None or pace.served < ENOUGH_SERVED:
        return pace
    if asked.at - pace.set_at < pace.patience:
        return pace
    below = pace.too_short or timedelta()
    shorter = max(pace.spacing / 2, (pace.spacing + below) / 2)
    if shorter > 0.9 * pace.spacing:
        # As near as it is worth; only whether the limit has been lifted is asked again, ever more rarely.
        return replace(pace, sure=None, too_short=None, served=0, set_at=asked.at, patience=_doubled(pace.patience))
    if shorter <= max(asked.source.spacing, SECOND):
        after = replace(Pace(key=pace.key), findings=pace.findings)
        evidence = f"nobody was refused for {spell(pace.patience)}: asked as configured again"
        return found(after, asked, scope_of(pace), "lifted", evidence)
    after = replace(pace, spacing=shorter, sure=pace.spacing, served=0, set_at=asked.at)
    evidence = f"{pace.served} served at {spell(pace.spacing)}: {spell(shorter)} is tried"
    return found(after, asked, scope_of(pace), "relaxed", evidence)


def tightened(pace: Pace, asked: Asked, times: Iterable[datetime], gap: timedelta | None) -> Pace:
    """Find the spacing that the refusal asks for; one that was on trial gives way to the one that was sure."""
    before = pace.spacing
    if pace.sure is not None and asked.retry_after is None:
        learned = pace.sure
    else:
        least = pace.sure or (before * 1.25 if before is not None else timedelta())
        learned = max(_spacing_shown(asked, times, gap), least)
    # A long wait may be a penalty: how slow it has to be is found out step by step.
    most = min(max(FIRST_MOST, 3 * before) if before is not None else FIRST_MOST, LONGEST_SPACING)
    spacing = max(min(learned, most), asked.source.spacing, SECOND)
    patience = _doubled(pace.patience) if pace.sure is not None else pace.patience
    guessed = gap if asked.retry_after is None else pace.too_short
    too_short = before if pace.sure is not None else guessed
    return replace(
        pace,
        spacing=spacing,
        told=False,
        sure=None,
        too_short=too_short if too_short is not None and too_short < spacing else None,
        served=0,
        set_at=asked.at,
        patience=patience,
    )


def _spacing_shown(asked: Asked, times: Iterable[datetime], gap: timedelta | None) -> timedelta:
    """Say which spacing would have avoided a refusal.

    With the time at which it ends (Retry-After), the last n requests that were served show a limit of n in the time
    from the first of them until then, for every n; the loosest of these is believed. Without it the guess is a
    minute, or three times the gap that was too short.
    """
    wait = asked.retry_after
    if wait is None:
        return max(FIRST_GUESS, 3 * gap if gap is not None and gap < LONGEST_SPACING / 3 else FIRST_GUESS)
    free_at = asked.at + wait
    return min(((free_at - at) / count for count, at in enumerate(times, start=1)), default=FIRST_GUESS)


def hold_for(asked: Asked, pace: Pace) -> timedelta:
    """Say how long a host is left alone after a refusal: as it said, or longer with every refusal in a row."""
    wait = asked.retry_after
    if wait is not None:
        return min(wait, LONGEST_WISH)
    times = 1 << 2 * min(pace.refusals, 10)
    return min(max(pace.spacing or FIRST_HOLD, FIRST_HOLD) * times, LONGEST_HOLD)


def _doubled(patience: timedelta) -> timedelta:
    return min(2 * patience, LONGEST_PATIENCE)
