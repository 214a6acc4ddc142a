"""What each kind of failure costs: how long we stay away, and what it makes of the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType

from aggregator.model.fetching import Failure, FetchFailed
from aggregator.model.source import SourceCondition
from aggregator.schedule.durations import spell
from aggregator.schedule.wishes import LONGEST_WISH

_DAY = timedelta(days=1)
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to stay away after a failure: ``first``, doubled with every further one, up to ``longest``.

    Attributes:
        holds: Whether the server's refusal binds ``poll --all`` too.
        condition: What the source is called, unless it has been silent for so long that it is dead.
    """

    first: timedelta = timedelta(minutes=15)
    longest: timedelta = _DAY
    holds: bool = False
    condition: SourceCondition = SourceCondition.FAILING

    def after(self, errors: int) -> timedelta:
        """Say how long to stay away after so many failures in a row."""
        return min(self.first * (1 << min(max(errors, 1) - 1, _MOST_DOUBLINGS)), self.longest)


_ORDINARY = Backoff()
# Reddit answers 403 where it means 429.
_FORBIDDEN = Backoff(first=timedelta(hours=4))
_GONE = Backoff(first=timedelta(days=30), longest=timedelta(days=30), holds=True, condition=SourceCondition.GONE)

BACKOFFS: Mapping[Failure, Backoff] = MappingProxyType(
    {
        Failure.HTTP_4XX: _ORDINARY,  # 404 too: feeds return
        Failure.HTTP_5XX: _ORDINARY,
        Failure.RATE_LIMITED: Backoff(first=timedelta(hours=4), longest=LONGEST_WISH, holds=True),
        Failure.GONE: _GONE,
        Failure.TIMEOUT: _ORDINARY,
        Failure.UNREACHABLE: _ORDINARY,
        Failure.DNS: _ORDINARY,
        Failure.TLS: _ORDINARY,
        Failure.BLOCKED: _ORDINARY,
        Failure.TOO_LARGE: _ORDINARY,
        Failure.REDIRECTED: _ORDINARY,
        Failure.BAD_BODY: _ORDINARY,
        Failure.NOT_A_FEED: _ORDINARY,
        Failure.PARSE_KILLED: _ORDINARY,
    }
)

# Silent for so long: asked no more often than so. Never dropped: a surprising number comes back.
_SILENT_TOO_LONG = timedelta(days=30)
_RAREST = timedelta(days=7)
_SILENCES = ((timedelta(days=90), _RAREST), (_SILENT_TOO_LONG, _DAY))
_ASKING_FOR_PEACE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a failure leads to.

    Attributes:
        away: Stay away for so long, at least; None is for good.
        hold: The server must be left alone for so long; None when it did not ask.
        hold_pace: Whether ``hold`` is for everything under the pace key.
        why: For people.
    """

    away: timedelta | None
    why: str
    condition: SourceCondition
    hold: timedelta | None = None
    hold_pace: bool = False


def consequence(
    failed: FetchFailed, errors: int, silent_for: timedelta, *, gone_for: timedelta | None = None
) -> Consequence:
    """Say what the last of ``errors`` failures in a row leads to; the first was ``silent_for`` ago.

    Args:
        failed: What happened.
        errors: At least 1.
        silent_for: Since the first failure in a row.
        gone_for: Since the source was first answered 410, if it was before this failure.

    Follows: RFC 9110, 10.2.3 for Retry-After; it counts with 429 and 503, for a week at most.
    """
    row = _FORBIDDEN if failed.status == HTTPStatus.FORBIDDEN else BACKOFFS[failed.kind]
    dead = silent_for >= _SILENT_TOO_LONG and row.condition is SourceCondition.FAILING
    condition = SourceCondition.DEAD if dead else row.condition
    if failed.status in _ASKING_FOR_PEACE and failed.retry_after is not None and failed.retry_after > timedelta():
        hold = min(failed.retry_after, LONGEST_WISH)
        return Consequence(hold, f"Retry-After {spell(hold)}", condition, hold=hold, hold_pace=True)
    away = row.after(errors)
    if row.condition is SourceCondition.GONE:
        # The hold ends a little before the probe that it leads to.
        if gone_for is not None and gone_for >= _GONE.first:
            why = "gone: 410 again on the late probe, so never; `poll` asks once more"
            return Consequence(None, why, condition, hold=away)
        return Consequence(away, f"gone: one probe after {spell(away)}", condition, hold=away)
    if gone_for is not None:
        why = f"gone, and no answer to the probe: again after {spell(_RAREST)}"
        return Consequence(_RAREST, why, SourceCondition.GONE)
    why = f"{failed.kind}, {errors} in a row: {spell(away)}"
    rare = next((rare for silence, rare in _SILENCES if silent_for >= silence), away)
    if away < rare:
        away, why = rare, f"no document for {spell(silent_for)}: one probe every {spell(rare)}"
    return Consequence(away, why, condition, hold=away if row.holds else None)
