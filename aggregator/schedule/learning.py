"""What a source teaches with a good answer: its validators, its profile, its new address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus

from aggregator.model.fetching import Fetched, Hop, NotModified
from aggregator.model.reading import Reading
from aggregator.model.source import Source, SourceCondition, SourceState, Validators

# Seen so often in a row, a permanent redirect is believed to be one.
MOVED_AFTER = 5

_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})


def learn(source: Source, state: SourceState, answer: Fetched | NotModified, reading: Reading | None) -> SourceState:
    """Take over what an answer teaches, apart from the time of the next poll.

    Validators are those of the document whose entries we hold, never of another one: both from one 200 that was
    read, or whose body is the last one again; a 304 replaces those that it carries.

    Follows: RFC 9110, 15.4.5; RFC 9111, 4.3.4.
    """
    redirect_to = permanent_target(source.url, answer.hops)
    count = 0
    if redirect_to is not None:
        count = state.redirect_count + 1 if redirect_to == state.redirect_to else 1
    learned = replace(
        state,
        validators=_validators(state, answer, reading),
        redirect_to=redirect_to,
        redirect_count=count,
        condition=SourceCondition.MOVED if count >= MOVED_AFTER else SourceCondition.OK,
    )
    if reading is None or isinstance(answer, NotModified):
        return learned
    return replace(
        learned,
        body_digest=answer.digest,
        documents=state.documents + 1,
        profile=reading.profile,
        hints=reading.hints,
    )


def permanent_target(url: str, hops: Iterable[Hop]) -> str | None:
    """Say where a source has moved for good: the last permanent hop before any temporary one.

    Nothing that leads from https to http is believed, whatever comes after it.

    Follows: RFC 9110, 15.4.2 and 15.4.9.
    """
    target = None
    for hop in hops:
        if hop.status not in _PERMANENT or (_is_secure(target or url) and not _is_secure(hop.url)):
            break
        target = hop.url
    return target if target != url else None


def remarks(state: SourceState, answer: Fetched | NotModified, reading: Reading | None) -> Iterator[str]:
    """Tell people what was odd about an answer that is good enough.

    Args:
        state: After it.
        answer: A good one.
        reading: Of its body.
    """
    if isinstance(answer, Fetched) and reading is None:
        yield "the last document again, to the byte"
    if reading is not None:
        if reading.bozo:
            yield f"not well-formed: {reading.bozo}"
        if reading.repeated:
            yield f"{reading.repeated} entries repeat the key of another one"
        if reading.truncated:
            yield f"{reading.truncated} entries left out, there are too many"
    if state.redirect_to is not None:
        yield f"moved permanently to {state.redirect_to}, seen {state.redirect_count} times in a row"


def _validators(state: SourceState, answer: Fetched | NotModified, reading: Reading | None) -> Validators:
    given = answer.validators
    if isinstance(answer, NotModified):
        return Validators(
            etag=given.etag or state.validators.etag,
            last_modified=given.last_modified or state.validators.last_modified,
        )
    is_ours = reading is not None or (state.documents > 0 and answer.digest == state.body_digest)
    return given if answer.status == HTTPStatus.OK and is_ours else state.validators


def _is_secure(url: str) -> bool:
    return url[:6].lower() == "https:"
