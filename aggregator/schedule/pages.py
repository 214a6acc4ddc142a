"""Sources of which only a web page is known: the feed is found on it, and looked for again when it is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model.discovery import How, Offer
from aggregator.model.fetching import Failure, FetchFailed
from aggregator.model.reading import Unreadable
from aggregator.model.source import Move, Source, SourceCondition, SourceState, Validators
from aggregator.model.verdict import PollRecord
from aggregator.schedule.moves import move

LOST_AFTER = 3
"""So many failures in a row that speak of the feed make us look at the page again."""

TRIED_FOR = timedelta(days=30)
"""A usual place that held no feed is not asked again for so long."""
MOST_TRIED = 8
"""So many of them are asked in that time; what is remembered of moves holds no more than ten."""
NEXT_TRIAL = timedelta(minutes=5)
"""So soon after a guess that was wrong the page is asked, and then the next one."""

_TRIAL = "no feed is offered: "
_SPEAKS_OF_THE_FEED = frozenset({Failure.HTTP_4XX, Failure.GONE, Failure.NOT_A_FEED, Failure.DNS, Failure.REDIRECTED})
# After these a guess is asked again, like any feed; a week without a document ends that, too.
_PASSING = frozenset(
    {Failure.HTTP_5XX, Failure.RATE_LIMITED, Failure.TIMEOUT, Failure.UNREACHABLE, Failure.DNS, Failure.TLS}
)


def found_on_page(source: Source, state: SourceState, reading: Unreadable, now: datetime) -> Offer | None:
    """Choose the feed to be polled for a page, when it is the page that was asked: what it offers, else a guess.

    The usual places for a feed are tried one after another, one for each time that the page was asked in vain.
    """
    if not source.page or state.moved_to is not None or reading.page is None:
        return None
    if reading.page.best is not None:
        return reading.page.best
    tried = {move.to_url for move in state.moves if _is_trial(move) and now - move.at < TRIED_FOR}
    if len(tried) >= MOST_TRIED:
        return None
    return next((guess for guess in reading.page.guesses if guess.url not in tried), None)


def take_up(source: Source, state: SourceState, offer: Offer, poll: PollRecord) -> tuple[SourceState, PollRecord]:
    """Poll the feed that was found from now on, at once, without what was known of another document.

    While a guess is on trial the source keeps its failures: it has no feed yet.
    """
    if offer.how is How.GUESSED:
        why, detail = f"{_TRIAL}{offer.reason}", f"the page offers no feed; {offer.url} is tried, {offer.reason}"
        due_why = "a usual place for a feed is tried: due at once"
    else:
        why, detail = "the page offers it", f"the page offers {offer.url}, which is polled from now on"
        due_why = "a feed was found on the page: due at once"
    after = replace(
        _without_document(move(source, state, offer.url, poll.at, why)), next_poll_at=poll.at, next_poll_why=due_why
    )
    if offer.how is not How.GUESSED:
        after = replace(after, errors=0, first_error_at=None, last_error=None, condition=SourceCondition.OK)
    return after, replace(poll, outcome="unchanged", detail=detail, next_poll_at=poll.at, next_poll_why=due_why)


def lost(source: Source, state: SourceState, failed: FetchFailed, errors: int) -> bool:
    """Say whether the feed that was found on a page is to be looked for again after this failure."""
    if not source.page or state.moved_to is None:
        return False
    if on_trial(state):
        return failed.kind not in _PASSING
    return failed.kind is Failure.GONE or (failed.kind in _SPEAKS_OF_THE_FEED and errors >= LOST_AFTER)


def on_trial(state: SourceState) -> bool:
    """Say whether the address that is polled is a guess that no document has come from yet."""
    last = state.moves[-1] if state.moves else None
    if last is None or not _is_trial(last) or state.moved_to != last.to_url:
        return False
    return state.last_ok_at is None or state.last_ok_at < last.at


def _is_trial(move: Move) -> bool:
    return move.why.startswith(_TRIAL)


def give_up(source: Source, state: SourceState, now: datetime, why: str) -> SourceState:
    """Go back to the page, which the next poll asks."""
    return replace(_without_document(move(source, state, source.url, now, why)), hold_until=None, gone_at=None)


def _without_document(state: SourceState) -> SourceState:
    return replace(
        state,
        validators=Validators(),
        validators_url=None,
        body_digest="",
        full_fetch=False,
        untrusted=False,
        partial_bodies=0,
        deltas_refused=False,
    )
