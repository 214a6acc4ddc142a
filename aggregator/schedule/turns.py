"""Whether a turn that has come is a good moment: holds and pauses of a host may have delayed it into a bad one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from aggregator.model.source import Claim
from aggregator.schedule.wishes import leave_skipped
from aggregator.text.digests import digest64


def sort_out(claims: Iterable[Claim], now: datetime) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Tell claims to be carried out from those whose publishers skip this hour: these are due after it.

    Follows: RSS 2.0, skipHours and skipDays.
    """
    timely: list[Claim] = []
    put_off: list[Claim] = []
    for claim in claims:
        later = _put_off(claim, now)
        if later is None:
            timely.append(claim)
        else:
            put_off.append(later)
    return tuple(timely), tuple(put_off)


def _put_off(claim: Claim, now: datetime) -> Claim | None:
    hints = claim.state.hints
    if claim.turn is None or not (hints.skip_hours or hints.skip_days):
        return None
    fraction = (digest64("put off", claim.source.id, now.isoformat()) & 0xFFFF_FFFF) / 2**32
    at, reason = leave_skipped(now, hints, fraction=fraction)
    if not reason:
        return None
    return replace(claim, turn=replace(claim.turn, due_at=at, due_why=f"its turn came late: {reason}"))
