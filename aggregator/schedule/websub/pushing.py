"""Pushes: which are believed, what they lead to, and how much a hub is relied on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.model.fetching import FetchOutcome
from aggregator.model.following import FollowChange, Followed, Pushed
from aggregator.model.reading import Reading, ReadOutcome
from aggregator.model.source import Source, SourceState
from aggregator.model.websub import PushState, Subscription, SubscriptionStage as Stage
from aggregator.schedule.conclude import Conclusion
from aggregator.schedule.durations import spell
from aggregator.schedule.rate import observed
from aggregator.schedule.websub.keys import secret_of, signed_with
from aggregator.schedule.websub.offers import offered
from aggregator.schedule.websub.subscribing import Us
from aggregator.text.digests import digest64

NET = timedelta(hours=12)
"""How rarely a source is polled at most whose hub can be relied on."""
GAP = timedelta(minutes=5)
"""A push causes no poll sooner than so long after the last one."""
UNSIGNED_GAP = timedelta(minutes=15)
"""The same for pushes that anybody who learnt the callback could have made up."""
SETTLE = timedelta(minutes=10)
"""So long after being verified a hub may still miss things, and so long a push may be later than a poll."""
LATE = timedelta(hours=1)
"""So long what a push told of may take to show in the document: copies in between may be stale."""

_MOST_DOUBLINGS = 8
_JITTER = 0.1


def welcome(subscription: Subscription, now: datetime, *, active: bool) -> int:
    """Say with which status a body at a callback is received: 202, or 410 where nothing is wanted any more.

    A callback that was never verified is as good as unknown: 404.

    Follows:
        WebSub, 7: 410 tells the hub to end the subscription.
    """
    if subscription.stage is Stage.ASKED:
        return 404
    over = subscription.lease_until is None or subscription.lease_until <= now
    return 410 if subscription.stage is Stage.ENDED or over or not active else 202


def believed(subscription: Subscription, headers: Iterable[tuple[str, str]], body: bytes, us: Us) -> Pushed | None:
    """Say what a body at a callback is worth; None when its signature is not that of the hub: it is ignored.

    Which source it is for is told by the callback alone, whatever its headers and the document say.

    Follows:
        WebSub, 7.1; sha1 is still what many hubs sign with, enough to cause a poll.
    """
    given = tuple(headers)
    hub = urlsplit(subscription.offer.hub_url).hostname or ""
    trusted, how = False, f"pushed by {hub}, unsigned"
    if subscription.signed:
        said = next((value for name, value in given if name == "x-hub-signature"), "")
        method = signed_with(said, body, secret_of(us.key, subscription.nonce))
        if method is None:
            return None
        trusted, how = us.sha1 or method != "sha1", f"pushed by {hub}, signed with {method}"
    return Pushed(source_id=subscription.source_id, headers=given, body=body, trusted=trusted, how=how)


def nudge(followed: Followed, pushed: Pushed, now: datetime, *, counted: bool = False) -> FollowChange:
    """Let a push cause a poll: soon, never right after another one, and not before a failing server's time.

    Args:
        followed: The source.
        pushed: What came.
        now: When.
        counted: The push was counted already, for some of its content was taken.
    """
    push = followed.push if counted else _heard(followed.push, now)
    state = followed.state
    if state.errors:
        return FollowChange(push=push)
    gap = GAP if pushed.trusted else UNSIGNED_GAP
    due_at = max(now, state.last_ok_at + gap) if state.last_ok_at else now
    return FollowChange(push=replace(push, nudged_at=now), due_at=due_at, due_why=f"{pushed.how}: due at once")


def after_push(state: SourceState, new: int, now: datetime) -> SourceState:
    """Take note of a push whose content was taken, with so many new entries."""
    push = _heard(state.push or PushState(), now)
    push = replace(push, brought=push.brought + new, proven=push.proven + bool(new))
    # Polls will not see them as new; the source publishes them all the same.
    return replace(state, push=push, rate=observed(state.rate, now, new) if new else state.rate)


def follow(  # noqa: PLR0913 - what a poll has brought is that much, as in ``conclude``
    source: Source,
    before: SourceState,
    conclusion: Conclusion,
    outcome: FetchOutcome,
    reading: ReadOutcome | None,
    *,
    asked_at: datetime,
) -> Conclusion:
    """Complete what a poll leaves behind by what it means for the hub: its tally, and when the next poll is due.

    Args:
        source: As configured.
        before: The state that was known when the poll was written down.
        conclusion: Of the poll.
        outcome: Of the request.
        reading: Of the body, where one was read.
        asked_at: When the request was sent; a push after that may tell of what its answer does not hold.
    """
    push, now = before.push, conclusion.poll.at
    if isinstance(reading, Reading) and not conclusion.state.errors:
        offer = offered(outcome.headers, outcome.url, reading.profile)
        if offer is not None or push is not None:
            push = replace(push or PushState(), offer=offer)
    if push is None:
        return conclusion
    overtaken = push.nudged_at is not None and push.nudged_at > asked_at
    if not conclusion.state.errors:
        push = _tallied(push, conclusion.poll.new, now, overtaken=overtaken)
    concluded = replace(conclusion, state=replace(conclusion.state, push=push))
    if overtaken:
        return _due(concluded, now + UNSIGNED_GAP, "pushed while it was asked: once more", earlier=True)
    return _thinned(source, concluded, push, now)


def _heard(push: PushState, now: datetime) -> PushState:
    """Count a push; one that comes a little later than the poll that found the same was no miss."""
    heard = replace(push, pushes=push.pushes + 1, last_push_at=now)
    if push.last_missed and push.last_missed_at is not None and now - push.last_missed_at <= SETTLE:
        back = push.last_missed
        heard = replace(heard, missed=push.missed - back, brought=push.brought + back, proven=push.proven + 1)
    return replace(heard, last_missed=0)


def _tallied(push: PushState, new: int, now: datetime, *, overtaken: bool) -> PushState:
    """Count what a good poll found: as brought by the hub, or as missed by it."""
    told = push.nudged_at is not None and now - push.nudged_at <= LATE
    if told and not new:
        return push
    if told:
        push = replace(push, brought=push.brought + new, proven=push.proven + 1)
    elif new and push.holds(now) and push.since is not None and now - push.since > SETTLE:
        push = replace(push, missed=push.missed + new, last_missed=new, last_missed_at=now, proven=0)
    return push if overtaken else replace(push, nudged_at=None)


def _thinned(source: Source, conclusion: Conclusion, push: PushState, now: datetime) -> Conclusion:
    """Poll the more rarely the longer the hub has told of everything; a rhythm that the user fixed stays."""
    state = conclusion.state
    awaited = push.nudged_at is not None
    if state.errors or awaited or not push.proven or not push.holds(now) or not source.every.adaptive:
        return conclusion
    length = min(NET, source.every.longest, state.interval * (1 << min(push.proven, _MOST_DOUBLINGS)))
    fraction = (digest64("net", source.id, now.isoformat()) & 0xFFFF_FFFF) / 2**32
    at = min(now + length * (1 + _JITTER * fraction), push.lease_until or now)
    times = "once" if push.proven == 1 else f"{push.proven} times in a row"
    return _due(conclusion, at, f"the hub told of news {times}: {spell(length)} as a net")


def _due(conclusion: Conclusion, at: datetime, why: str, *, earlier: bool = False) -> Conclusion:
    """Move the next poll, later or earlier as it is meant, and say why."""
    state = conclusion.state
    due_at = state.next_poll_at or at
    if (at < due_at) is not earlier or at == due_at:
        return conclusion
    said = f"{state.next_poll_why}; {why}"
    return replace(
        conclusion,
        state=replace(state, next_poll_at=at, next_poll_why=said),
        poll=replace(conclusion.poll, next_poll_at=at, next_poll_why=said),
    )
