"""Permanent redirects: when they are believed, and what is polled then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address

from aggregator.model.fetching import Fetched, Hop, NotModified
from aggregator.model.reading import Reading
from aggregator.model.source import Kinship, Move, Source, SourceState
from aggregator.schedule.durations import spell
from aggregator.schedule.requests import address_of, host_of, is_personal

MOVED_AFTER = 5
MOVED_WITHIN = timedelta(days=3)
"""So many answers over so long a time have to agree before a redirect is believed to be permanent."""
LOST_AFTER = timedelta(days=7)
"""So long without a document from the new address, and the configured one is asked again."""

_KEPT_MOVES = 20
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_INNER = (".localhost", ".local", ".lan", ".internal", ".home.arpa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an answer shows of the document: its reading, if it was read, and how many of its entries were known."""

    reading: Reading | None
    known: int
    at: datetime


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


def follow(source: Source, state: SourceState, answer: Fetched | NotModified, seen: Seen) -> SourceState:
    """Take note of a permanent redirect, and poll its target from now on once that has been confirmed.

    It counts for confirmed after five answers over three days that led to the same address, and by documents of
    ours: ones that were read and share entries with those known before. Entries keep their keys, for those hang
    on the source, of which every address is an alias.
    """
    target = permanent_target(address_of(source, state), answer.hops)
    if target is None:
        if state.redirect_to is None:
            return state
        return replace(state, redirect_to=None, redirect_count=0, redirect_since=None, redirect_kin=Kinship.UNKNOWN)
    if target != state.redirect_to:
        state = replace(
            state, redirect_to=target, redirect_count=0, redirect_since=seen.at, redirect_kin=Kinship.UNKNOWN
        )
    shown = _kinship(state, answer, seen)
    kin = state.redirect_kin if state.redirect_kin is not Kinship.UNKNOWN else shown
    counts = kin is Kinship.SAME and shown is not Kinship.STRANGE
    since = state.redirect_since or seen.at
    state = replace(state, redirect_count=state.redirect_count + counts, redirect_since=since, redirect_kin=kin)
    if state.redirect_count < MOVED_AFTER or seen.at - since < MOVED_WITHIN or objection(source, state):
        return state
    why = f"{state.redirect_count} answers since {since:%Y-%m-%d} led there for good"
    return move(source, state, target, seen.at, why)


def objection(source: Source, state: SourceState) -> str:
    """Say why a permanent redirect is never adopted, however often it is seen; empty when nothing speaks against it."""
    if state.redirect_to is None:
        return ""
    here, there = host_of(address_of(source, state)), host_of(state.redirect_to)
    if state.redirect_kin is Kinship.STRANGE:
        return "its document shares no entry with those known before"
    if here != there and is_personal(source):
        return "what this source sends is meant for its own host only"
    if _is_inner(there) and not _is_inner(here):
        return "it leads into a private network"
    return ""


def returned(source: Source, state: SourceState, silent_for: timedelta, now: datetime) -> SourceState:
    """Go back to the configured address when the adopted one has given no document for a week."""
    if state.moved_to is None or silent_for < LOST_AFTER:
        return state
    return move(source, state, source.url, now, f"no document there for {spell(silent_for)}")


def move(source: Source, state: SourceState, target: str, now: datetime, why: str) -> SourceState:
    """Poll another address from now on, and remember how that came about."""
    moved = Move(now, address_of(source, state), target, why)
    return replace(
        state,
        moved_to=target if target != source.url else None,
        moves=(*state.moves, moved)[-_KEPT_MOVES:],
        redirect_to=None,
        redirect_count=0,
        redirect_since=None,
        redirect_kin=Kinship.UNKNOWN,
    )


def _kinship(state: SourceState, answer: Fetched | NotModified, seen: Seen) -> Kinship:
    """Judge by one answer whether the document is the one we know."""
    if isinstance(answer, NotModified):
        # Its own host gave the tag that it recognises. A date proves nothing: any older document fits it.
        return Kinship.SAME if state.validators.etag else Kinship.UNKNOWN
    if seen.reading is None or not state.documents or seen.known:
        return Kinship.SAME
    return Kinship.STRANGE if seen.reading.entries else Kinship.UNKNOWN


def _is_inner(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INNER)


def _is_secure(url: str) -> bool:
    return url[:6].lower() == "https:"
