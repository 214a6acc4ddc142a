"""What was sent, what came and what was odd about it, for people: the texts of a poll's record."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from aggregator.model.fetching import Fetched, FetchOutcome, NotModified
from aggregator.model.reading import Reading
from aggregator.model.source import READING_VERSION, Source, SourceState
from aggregator.schedule.durations import spell
from aggregator.schedule.moves import MOVED_AFTER, MOVED_WITHIN, objection
from aggregator.schedule.requests import address_of, conditions

_TOLD = ("etag", "last-modified", "cache-control", "age", "expires", "retry-after", "im")
_MOST_CHARACTERS = 120


def sent_line(source: Source, state: SourceState) -> str:
    """Tell the conditional headers of a request, or why there were none."""
    told = "; ".join(f"{name}: {_short(value)}" for name, value in conditions(source, state))
    if not told:
        told = f"no condition: {_why_unconditional(state)}"
    return f"{told}; to {address_of(source, state)}" if state.moved_to else told


def came_line(outcome: FetchOutcome) -> str:
    """Tell status, redirects and the headers that matter for the next poll; empty when nothing came."""
    return "; ".join(_came(outcome))


def _why_unconditional(state: SourceState) -> str:
    if not state.documents:
        return "no document was read before"
    if state.full_fetch:
        return "a test of the 304s"
    if state.read_by != READING_VERSION:
        return "documents are read otherwise since the last one"
    return "the server gave no validators"


def _came(outcome: FetchOutcome) -> Iterator[str]:
    for hop in outcome.hops:
        yield f"{hop.status} to {_short(hop.url)}"
    status = HTTPStatus.NOT_MODIFIED.value if isinstance(outcome, NotModified) else outcome.status
    if status is not None:
        yield str(status)
    given = dict(outcome.headers)
    for name in _TOLD:
        if name in given:
            yield f"{name}: {_short(given[name])}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def remarks(source: Source, before: SourceState, after: SourceState, answer: Fetched | NotModified) -> Iterator[str]:
    """Tell people what was odd about a good answer, and where it leads.

    Args:
        source: As configured.
        before: The state that the request was made with.
        after: With what the answer taught.
        answer: A good one.
    """
    if isinstance(answer, Fetched):
        if answer.partial:
            yield "a delta: only what is new"
        elif after.documents == before.documents:
            yield "the last document again, to the byte"
    if after.untrusted and not before.untrusted:
        yield "changed, although conditional requests were answered 304: tested daily from now on"
    if after.moves != before.moves:
        move = after.moves[-1]
        yield f"moved for good to {move.to_url}, which is polled from now on: {move.why}"
    elif after.redirect_to is not None:
        yield f"moved permanently to {after.redirect_to}, {_outlook(source, after)}"


def oddities(reading: Reading) -> Iterator[str]:
    """Tell people what was odd about a document that was read all the same."""
    if reading.bozo:
        yield f"not well-formed: {reading.bozo}"
    if reading.repeated:
        yield f"{reading.repeated} entries repeat the key of another one"
    if reading.truncated:
        yield f"{reading.truncated} entries left out, there are too many"
    if reading.dropped:
        yield f"{reading.dropped} entries left out by the source's drop"


def _outlook(source: Source, state: SourceState) -> str:
    against = objection(source, state)
    if against:
        return f"not taken over: {against}"
    return f"seen {state.redirect_count} times in a row; taken over after {MOVED_AFTER} within {spell(MOVED_WITHIN)}"
