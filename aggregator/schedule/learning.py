"""What a source teaches with a good answer: its validators, its rate, its profile, its address."""

from __future__ import annotations

from http import HTTPStatus

from aggregator.model.changing import changed
from aggregator.model.fetching import Fetched, NotModified
from aggregator.model.reading import Reading
from aggregator.model.source import READING_VERSION, Rate, Source, SourceCondition, SourceState, Validators
from aggregator.schedule.freshness import stated_max_age
from aggregator.schedule.moves import Seen, follow
from aggregator.schedule.rate import estimated, observed
from aggregator.schedule.requests import conditions

_WITH_VALIDATORS = frozenset({HTTPStatus.OK, HTTPStatus.IM_USED})


def learn(source: Source, state: SourceState, answer: Fetched | NotModified, seen: Seen, new: int) -> SourceState:
    """Take over what an answer teaches, apart from the time of the next poll.

    Validators are those of the document whose entries we hold, never of another one: both from one answer that was
    read, or whose body is the last one again; a 304 replaces those that it carries.

    Follows: RFC 9110, 15.4.5; RFC 9111, 4.3.4; RFC 3229, 10.4.1 for the tag of a delta.
    """
    followed = follow(source, state, answer, seen)
    validators, validators_url = _validators(state, answer, seen.reading)
    learned = changed(
        followed,
        validators=validators,
        validators_url=validators_url,
        rate=_rate(state, seen, new),
        max_age_s=stated_max_age(answer.headers, state.max_age_s if isinstance(answer, NotModified) else None),
        condition=SourceCondition.MOVED if followed.moved_to and not source.page else SourceCondition.OK,
        gone_at=None,
        not_modified=state.not_modified + 1 if isinstance(answer, NotModified) else 0,
        body_at=(state.body_at or seen.at) if isinstance(answer, NotModified) else seen.at,
    )
    if isinstance(answer, NotModified):
        return learned
    return _with_body(learned, answer, seen.reading, untrusted=_is_untrusted(source, state, seen.reading))


def _with_body(state: SourceState, answer: Fetched, reading: Reading | None, *, untrusted: bool) -> SourceState:
    """Take over what a body teaches, and more when it was read."""
    state = changed(
        state,
        body_bytes=answer.wire_bytes,
        full_fetch=False,
        untrusted=untrusted,
        partial_bodies=state.partial_bodies + 1 if answer.partial else 0,
    )
    if reading is None:
        return state
    return changed(
        state,
        body_digest=state.body_digest if answer.partial else answer.digest,
        documents=state.documents + 1,
        read_by=READING_VERSION,
        profile=reading.profile,
        hints=reading.hints,
        findings=state.findings if answer.partial or reading.findings is None else reading.findings,
    )


def _is_untrusted(source: Source, state: SourceState, reading: Reading | None) -> bool:
    """Judge the 304s before: an unconditional request that brought another document proves that they were wrong.

    A conditional one that brings another document shows that they are right again.
    """
    if reading is None or not state.documents:
        return state.untrusted
    return state.full_fetch or (state.untrusted and not conditions(source, state))


def _validators(
    state: SourceState, answer: Fetched | NotModified, reading: Reading | None
) -> tuple[Validators, str | None]:
    """Give the validators to be sent next, and the address that gave them."""
    given, kept = answer.validators, state.validators
    if isinstance(answer, NotModified):
        if given == Validators():
            return kept, state.validators_url
        both = Validators(etag=given.etag or kept.etag, last_modified=given.last_modified or kept.last_modified)
        return both, answer.url
    is_ours = reading is not None or (state.documents > 0 and answer.digest == state.body_digest)
    if is_ours and answer.status in _WITH_VALIDATORS:
        return given, answer.url
    return kept, state.validators_url


def _rate(state: SourceState, seen: Seen, new: int) -> Rate:
    """Count what came; a first document tells by its dates what came before."""
    if state.documents or seen.reading is None:
        return observed(state.rate, seen.at, new)
    published = (entry.published_at for entry in seen.reading.entries)
    return estimated((at for at in published if at is not None), seen.at)
