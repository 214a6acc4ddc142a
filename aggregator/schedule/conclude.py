"""What an answer means: the state of a source after a poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from aggregator.model.fetching import Fetched, FetchFailed, FetchOutcome, Hop, NotModified
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Reading, ReadOutcome, Unreadable
from aggregator.model.source import Source, SourceCondition, SourceState, Validators
from aggregator.model.verdict import PollRecord
from aggregator.schedule.due import Interval, adapted, due, is_local, resting
from aggregator.schedule.failures import consequence
from aggregator.schedule.freshness import lifetime
from aggregator.schedule.requests import conditions
from aggregator.schedule.wishes import Wish, stated_wishes

# Seen so often in a row, a permanent redirect is believed to be one.
MOVED_AFTER = 5

_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a poll leaves behind.

    Attributes:
        hold_pace_until: Everything under the source's pace key is left alone until then.
    """

    state: SourceState
    poll: PollRecord
    hold_pace_until: datetime | None = None


def conclude(  # noqa: PLR0913 - a poll has that many results; those that a failure lacks have defaults
    source: Source,
    state: SourceState,
    outcome: FetchOutcome,
    now: datetime,
    *,
    reading: ReadOutcome | None = None,
    new: int = 0,
    revised: int = 0,
) -> Conclusion:
    """Conclude one poll: the state of the source after it, and the record of it.

    Args:
        source: As configured.
        state: As the request was made with.
        outcome: Of the request.
        now: When the answer was complete.
        reading: Of the body; None when none came, or when it was the last one again, to the byte.
        new: Verdicts of that kind.
        revised: Verdicts of that kind.
    """
    if isinstance(outcome, FetchFailed):
        return _failed(source, state, outcome, now)
    if isinstance(reading, Unreadable):
        # A page in place of the feed brings validators and a digest of its own: none of them is ours to keep.
        return _failed(source, state, _unreadable(outcome, reading), now, wire_bytes=_wire_bytes(outcome))
    learned = _learn(source, state, outcome, reading)
    interval = adapted(source, state, new=new, revised=revised)
    stale = lifetime(outcome.headers, now)
    wishes = (*stated_wishes(learned.hints), *((stale,) if stale else ()))
    following = due(source, interval, wishes, hints=learned.hints, now=now)
    after = replace(
        learned,
        interval=interval.length,
        errors=0,
        first_error_at=None,
        last_ok_at=now,
        last_error=None,
        hold_until=None,
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    poll = PollRecord(
        at=now,
        outcome=_name(outcome, new, revised),
        status=outcome.status if isinstance(outcome, Fetched) else HTTPStatus.NOT_MODIFIED.value,
        new=new,
        revised=revised,
        bytes=_wire_bytes(outcome),
        took=outcome.elapsed,
        detail=_detail(outcome, reading),
        sent=_sent(state),
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    return Conclusion(state=after, poll=poll)


def _failed(
    source: Source, state: SourceState, failed: FetchFailed, now: datetime, *, wire_bytes: int = 0
) -> Conclusion:
    errors = state.errors + 1
    first_error_at = state.first_error_at or now
    result = consequence(failed, errors, now - first_error_at)
    held = [now + result.hold] if result.hold is not None else []
    if state.hold_until is not None and state.hold_until > now:
        held.append(state.hold_until)
    hold_until = max(held, default=None)
    interval = resting(source, state)
    if not is_local(source):
        away = max(result.away, hold_until - now) if hold_until else result.away
        interval = Interval(max(interval.length, away), result.why)
    following = due(source, interval, (), hints=state.hints, now=now)
    after = replace(
        state,
        interval=resting(source, state).length,
        errors=errors,
        first_error_at=first_error_at,
        last_error=failed.detail,
        condition=result.condition,
        hold_until=hold_until,
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    poll = PollRecord(
        at=now,
        outcome=failed.kind.value,
        status=failed.status,
        bytes=wire_bytes,
        took=failed.elapsed,
        detail=failed.detail,
        sent=_sent(state),
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    hold_pace_until = now + result.hold if result.hold is not None and result.hold_pace else None
    return Conclusion(state=after, poll=poll, hold_pace_until=hold_pace_until)
