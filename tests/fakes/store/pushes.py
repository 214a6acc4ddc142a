"""Hubs, and the subscriptions that they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aggregator.model.following import FollowChange, Followed
from aggregator.model.websub import Subscription, SubscriptionStage
from tests.fakes.store.kept import Kept


def followed(kept: Kept) -> tuple[Followed, ...]:
    return tuple(_followed(kept, number) for number, one in kept.sources.items() if one.state.push is not None)


def subscription(kept: Kept, token_hash: str) -> Subscription | None:
    if token_hash not in kept.subscriptions:
        return None
    number, found = kept.subscriptions[token_hash]
    return replace(found, source_id=kept.sources[number].source.id)


def follow(kept: Kept, source_id: str, decide: Callable[[Followed], FollowChange]) -> FollowChange | None:
    number = kept.source_number(source_id)
    if number is None:
        return None
    change = decide(_followed(kept, number))
    one = kept.sources[number]
    state = one.state if change.push is None else replace(one.state, push=change.push)
    sooner = change.due_at is not None and state.next_poll_at is not None and change.due_at < state.next_poll_at
    if one.active and sooner:
        state = replace(state, next_poll_at=change.due_at, next_poll_why=change.due_why)
    kept.sources[number] = replace(one, state=state)
    kept.subscriptions.update((made.token_hash, (number, made)) for made in change.subscriptions)
    return change


def forget_subscriptions(kept: Kept, before: datetime) -> int:
    old = [
        token
        for token, (_, one) in kept.subscriptions.items()
        if one.stage is SubscriptionStage.ENDED and one.changed_at < before
    ]
    for token in old:
        del kept.subscriptions[token]
    return len(old)


def _followed(kept: Kept, number: int) -> Followed:
    own = (subscription(kept, token) for token, (source, _) in kept.subscriptions.items() if source == number)
    live = [one for one in own if one is not None and one.stage is not SubscriptionStage.ENDED]
    return Followed(
        state=kept.sources[number].state,
        active=kept.sources[number].active,
        subscriptions=tuple(sorted(live, key=lambda one: (one.changed_at, one.token_hash))),
    )
