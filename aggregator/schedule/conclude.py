"""What an answer means: the state of a source after a poll, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from aggregator.model.changing import changed
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, NotModified
from aggregator.model.reading import Reading, ReadOutcome, Unreadable
from aggregator.model.source import Due, Source, SourceState, is_local
from aggregator.model.verdict import PollRecord
from aggregator.schedule.due import due
from aggregator.schedule.durations import spell
from aggregator.schedule.failures import Consequence, consequence
from aggregator.schedule.freshness import lifetime
from aggregator.schedule.interval import Interval, adapted, resting
from aggregator.schedule.learning import learn
from aggregator.schedule.moves import Seen, returned
from aggregator.schedule.pages import NEXT_TRIAL, found_on_page, give_up, lost, on_trial, take_up
from aggregator.schedule.telling import came_line, oddities, remarks, sent_line
from aggregator.schedule.trust import doubt
from aggregator.schedule.wishes import Wish, stated_wishes

# The page stays, even where its feed is gone: that must not be taken for the end of the source.
_OF_A_LOST_FEED = Failure.HTTP_4XX


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
    known: int = 0,
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
        known: How many entries of the document were known, revised or not.
    """
    poll = PollRecord(
        at=now,
        outcome="unchanged",
        new=new,
        revised=revised,
        bytes=outcome.wire_bytes if isinstance(outcome, Fetched) else 0,
        took=outcome.elapsed,
        sent=sent_line(source, state),
        came=came_line(outcome),
    )
    if isinstance(reading, Unreadable) and not isinstance(outcome, FetchFailed):
        offer = found_on_page(source, state, reading, now)
        if offer is not None:
            after, poll = take_up(source, state, offer, poll)
            return Conclusion(state=after, poll=poll)
        outcome = _unreadable(outcome, reading)
    if isinstance(outcome, FetchFailed):
        return _after_failure(source, state, outcome, poll)
    seen = Seen(reading=reading if isinstance(reading, Reading) else None, known=known, at=now)
    return _after_answer(source, state, outcome, poll, seen)


def _after_answer(
    source: Source, state: SourceState, answer: Fetched | NotModified, poll: PollRecord, seen: Seen
) -> Conclusion:
    learned = learn(source, state, answer, seen, poll.new)
    wishes = _wishes(learned, answer, poll.at)
    interval = adapted(source, learned, wishes)
    following = due(source, interval, wishes, hints=learned.hints, now=poll.at)
    if not state.documents:
        following = replace(following, why=f"first document: {following.why}")
    doubted = "" if is_local(source.url) else doubt(learned, poll.at)
    if doubted:
        following = replace(following, why=f"{following.why}; without a condition, to test it: {doubted}")
    after = changed(
        learned,
        interval=interval.length,
        errors=0,
        first_error_at=None,
        last_ok_at=poll.at,
        last_error=None,
        hold_until=None,
        full_fetch=bool(doubted),
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    poll = changed(
        poll,
        outcome=_outcome(answer, poll),
        status=answer.status if isinstance(answer, Fetched) else HTTPStatus.NOT_MODIFIED.value,
        detail="; ".join((*remarks(source, state, after, answer), *(oddities(seen.reading) if seen.reading else ()))),
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    return Conclusion(state=after, poll=poll)


def _wishes(state: SourceState, answer: Fetched | NotModified, now: datetime) -> tuple[Wish, ...]:
    """Gather what server and publisher ask for; a 304 that says nothing leaves in force what was said before."""
    remembered = state.max_age_s if isinstance(answer, NotModified) else None
    fresh = lifetime(answer.headers, now, remembered=remembered)
    return (*stated_wishes(state.hints, now), *((fresh,) if fresh else ()))


def _after_failure(source: Source, state: SourceState, failed: FetchFailed, poll: PollRecord) -> Conclusion:
    errors = state.errors + 1
    first_error_at = min(state.first_error_at or poll.at, poll.at)
    trial = on_trial(state)
    given_up = lost(source, state, failed, errors)
    if given_up:
        state = give_up(source, state, poll.at, failed.detail)
        failed = replace(failed, kind=_OF_A_LOST_FEED, detail=f"{failed.detail}; the page is looked at again")
    silent_for = poll.at - first_error_at
    gone_for = poll.at - state.gone_at if state.gone_at is not None else None
    result = consequence(failed, errors, silent_for, gone_for=gone_for)
    hold_until = _hold_until(state, result, poll.at)
    following = _kept_away(source, state, result, hold_until, poll.at)
    if trial and given_up and hold_until is None:
        following = Due(poll.at + NEXT_TRIAL, "a usual place held no feed: the page is asked, then the next place")
    after = changed(
        returned(source, state, silent_for, poll.at),
        interval=resting(source, state).length,
        errors=errors,
        first_error_at=first_error_at,
        last_error=failed.detail,
        condition=result.condition,
        hold_until=hold_until,
        gone_at=state.gone_at or (poll.at if failed.kind is Failure.GONE else None),
        deltas_refused=state.deltas_refused or failed.status == HTTPStatus.IM_USED,
        next_poll_at=following.at,
        next_poll_why=following.why,
    )
    back = "" if after.moves == state.moves else f"; back to {source.url}: {after.moves[-1].why}"
    poll = changed(
        poll,
        outcome=failed.kind.value,
        status=failed.status,
        detail=failed.detail + back,
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
) -> Due:
    """Let a failure raise the interval, never shorten it; a file of our own may be looked at again as always."""
    rhythm = resting(source, state)
    if is_local(source.url):
        return due(source, rhythm, (), hints=state.hints, now=now)
    if result.away is None:
        return Due(None, result.why)
    length = max(result.away, hold_until - now) if hold_until is not None else result.away
    interval = Interval(length, result.why)
    if length < rhythm.length:
        interval = Interval(rhythm.length, f"{result.why}, raised to the interval of {spell(rhythm.length)}")
    return due(source, interval, (), hints=state.hints, now=now)


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
