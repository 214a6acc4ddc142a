"""Sources of which only a web page is known: the feed is found on it, and looked for again when it is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aggregator.model.fetching import Failure, FetchFailed
from aggregator.model.reading import Unreadable
from aggregator.model.source import Source, SourceCondition, SourceState, Validators
from aggregator.model.verdict import PollRecord
from aggregator.schedule.moves import move

LOST_AFTER = 3
"""So many failures in a row that speak of the feed make us look at the page again."""

_SPEAKS_OF_THE_FEED = frozenset({Failure.HTTP_4XX, Failure.GONE, Failure.NOT_A_FEED, Failure.DNS, Failure.REDIRECTED})


def found_on_page(source: Source, state: SourceState, reading: Unreadable) -> str | None:
    """Name the feed that the page of a source offers, when it is the page that was asked."""
    if not source.page or state.moved_to is not None or reading.page is None or reading.page.best is None:
        return None
    return reading.page.best.url


def take_up(source: Source, state: SourceState, feed_url: str, poll: PollRecord) -> tuple[SourceState, PollRecord]:
    """Poll the feed that was found from now on, at once, without what was known of another document."""
    why = "a feed was found on the page: due at once"
    after = replace(
        _without_document(move(source, state, feed_url, poll.at, "the page offers it")),
        errors=0,
        first_error_at=None,
        last_error=None,
        condition=SourceCondition.OK,
        next_poll_at=poll.at,
        next_poll_why=why,
    )
    detail = f"the page offers {feed_url}, which is polled from now on"
    return after, replace(poll, outcome="unchanged", detail=detail, next_poll_at=poll.at, next_poll_why=why)


def lost(source: Source, state: SourceState, failed: FetchFailed, errors: int) -> bool:
    """Say whether the feed that was found on a page is to be looked for again after this failure."""
    if not source.page or state.moved_to is None or failed.kind not in _SPEAKS_OF_THE_FEED:
        return False
    return failed.kind is Failure.GONE or errors >= LOST_AFTER


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
