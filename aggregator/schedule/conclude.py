"""What an answer means: the state of a source after a poll, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from aggregator.model.fetching import Fetched, FetchFailed, FetchOutcome, NotModified
from aggregator.model.reading import Reading, ReadOutcome, Unreadable
from aggregator.model.source import Source, SourceState
from aggregator.model.verdict import PollRecord
from aggregator.schedule.due import Interval, adapted, due, is_local, resting
from aggregator.schedule.durations import spell
from aggregator.schedule.failures import Consequence, consequence
from aggregator.schedule.freshness import lifetime
from aggregator.schedule.learning import learn, remarks
from aggregator.schedule.requests import conditions
from aggregator.schedule.wishes import stated_wishes


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
    """Conclude one poll.

    Args:
        source: As configured.
        state: As the request was made with.
        outcome: Of the request.
        now: When the answer was complete.
        reading: Of the body; None when none came, or when it was the last one again, to the byte.
        new: How many verdicts said so.
        revised: How many verdicts said so.
    """
    poll = PollRecord(
        at=now,
        outcome="unchanged",
        bytes=outcome.wire_bytes if isinstance(outcome, Fetched) else 0,
        took=outcome.elapsed,
        sent=", ".join(name for name, _ in conditions(state)),
    )
    if isinstance(reading, Unreadable) and not isinstance(outcome, FetchFailed):
        outcome = _unreadable(outcome, reading)
    if isinstance(outcome, FetchFailed):
        return _after_failure(source, state, outcome, poll)
    poll = replace(poll, new=new, revised=revised)
    return _after_answer(source, state, outcome, poll, reading if isinstance(reading, Reading) else None)


def _after_answer(
    source: Source, state: SourceState, answer: Fetched | NotModified, poll: PollRecord, reading: Reading | None
) -> Conclusion:
    learned = learn(source, state, answer, reading)
    interval = adapted(source, state, new=poll.new, revised=poll.revised)
    fresh = lifetime(answer.headers, poll.at)
    wishes = (*stated_wishes(learned.hints), *((fresh,) if fresh else ()))
    following = due(source, interval, wishes, hints=learned.hints, now=poll.at)
    after = replace(
        learned,
        interval=interval.length,
        errors=0,
        first_error_at=None,
        last_ok_at=poll.at,
        last_error=None,
        hold_until=None,
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    poll = replace(
        poll,
        outcome=_outcome(answer, poll),
        status=answer.status if isinstance(answer, Fetched) else HTTPStatus.NOT_MODIFIED.value,
        detail="; ".join(remarks(after, answer, reading)),
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    return Conclusion(state=after, poll=poll)


def _after_failure(source: Source, state: SourceState, failed: FetchFailed, poll: PollRecord) -> Conclusion:
    errors = state.errors + 1
    first_error_at = min(state.first_error_at or poll.at, poll.at)
    result = consequence(failed, errors, poll.at - first_error_at)
    hold_until = _hold_until(state, result, poll.at)
    interval = _kept_away(source, state, result, hold_until, poll.at)
    following = due(source, interval, (), hints=state.hints, now=poll.at)
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
    poll = replace(
        poll,
        outcome=failed.kind.value,
        status=failed.status,
        detail=failed.detail,
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    hold_pace_until = poll.at + result.hold if result.hold is not None and result.hold_pace else None
    return Conclusion(state=after, poll=poll, hold_pace_until=hold_pace_until)


def _hold_until(state: SourceState, result: Consequence, now: datetime) -> datetime | None:
    asked = [now + result.hold] if result.hold is not None else []
    earlier = [state.hold_until] if state.hold_until is not None and state.hold_until > now else []
    return max(asked + earlier, default=None)


def _kept_away(
    source: Source, state: SourceState, result: Consequence, hold_until: datetime | None, now: datetime
) -> Interval:
    """Let a failure raise the interval, never shorten it; a file of our own may be looked at again as always."""
    rhythm = resting(source, state)
    if is_local(source):
        return rhythm
    length = max(result.away, hold_until - now) if hold_until is not None else result.away
    if length >= rhythm.length:
        return Interval(length, result.why)
    return Interval(rhythm.length, f"{result.why}, raised to the interval of {spell(rhythm.length)}")


def _unreadable(outcome: Fetched | NotModified, reading: Unreadable) -> FetchFailed:
    """Make a failure of a body that is no feed; its validators and its digest are not ours to keep."""
    return FetchFailed(
        kind=reading.kind,
        detail=reading.detail,
        url=outcome.url,
        status=outcome.status if isinstance(outcome, Fetched) else None,
        headers=outcome.headers,
        hops=outcome.hops,
        elapsed=outcome.elapsed,
    )


def _outcome(answer: Fetched | NotModified, poll: PollRecord) -> str:
    if isinstance(answer, NotModified):
        return "not_modified"
    return "new" if poll.new else "revised" if poll.revised else "unchanged"
