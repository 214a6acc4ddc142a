"""Hubs and subscriptions to columns and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.websub import Offer, PushState, Subscription, SubscriptionStage
from aggregator.store.sqlite.rows import Row, decode, encode, known_moment, moment, moment_or_none, read_moment

_PUSH = tuple((one.name, one.default) for one in fields(PushState))
_MOMENTS = frozenset(name for name, _ in _PUSH if name in {"since", "lease_until"} or name.endswith("_at"))


def push_text(push: PushState | None) -> str | None:
    """Write what is remembered of a hub; what is as it was at first is left out."""
    if push is None:
        return None
    return encode({name: _plain(value) for name, default in _PUSH if (value := getattr(push, name)) != default})


def read_push(text: str | None) -> PushState | None:
    """Read what is remembered of a hub."""
    if text is None:
        return None
    said: dict[str, Any] = decode(text)
    for name in _MOMENTS & said.keys():
        said[name] = known_moment(said[name])
    if "offer" in said:
        said["offer"] = Offer(*said["offer"])
    return PushState(**said)


def subscription_of(row: Row) -> Subscription:
    """Read a subscription from its row, joined with the name of its source."""
    return Subscription(
        token_hash=row["token_hash"],
        nonce=row["nonce"],
        source_id=row["source"],
        offer=Offer(row["hub_url"], row["topic_url"]),
        callback_base=row["callback_base"],
        signed=bool(row["signed"]),
        stage=SubscriptionStage(row["stage"]),
        changed_at=known_moment(row["changed_at"]),
        lease_until=read_moment(row["lease_until"]),
        lease=timedelta(seconds=row["lease_s"]),
        detail=row["detail"],
    )


def subscription_columns(one: Subscription, source_row: int) -> tuple[Any, ...]:
    """Write a subscription in the order of the table's columns."""
    return (
        one.token_hash,
        one.nonce,
        source_row,
        one.offer.hub_url,
        one.offer.topic_url,
        one.callback_base,
        int(one.signed),
        one.stage.value,
        moment(one.changed_at),
        moment_or_none(one.lease_until),
        one.lease.total_seconds(),
        one.detail,
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return (value.hub_url, value.topic_url) if isinstance(value, Offer) else value
