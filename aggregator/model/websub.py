"""What a hub was asked for, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Offer:
    """What a document offers to be subscribed to: the hub, and the topic as the publisher names it."""

    hub_url: str
    topic_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushState:
    """What is remembered of a source whose documents name a hub; it is kept with the state of the source.

    Attributes:
        offer: Of the last document that was read; None when it named no hub, or not itself.
        since: When the hub verified the subscription that holds; None without one.
        lease_until: When that subscription ends unless it is renewed.
        pushes: Pushes that were believed.
        brought: New entries that came with a push, or with the poll that a push caused.
        missed: New entries that a poll found by itself while the hub should have told of them.
        proven: Pushes in a row that brought something, with nothing missed in between.
        last_missed: How many of ``missed`` the last miss was, as long as a late push may still take it back.
        nudged_at: A push asked for a poll that has not been made since.
        attempts: Requests for a subscription in a row that came to nothing.
        retry_at: No subscription is asked for before.
        detail: Why there is no subscription, for people.
    """

    offer: Offer | None = None
    since: datetime | None = None
    lease_until: datetime | None = None
    pushes: int = 0
    brought: int = 0
    missed: int = 0
    proven: int = 0
    last_push_at: datetime | None = None
    last_missed_at: datetime | None = None
    last_missed: int = 0
    nudged_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    detail: str = ""

    def holds(self, now: datetime) -> bool:
        """Say whether a verified subscription is in force."""
        return self.since is not None and self.lease_until is not None and now < self.lease_until


class SubscriptionStage(StrEnum):
    """How far a subscription has got."""

    ASKED = "asked"
    ACTIVE = "active"
    LEAVING = "leaving"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One callback, given to one hub for one topic.

    Attributes:
        token_hash: sha256 of the token in the callback's address, hexadecimal: nobody can read the address here.
        nonce: Token and secret are made of it and of a key that is kept elsewhere.
        callback_base: What stood before the token.
        signed: The hub was given a secret, so it has to sign.
        changed_at: When the stage was reached.
        lease_until: Granted by the hub; None before it has verified.
    """

    token_hash: str
    nonce: str
    source_id: str
    offer: Offer
    callback_base: str
    signed: bool
    stage: SubscriptionStage
    changed_at: datetime
    lease_until: datetime | None = None
    lease: timedelta = timedelta()
    detail: str = ""
