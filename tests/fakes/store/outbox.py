"""What has to leave, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model.sending import Message, MessageState, Settlement, TargetStatus
from tests.fakes.store.kept import Kept, KeptMessage

FORGET = {
    MessageState.SENT: timedelta(days=7),
    MessageState.DROPPED: timedelta(days=7),
    MessageState.DEAD: timedelta(days=30),
}


def add(kept: Kept, messages: Iterable[Message]) -> None:
    for message in messages:
        waiting = next((number for number, one in _waiting(kept) if _target(one.message) == _target(message)), None)
        if message.merges and waiting is not None:
            one = kept.outbox[waiting]
            kept.outbox[waiting] = replace(one, message=replace(one.message, id=message.id, content=message.content))
        elif all(one.message.id != message.id for one in kept.outbox.values()):
            kept.outbox[max(kept.outbox, default=0) + 1] = KeptMessage(message, MessageState.WAITING)


def due(kept: Kept, now: datetime, limit: int) -> tuple[Message, ...]:
    oldest: dict[object, Message] = {}
    for _, one in _waiting(kept):
        if one.message.due_at <= now:
            oldest.setdefault(_target(one.message), one.message)
    return tuple(oldest.values())[:limit]


def settle(kept: Kept, message: Message, settlement: Settlement) -> None:
    for number, one in _waiting(kept):
        if one.message.id == message.id:
            over = settlement.state in {MessageState.SENT, MessageState.DROPPED}
            settled = replace(
                one.message,
                due_at=settlement.due_at,
                attempts=settlement.attempts,
                content="" if over else one.message.content,
            )
            kept.outbox[number] = KeptMessage(settled, settlement.state, settlement.detail)
        elif settlement.hold and _target(one.message) == _target(message):
            later = max(one.message.due_at, settlement.due_at)
            kept.outbox[number] = replace(one, message=replace(one.message, due_at=later))


def targets(kept: Kept) -> tuple[TargetStatus, ...]:
    of: dict[tuple[str, str, str], list[KeptMessage]] = {}
    for one in kept.outbox.values():
        if one.state is not MessageState.DROPPED:
            of.setdefault(_target(one.message), []).append(one)
    return tuple(_status(messages) for _, messages in sorted(of.items()))


def forget(kept: Kept, now: datetime) -> None:
    for number, one in list(kept.outbox.items()):
        age = FORGET.get(one.state)
        if age is not None and one.message.due_at < now - age:
            del kept.outbox[number]


def _status(messages: list[KeptMessage]) -> TargetStatus:
    by_state = {state: [one for one in messages if one.state is state] for state in MessageState}
    waiting, dead, sent = (by_state[state] for state in (MessageState.WAITING, MessageState.DEAD, MessageState.SENT))
    details = [one.detail for one in messages if one.state is not MessageState.SENT and one.detail]
    first = messages[0].message
    return TargetStatus(
        way=first.way,
        topic=first.topic,
        target=first.target,
        waiting=len(waiting),
        dead=len(dead),
        sent=len(sent),
        oldest_at=min((one.message.made_at for one in waiting), default=None),
        next_at=min((one.message.due_at for one in waiting), default=None),
        sent_at=max((one.message.due_at for one in sent), default=None),
        dead_at=max((one.message.due_at for one in dead), default=None),
        detail=details[-1] if details else "",
    )


def _waiting(kept: Kept) -> list[tuple[int, KeptMessage]]:
    return [(number, one) for number, one in kept.outbox.items() if one.state is MessageState.WAITING]


def _target(message: Message) -> tuple[str, str, str]:
    return (message.way.value, message.topic, message.target)
