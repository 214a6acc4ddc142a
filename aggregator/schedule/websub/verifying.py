"""What a hub may verify at a callback, and what it may not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest

from aggregator.model.following import FollowChange, Followed
from aggregator.model.websub import Subscription, SubscriptionStage as Stage
from aggregator.schedule.durations import spell
from aggregator.schedule.websub.subscribing import WANTED_LEASE, back_to_polling, failed, refused
from aggregator.text.characters import one_line

LONGEST_LEASE = timedelta(days=14)
"""Longer leases are renewed as if they ended then: a hub may have forgotten us, or lost its disk."""
SHORTEST_LEASE = timedelta(minutes=10)
"""Shorter ones would be renewed more often than a feed is polled."""
VERIFY_AGAIN = timedelta(minutes=10)
"""So long a hub may repeat a verification whose answer it has not got."""
AFTER_DENIAL = timedelta(days=7)

_AFTER_SHORT = timedelta(days=1)
_MAX_CHALLENGE = 4_096
_MAX_REASON = 200
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def concerns(subscription: Subscription | None, query: Mapping[str, str]) -> bool:
    """Say whether a verification may be about this subscription; it takes as long for one that there is not."""
    topic = subscription.offer.topic_url if subscription is not None else "-"
    same = compare_digest(topic.encode("utf-8", "replace"), query.get("hub.topic", "").encode("utf-8", "replace"))
    return same and subscription is not None and subscription.stage is not Stage.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The answer to a verification; without a challenge it is 404."""

    challenge: str | None = None
    change: FollowChange = FollowChange()


def verify(followed: Followed, hashed: str, query: Mapping[str, str], now: datetime) -> Verified:
    """Answer what a hub asks at a callback: only what we asked for is confirmed, a denial is taken at any time.

    Args:
        followed: The source that the callback was made for.
        hashed: Hash of the token.
        query: Of the request.
        now: The time.

    Follows:
        WebSub, 5.2 and 5.3.
    """
    found = next((one for one in followed.subscriptions if one.token_hash == hashed), None)
    if found is None or not concerns(found, query):
        return Verified()
    if query.get("hub.mode") == "denied":
        return Verified(challenge="", change=_denied(followed, found, query.get("hub.reason", ""), now))
    challenge = query.get("hub.challenge", "")
    if not 0 < len(challenge) <= _MAX_CHALLENGE:
        return Verified()
    if query.get("hub.mode") == "subscribe":
        return _confirmed(followed, found, challenge, query.get("hub.lease_seconds", ""), now)
    if query.get("hub.mode") == "unsubscribe" and found.stage is Stage.LEAVING:
        ended = replace(found, stage=Stage.ENDED, changed_at=now, detail="unsubscribed")
        return Verified(challenge=challenge, change=FollowChange(subscriptions=(ended,)))
    return Verified()


def _denied(followed: Followed, found: Subscription, reason: str, now: datetime) -> FollowChange:
    said = one_line(reason[:_MAX_REASON])
    detail = "denied by the hub" + (f": {said}" if said else "")
    ended = replace(found, stage=Stage.ENDED, changed_at=now, detail=detail)
    push = failed(followed.push, detail, AFTER_DENIAL, now)
    others = [one for one in followed.subscriptions if one is not found and one.stage is Stage.ACTIVE]
    if push.since is None or others:
        return FollowChange(subscriptions=(ended,), push=push)
    push = replace(push, since=None, lease_until=None, proven=0, nudged_at=None)
    due_at = back_to_polling(followed, now)
    return FollowChange(subscriptions=(ended,), push=push, due_at=due_at, due_why=f"{detail}: polled as always")


def _confirmed(followed: Followed, found: Subscription, challenge: str, lease: str, now: datetime) -> Verified:
    again = found.stage is Stage.ACTIVE and now - found.changed_at <= VERIFY_AGAIN
    if again:
        return Verified(challenge=challenge)
    if found.stage is not Stage.ASKED:
        return Verified()
    granted = timedelta(seconds=int(lease)) if _SECONDS.fullmatch(lease) else WANTED_LEASE
    length = min(granted, LONGEST_LEASE)
    if length < SHORTEST_LEASE:
        detail = f"the hub grants {spell(length)} only"
        return Verified(change=refused(followed, found, detail, _AFTER_SHORT, now))
    active = replace(found, stage=Stage.ACTIVE, changed_at=now, lease=length, lease_until=now + length)
    push = followed.push
    since = push.since if push.holds(now) else now
    push = replace(push, since=since, lease_until=active.lease_until, attempts=0, retry_at=None, detail="")
    return Verified(challenge=challenge, change=FollowChange(subscriptions=(active,), push=push))
