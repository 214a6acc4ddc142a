"""Subscriptions: when to ask for one, renew it, and leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model.following import FollowChange, Followed
from aggregator.model.websub import Offer, PushState, Subscription, SubscriptionStage as Stage
from aggregator.schedule.durations import spell
from aggregator.schedule.websub.keys import secret_of, token_hash, token_of

WANTED_LEASE = timedelta(days=10)
VERIFY_WITHIN = timedelta(hours=1)
KEPT_ENDED = timedelta(days=30)
"""So long a callback that has ended is answered with 410; later it is as unknown as any other."""

_FIRST_RETRY = timedelta(minutes=15)
_LONGEST_RETRY = timedelta(days=1)
_MOST_DOUBLINGS = 10
_UNVERIFIED = f"the hub did not verify within {spell(VERIFY_WITHIN)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """Who subscribes.

    Attributes:
        callback_base: Public address that tokens are put behind; None when hubs cannot reach us.
        key: Secret bytes, kept outside of the database.
        wanted: Whether the settings want pushes.
        sha1: Whether what is signed with sha1 counts as signed.
    """

    callback_base: str | None
    key: bytes
    wanted: bool = True
    sha1: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tending:
    """What is to be done about one source.

    Attributes:
        change: To be stored before anything is sent.
        send: Subscriptions in the stage asked or leaving, to be told to their hubs.
    """

    change: FollowChange = FollowChange()
    send: tuple[Subscription, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return self == Tending()


def tend(followed: Followed, us: Us, now: datetime, *, nonce: str, eligible: bool = True) -> Tending:
    """Say what is to be done about the subscriptions of one source.

    Args:
        followed: The source.
        us: Who subscribes.
        now: The time.
        nonce: A new one, for a new callback.
        eligible: Whether this source may be talked about to hubs; one with credentials may not.
    """
    wanted = us.wanted and eligible and followed.active and us.callback_base is not None
    offer = followed.push.offer if wanted else None
    changed = [_aged(one, offer, us, now) for one in followed.subscriptions]
    current = _current(changed)
    # A renewed subscription has a callback of its own; the one before it is given back.
    changed = [_leaving(one, now) if _is(one, Stage.ACTIVE) and one is not current else one for one in changed]
    push = _after(followed.push, followed.subscriptions, changed, current, now)
    fresh: list[Subscription] = []
    if offer and _may_ask(push, changed, current, now):
        fresh = [_asked(followed.state.source_id, offer, us, nonce, now)]
    altered = [one for one, before in zip(changed, followed.subscriptions, strict=True) if one != before]
    told = [one for one in altered if _is(one, Stage.LEAVING)]
    lost = followed.push.since is not None and push.since is None
    change = FollowChange(
        push=push if push != followed.push else None,
        subscriptions=(*altered, *fresh),
        due_at=back_to_polling(followed, now) if lost else None,
        due_why=f"no push any more ({push.detail}): polled as always" if lost else "",
    )
    return Tending(change=change, send=(*told, *fresh))


def form(subscription: Subscription, us: Us) -> tuple[tuple[str, str], ...]:
    """Write what is posted to the hub.

    Follows:
        WebSub, 5.1; the secret is given to secure hubs only.
    """
    leaving = subscription.stage is Stage.LEAVING
    fields = [
        ("hub.callback", f"{subscription.callback_base}{token_of(us.key, subscription.nonce)}"),
        ("hub.mode", "unsubscribe" if leaving else "subscribe"),
        ("hub.topic", subscription.offer.topic_url),
    ]
    if not leaving:
        fields.append(("hub.lease_seconds", str(int(WANTED_LEASE.total_seconds()))))
        if subscription.signed:
            fields.append(("hub.secret", secret_of(us.key, subscription.nonce)))
    return tuple(fields)


def refused(followed: Followed, told: Subscription, detail: str, wait: timedelta | None, now: datetime) -> FollowChange:
    """Take note that a hub did not take a request.

    A subscription that could not be given back ends here; the hub is told with 410 when it pushes.
    """
    ended = replace(_kept(followed, told), stage=Stage.ENDED, changed_at=now, detail=detail)
    if told.stage is Stage.LEAVING:
        return FollowChange(subscriptions=(ended,))
    return FollowChange(subscriptions=(ended,), push=failed(followed.push, detail, wait, now))


def renew_at(subscription: Subscription) -> datetime:
    """Say when an active subscription is renewed: after 70 to 80 hundredths of its lease, each at its own moment."""
    own = int(subscription.token_hash[:8], 16) / 2**32
    return subscription.changed_at + subscription.lease * (0.7 + 0.1 * own)


def back_to_polling(followed: Followed, now: datetime) -> datetime:
    """Say when a source is due that nobody announces any more: as if it had been polled all the time."""
    state = followed.state
    return max(now, state.last_ok_at + state.interval) if state.last_ok_at else now


def _is(subscription: Subscription, stage: Stage) -> bool:
    return subscription.stage is stage


def _aged(one: Subscription, offer: Offer | None, us: Us, now: datetime) -> Subscription:
    """Bring one subscription up to date with the time and with what is wanted."""
    held = now - one.changed_at
    why = ""
    if token_hash(token_of(us.key, one.nonce)) != one.token_hash:
        why = "the key of the callbacks changed"
    elif one.callback_base != us.callback_base:
        why = "our own address changed"
    elif one.stage is not Stage.ACTIVE and held > VERIFY_WITHIN:
        why = _UNVERIFIED
    elif _is(one, Stage.ASKED) and one.offer != offer:
        why = "not wanted any more"
    elif _is(one, Stage.ACTIVE) and one.lease_until is not None and one.lease_until <= now:
        why = "the lease has ended"
    if why:
        return replace(one, stage=Stage.ENDED, changed_at=now, detail=why)
    return _leaving(one, now) if _is(one, Stage.ACTIVE) and one.offer != offer else one


def _leaving(one: Subscription, now: datetime) -> Subscription:
    return replace(one, stage=Stage.LEAVING, changed_at=now)


def _current(subscriptions: Iterable[Subscription]) -> Subscription | None:
    active = [one for one in subscriptions if _is(one, Stage.ACTIVE)]
    return max(active, key=lambda one: one.changed_at, default=None)


def _after(
    push: PushState,
    before: Iterable[Subscription],
    after: Iterable[Subscription],
    current: Subscription | None,
    now: datetime,
) -> PushState:
    pairs = [(old.stage, new) for old, new in zip(before, after, strict=True) if _is(new, Stage.ENDED)]
    if any(stage is Stage.ASKED and new.detail == _UNVERIFIED for stage, new in pairs):
        push = failed(push, _UNVERIFIED, None, now)
    ended = [new for stage, new in pairs if stage is Stage.ACTIVE]
    if push.since is not None and current is None:
        why = ended[-1].detail if ended else "the source names another hub, or none"
        push = replace(push, since=None, lease_until=None, proven=0, nudged_at=None, detail=why)
    return push


def _may_ask(
    push: PushState, subscriptions: Iterable[Subscription], current: Subscription | None, now: datetime
) -> bool:
    if any(_is(one, Stage.ASKED) for one in subscriptions) or (push.retry_at is not None and now < push.retry_at):
        return False
    return current is None or now >= renew_at(current)


def _asked(source_id: str, offer: Offer, us: Us, nonce: str, now: datetime) -> Subscription:
    return Subscription(
        token_hash=token_hash(token_of(us.key, nonce)),
        nonce=nonce,
        source_id=source_id,
        offer=offer,
        callback_base=us.callback_base or "",
        signed=offer.hub_url.startswith("https:"),
        stage=Stage.ASKED,
        changed_at=now,
    )


def _kept(followed: Followed, told: Subscription) -> Subscription:
    return next((one for one in followed.subscriptions if one.token_hash == told.token_hash), told)


def failed(push: PushState, detail: str, wait: timedelta | None, now: datetime) -> PushState:
    """Take note that no subscription came of a request, and stay away: the longer, the more often that happened."""
    attempts = push.attempts + 1
    away = min(_FIRST_RETRY * (1 << min(attempts - 1, _MOST_DOUBLINGS)), _LONGEST_RETRY)
    return replace(push, attempts=attempts, retry_at=now + max(away, wait or away), detail=detail)
