"""What of a source may be shown, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from aggregator.model.source import Source, SourceState, is_local
from aggregator.model.status import SourceStatus, SourceView, Status
from aggregator.model.verdict import PollRecord

HIDDEN = "…"

_SHORT = 6
"""Words of a header up to this length, such as ``Basic``, are no secrets and would blank ordinary text."""

_URL = re.compile(r"\b(?:https?|file)://[^\s<>\"']+", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(
    r"(^|&)([^=&]*(?:token|secret|passw|pwd|auth|sig|key|session|credential)[^=&]*)=[^&]*", re.IGNORECASE
)


def shown_url(url: str) -> str:
    """Take user names, passwords and parameters that are named like secrets out of an address.

    >>> shown_url("https://me:pw@news.example/feed?cat=2&api_key=abc")
    'https://news.example/feed?cat=2&api_key=…'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    query = _SECRET_PARAMETER.sub(rf"\1\2={HIDDEN}", parts.query)
    if query == parts.query and "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def clean_addresses(text: str) -> str:
    """Take what is secret out of the addresses that a text names."""
    return _URL.sub(lambda found: shown_url(found.group()), text) if "://" in text else text


def without_secrets(status: Status) -> Status:
    """Give the status as the operator may see it: everything but credentials."""
    return replace(status, sources=tuple(map(_without_credentials, status.sources)))


def view_without_secrets(view: SourceView) -> SourceView:
    """Give one source as the operator may see it."""
    return replace(view, status=_without_credentials(view.status))


def for_everyone(status: Status) -> Status:
    """Give the status as anybody may see it.

    Beyond credentials, the address of a private source is gone (an empty ``url``), its error is the bare name of
    the outcome, and of local documents only the file's name is left. What was learned of the hosts of private sources
    is not told, nor to whom we send what, and no private topic is named.
    """
    sources = map(_without_credentials, status.sources)
    hidden = [name for one in status.sources if one.source.private for name in _names(one)]
    return replace(
        status,
        topics=tuple(topic for topic in status.topics if not topic.private),
        sources=tuple(_reduced(one) if one.source.private else _unplaced(one) for one in sources),
        outbox=(),
        paces=tuple(pace for pace in status.paces if not any(f".{name}".endswith(f".{pace.key}") for name in hidden)),
    )


def _without_credentials(one: SourceStatus) -> SourceStatus:
    if _is_plain(one):
        return one
    source = replace(one.source, url=shown_url(one.source.url), authorization=None, headers=())
    secrets = [one.source.authorization, *(value for _, value in one.source.headers)]
    words = [word for secret in secrets if secret for word in (secret, *secret.split()) if len(word) > _SHORT]

    def clean(text: str) -> str:
        for word in words:
            text = text.replace(word, HIDDEN)
        return clean_addresses(text)

    return _retold(one, source, clean)


def _is_plain(one: SourceStatus) -> bool:
    """Say whether there is nothing to take away; true of nearly all, and many times quicker than doing it."""
    source, state = one.source, one.state
    moved = state.redirect_to or state.moved_to or state.moves
    if source.authorization or source.headers or source.url != shown_url(source.url) or moved:
        return False
    told = [state.last_error or "", state.next_poll_why]
    told.extend(text for poll in one.polls for text in (poll.detail, poll.next_poll_why, poll.sent, poll.came))
    return not any("://" in text for text in told)


def _reduced(one: SourceStatus) -> SourceStatus:
    source = replace(one.source, url="", pace_key="")
    failed = next((poll.outcome for poll in one.polls[:1]), "failed")
    names = _names(one)

    def clean(text: str) -> str:
        text = _URL.sub(HIDDEN, text)
        for name in names:
            text = text.replace(name, HIDDEN)
        return text

    reduced = replace(_retold(one, source, clean), pace_key="")
    error = failed if one.state.last_error else None
    polls = tuple(replace(poll, detail="", sent="", came="") for poll in reduced.polls)
    profile = replace(one.state.profile, feed_id=None, site_url=None, icon_url=None, hub_url=None, self_url=None)
    return replace(reduced, state=replace(reduced.state, last_error=error, profile=profile, push=None), polls=polls)


def _unplaced(one: SourceStatus) -> SourceStatus:
    if not is_local(one.source.url):
        return one
    folder, _, name = urlsplit(one.source.url).path.rpartition("/")
    source = replace(one.source, url=f"file:{name}")

    def clean(text: str) -> str:
        text = text.replace(one.source.url, source.url)
        return text.replace(f"{folder}/", "") if folder else text

    return _retold(one, source, clean)


def _retold(one: SourceStatus, source: Source, clean: Callable[[str], str]) -> SourceStatus:
    state: SourceState = replace(
        one.state,
        last_error=None if one.state.last_error is None else clean(one.state.last_error),
        next_poll_why=clean(one.state.next_poll_why),
        redirect_to=None,
        moved_to=None if one.state.moved_to is None else clean(one.state.moved_to),
        moves=tuple(
            replace(move, from_url=clean(move.from_url), to_url=clean(move.to_url), why=clean(move.why))
            for move in one.state.moves
        ),
        validators_url=None,
    )
    polls = tuple(_retold_poll(poll, clean) for poll in one.polls)
    return replace(one, source=source, state=state, polls=polls)


def _retold_poll(poll: PollRecord, clean: Callable[[str], str]) -> PollRecord:
    return replace(
        poll,
        detail=clean(poll.detail),
        next_poll_why=clean(poll.next_poll_why),
        sent=clean(poll.sent),
        came=clean(poll.came),
    )


def _names(one: SourceStatus) -> list[str]:
    """Name the host of a source and what it is asked under, the longest name first."""
    return sorted({_host(one.source), one.pace_key, one.source.pace_key} - {""}, key=len, reverse=True)


def _host(source: Source) -> str:
    try:
        return urlsplit(source.url).hostname or ""
    except ValueError:
        return ""
