"""WebSub: ask hubs for pushes, answer what they verify, and take what they bring."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from aggregator.identity import Around, Judged, judge
from aggregator.model.fetching import FetchFailed, Posted, PostRequest
from aggregator.model.following import FollowChange, Followed, Pushed
from aggregator.model.reading import Document, Reading
from aggregator.model.source import ContentPolicy, Source, SourceState
from aggregator.model.verdict import Ask, ChangeSet, Known, New, PollRecord, Revised, Wanted
from aggregator.model.websub import Subscription
from aggregator.pipeline.poll import Polled
from aggregator.pipeline.ports import Clock, Poster, PushStore, Reader
from aggregator.schedule.websub import (
    KEPT_ENDED,
    Us,
    Verified,
    after_push,
    believed,
    concerns,
    form,
    nudge,
    refused,
    tend,
    token_hash,
    verify,
    welcome,
)

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 30
"""So many requests one hub gets a round; the others wait for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushParts:
    """What WebSub is done with.

    Attributes:
        us: Who subscribes, as the settings have it now.
        source: Finds a configured source by its id.
        new_nonce: Makes one that nobody can guess.
        spacing: From the end of a request to a hub to the next one at its host.
    """

    store: PushStore
    poster: Poster
    reader: Reader
    clock: Clock
    user_agent: str
    us: Callable[[], Us]
    source: Callable[[str], Source | None]
    new_nonce: Callable[[], str]
    spacing: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Door:
    """How a body at a callback is received; only with 202 it is read."""

    status: int
    subscription: Subscription | None = None


@dataclass(slots=True)
class _Round:
    """What hubs are to be told."""

    told: dict[str, list[tuple[str, Subscription]]] = field(default_factory=dict)

    def room(self, hub: str) -> bool:
        return len(self.told.get(hub, ())) < MOST_AT_ONCE


async def tend_all(parts: PushParts) -> int:
    """Subscribe, renew and unsubscribe where it is time to; say how many requests were sent.

    A subscription is stored before its hub hears of it, for a hub may verify before it answers. Hubs are asked at
    the same time, each of them one request after another.

    Raises:
        StoreError: What was not stored was not sent.
    """
    round_ = _Round()
    for followed in await parts.store.followed():
        await _tend(followed, parts, round_)
    await asyncio.gather(*(_tell(told, parts) for told in round_.told.values()))
    await parts.store.forget_subscriptions(parts.clock.now() - KEPT_ENDED)
    return sum(map(len, round_.told.values()))


async def answer(parts: PushParts, token: str, query: Mapping[str, str]) -> str | None:
    """Answer a verification: the challenge, an empty text for a denial that was taken, or None for 404.

    Raises:
        StoreError: Nothing is confirmed.
    """
    hashed = token_hash(token)
    subscription = await parts.store.subscription(hashed)
    if not concerns(subscription, query) or subscription is None:
        return None
    verified = Verified()

    def decide(followed: Followed) -> FollowChange:
        nonlocal verified
        verified = verify(followed, hashed, query, parts.clock.now())
        return verified.change

    await parts.store.follow(subscription.source_id, decide)
    for one in verified.change.subscriptions:
        _log(one.source_id, f"{one.stage}{_reason(one)}", one)
    return verified.challenge


async def knock(parts: PushParts, token: str) -> Door:
    """Say how a body is received, before any byte of it is read.

    Raises:
        StoreError: The hub has to try again.
    """
    subscription = await parts.store.subscription(token_hash(token))
    if subscription is None:
        return Door(HTTPStatus.NOT_FOUND)
    active = parts.source(subscription.source_id) is not None
    return Door(welcome(subscription, parts.clock.now(), active=active), subscription)


def weigh(
    parts: PushParts, subscription: Subscription, headers: Sequence[tuple[str, str]], body: bytes
) -> Pushed | None:
    """Say what a body is worth; None when it is to be ignored."""
    pushed = believed(subscription, headers, body, parts.us())
    if pushed is None:
        _log(subscription.source_id, "a push whose signature is not the hub's was ignored", subscription)
    return pushed


async def take(parts: PushParts, pushed: Pushed) -> Polled | None:
    """Take what was pushed: as content where it may be believed and says all, else as a reason to poll.

    Content goes the way of a poll: read, judged, written in one transaction. It may only add: whether an entry was
    revised is told by the publisher's own document, which is asked for then.

    Returns:
        What came of it, like a poll; None when it causes a poll instead.

    Raises:
        StoreError: Nothing of it was kept.
    """
    source = parts.source(pushed.source_id)
    if source is None:
        return None
    reading = await _read(source, pushed, parts) if pushed.trusted else None
    polled, complete = await _write(source, pushed, reading, parts) if reading is not None else (None, False)
    if not complete:
        await remind(parts, pushed, counted=polled is not None)
    return polled


async def remind(parts: PushParts, pushed: Pushed, *, counted: bool = False) -> None:
    """Let a push cause a poll.

    Raises:
        StoreError: It does not.
    """
    now = parts.clock.now()
    await parts.store.follow(pushed.source_id, lambda followed: nudge(followed, pushed, now, counted=counted))


async def _tend(followed: Followed, parts: PushParts, round_: _Round) -> None:
    source = parts.source(followed.state.source_id)
    eligible = source is not None and source.authorization is None and not source.private
    offer = followed.push.offer
    if offer is not None and not round_.room(_host(offer.hub_url)):
        return
    us, now, nonce = parts.us(), parts.clock.now(), parts.new_nonce()
    if tend(followed, us, now, nonce=nonce, eligible=eligible).idle:
        return
    send: tuple[Subscription, ...] = ()

    def decide(known: Followed) -> FollowChange:
        nonlocal send
        made = tend(known, us, now, nonce=nonce, eligible=eligible)
        send = made.send
        return made.change

    await parts.store.follow(followed.state.source_id, decide)
    for one in send:
        round_.told.setdefault(_host(one.offer.hub_url), []).append((followed.state.source_id, one))


async def _tell(told: Sequence[tuple[str, Subscription]], parts: PushParts) -> None:
    """Tell one hub, one request after another; one that cannot be reached is not asked again in this round."""
    unreachable: FetchFailed | None = None
    for source_id, subscription in told:
        if unreachable is not None:
            await _note_refusal(source_id, subscription, unreachable, parts)
            continue
        request = PostRequest(
            url=subscription.offer.hub_url,
            form=form(subscription, parts.us()),
            headers=(("User-Agent", parts.user_agent), ("Accept", "*/*")),
            spacing=parts.spacing,
        )
        outcome = await parts.poster.post(request)
        if isinstance(outcome, Posted):
            _log(source_id, f"{subscription.stage}, the hub answered {outcome.status}", subscription)
        else:
            await _note_refusal(source_id, subscription, outcome, parts)
            unreachable = outcome if outcome.status is None else None


async def _note_refusal(source_id: str, subscription: Subscription, failed: FetchFailed, parts: PushParts) -> None:
    now = parts.clock.now()
    _log(source_id, f"{subscription.stage}, which came to nothing: {failed.detail}", subscription)
    await parts.store.follow(
        source_id, lambda known: refused(known, subscription, failed.detail, failed.retry_after, now)
    )


async def _read(source: Source, pushed: Pushed, parts: PushParts) -> Reading | None:
    """Read a pushed document; None when it is none, or says less than a feed does."""
    reading = await parts.reader.read(
        Document(
            source_id=source.id,
            url=source.url,
            source_url=source.url,
            headers=pushed.headers,
            body=pushed.body,
            now=parts.clock.now(),
            language=source.language,
            content=source.content,
            overrides=source.overrides,
            drop=source.drop,
        )
    )
    if not isinstance(reading, Reading) or not reading.entries:
        return None
    texts = source.content is not ContentPolicy.TITLE
    thin = any((texts and not (entry.content_html or entry.summary)) or not entry.url for entry in reading.entries)
    return None if thin else reading


async def _write(source: Source, pushed: Pushed, reading: Reading, parts: PushParts) -> tuple[Polled | None, bool]:
    """Write what is new, and say whether that is all that the push told of."""
    now = parts.clock.now()
    left = SourceState(source_id=source.id)
    complete = False

    def decide(known: Known) -> ChangeSet:
        nonlocal left, complete
        judged = Judged()
        # The first document decides what is old news, and it has to be the publisher's own.
        if known.state.documents:
            judged = judge(reading.entries, known.entries, _around(source, known, now))
        if judged.wants is not Wanted.NOTHING:
            return ChangeSet(state=known.state, poll=PollRecord(at=now, outcome="unchanged"), wants=judged.wants)
        verdicts = judged.verdicts
        fresh = tuple(verdict for verdict in verdicts if isinstance(verdict, New))
        complete = bool(verdicts) and not any(isinstance(verdict, Revised) for verdict in verdicts)
        left = after_push(known.state, len(fresh), now)
        record = PollRecord(
            at=now,
            outcome="new" if fresh else "unchanged",
            new=len(fresh),
            bytes=len(pushed.body),
            detail=pushed.how,
            next_poll_at=left.next_poll_at,
            next_poll_why=left.next_poll_why,
            via="push",
        )
        return ChangeSet(state=left, poll=record, verdicts=fresh, partial=True)

    digests = tuple(key.digest for entry in reading.entries for key in entry.keys)
    committed = await parts.store.transact(Ask(source_id=source.id, version=None, digests=digests), decide)
    if committed.fenced:
        return None, False
    return Polled(source=source, state=left, record=committed.poll, fenced=False), complete


def _around(source: Source, known: Known, now: datetime) -> Around:
    """Say what a push may know: it tells only of what is new, so nothing has left."""
    return Around(
        now=now,
        whole=False,
        last=known.state.last_ok_at,
        identity=source.overrides.identity,
        updates=source.updates,
        habits=known.habits,
        kept=known.kept,
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _reason(subscription: Subscription) -> str:
    return f" ({subscription.detail})" if subscription.detail else ""


def _log(source_id: str, what: str, subscription: Subscription) -> None:
    """Say what happened between us and a hub; never the callback, which is a secret."""
    hub = _host(subscription.offer.hub_url)
    logger.info("websub %s: %s: %s", source_id, hub, what, extra={"source": source_id, "hub": hub})
