"""What every store does for sending: written with the reason for it, kept until it was taken or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.edition import Composed, TopicView
from aggregator.model.sending import Message, MessageState, Settlement, TargetStatus, Way
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import bring, deciding, new
from tests.contract.test_announce_stores import SITE

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
WORLD = make_topic("world")


def message(number: int = 1, **changes: object) -> Message:
    values = {"id": f"m{number}", "way": Way.HOOK, "topic": "world", "target": "chat", "content": f'{{"n": {number}}}'}
    return Message(**(values | {"made_at": NOON, "due_at": NOON} | changes))  # type: ignore[arg-type]


async def write(store: Store, *messages: Message, at: datetime = NOON) -> TopicView:
    """Write messages down as announcing does."""
    views: list[TopicView] = []

    def composing(view: TopicView) -> Composed:
        views.append(view)
        return replace(compose(view, at, SITE), messages=messages)

    await store.announce(WORLD, at, composing)
    return views[0]


async def outbox(store: Store, at: datetime = NOON) -> tuple[TargetStatus, ...]:
    return (await store.status([WORLD], at)).outbox


def settled(state: MessageState, at: datetime = NOON, **changes: object) -> Settlement:
    return Settlement(**({"state": state, "due_at": at, "attempts": 1} | changes))  # type: ignore[arg-type]


async def test_what_was_written_waits_until_it_is_due(store: Store):
    later = message(2, target="other", due_at=NOON + MINUTE)
    await write(store, message(), later)
    assert await store.due_messages(NOON - MINUTE, 9) == ()
    assert await store.due_messages(NOON, 9) == (message(),)
    assert await store.due_messages(NOON + MINUTE, 9) == (message(), later)
    assert await store.due_messages(NOON + MINUTE, 1) == (message(),)


async def test_nothing_is_written_without_its_announcement(store: Store, nothing_commits):
    await store.sync_sources([make_source()], NOON)
    await bring(store, new(make_entry("a")))
    await store.curate(99, deciding("world"))
    with nothing_commits(), pytest.raises(StoreError):
        await write(store, message())
    assert await store.due_messages(NOON, 9) == ()
    assert (await write(store, message())).candidates[0].announced_at is None
    assert await store.due_messages(NOON, 9) == (message(),)


async def test_of_each_target_only_the_oldest_is_due(store: Store):
    await write(store, message(1), message(2), message(3, way=Way.MAIL), message(4, target="other"))
    assert [one.id for one in await store.due_messages(NOON, 9)] == ["m1", "m3", "m4"]
    await store.settle_message(message(1), settled(MessageState.SENT))
    assert [one.id for one in await store.due_messages(NOON, 9)] == ["m2", "m3", "m4"]


async def test_what_was_sent_is_counted_and_its_content_forgotten(store: Store):
    await write(store, message())
    await store.settle_message(message(), settled(MessageState.SENT, NOON + MINUTE))
    (target,) = await outbox(store)
    assert (target.waiting, target.dead, target.sent, target.sent_at) == (0, 0, 1, NOON + MINUTE)
    assert await store.due_messages(NOON + 9 * MINUTE, 9) == ()


async def test_what_failed_waits_with_its_reason_and_its_count(store: Store):
    await write(store, message())
    await store.settle_message(message(), settled(MessageState.WAITING, NOON + MINUTE, detail="h answered 503"))
    assert await store.due_messages(NOON, 9) == ()
    (again,) = await store.due_messages(NOON + MINUTE, 9)
    assert again == message(attempts=1, due_at=NOON + MINUTE)
    assert await outbox(store) == (
        TargetStatus(
            way=Way.HOOK,
            topic="world",
            target="chat",
            waiting=1,
            oldest_at=NOON,
            next_at=NOON + MINUTE,
            detail="h answered 503",
        ),
    )


async def test_a_target_that_is_down_holds_all_that_waits_for_it_and_nothing_else(store: Store):
    await write(store, message(1), message(2), message(3, target="other"))
    await store.settle_message(message(1), settled(MessageState.WAITING, NOON + MINUTE, hold=True))
    assert [one.id for one in await store.due_messages(NOON, 9)] == ["m3"]
    assert [one.id for one in await store.due_messages(NOON + MINUTE, 9)] == ["m1", "m3"]


async def test_what_was_given_up_is_shown_and_no_longer_in_the_way(store: Store):
    await write(store, message(1), message(2))
    await store.settle_message(message(1), settled(MessageState.DEAD, detail="h answered 410"))
    (target,) = await outbox(store)
    assert (target.waiting, target.dead, target.detail) == (1, 1, "h answered 410")
    assert [one.id for one in await store.due_messages(NOON, 9)] == ["m2"]


async def test_what_merges_takes_the_place_of_what_waits_and_its_time(store: Store):
    first = message(1, merges=True, due_at=NOON + MINUTE)
    await write(store, first)
    await store.settle_message(first, settled(MessageState.WAITING, NOON + 2 * MINUTE, detail="hub down"))
    await write(store, message(2, merges=True, due_at=NOON + 9 * MINUTE), at=NOON + MINUTE)
    (waits,) = await store.due_messages(NOON + 2 * MINUTE, 9)
    assert (waits.id, waits.content, waits.due_at, waits.attempts) == ("m2", '{"n": 2}', NOON + 2 * MINUTE, 1)
    # An answer to the one before says nothing about this one.
    await store.settle_message(first, settled(MessageState.SENT))
    assert await store.due_messages(NOON + 2 * MINUTE, 9) == (waits,)
    await store.settle_message(waits, settled(MessageState.SENT))
    await write(store, message(3, merges=True), at=NOON + MINUTE)
    assert [one.id for one in await store.due_messages(NOON + MINUTE, 9)] == ["m3"]


async def test_the_same_message_is_written_once(store: Store):
    await write(store, message())
    await write(store, message())
    assert (await outbox(store))[0].waiting == 1


async def test_up_to_when_a_mailbox_was_told_is_known_from_the_next_time_on(store: Store):
    def telling(view: TopicView) -> Composed:
        return replace(compose(view, NOON, SITE), told=(("ann", NOON), ("bob", NOON - MINUTE)))

    assert (await write(store)).told == ()
    await store.announce(WORLD, NOON, telling)
    assert (await write(store)).told == (("ann", NOON), ("bob", NOON - MINUTE))


async def test_subjects_announced_in_slices_are_named_to_who_composes_last(store: Store):
    await store.sync_sources([make_source()], NOON)
    await bring(store, new(*(make_entry(str(number), source="lwn") for number in range(600))))
    while (await store.curate(99, deciding("world"))).arrivals:
        pass
    told: list[tuple[TopicView, Composed]] = []

    def composing(view: TopicView) -> Composed:
        told.append((view, compose(view, NOON, SITE)))
        return told[-1][1]

    await store.announce(WORLD, NOON, composing)
    view, composed = told[-1]
    assert len({*view.announcing, *composed.announced}) == 600
    assert len(composed.edition.entries) == 60


async def test_due_times_move_with_a_clock_that_was_stepped(store: Store):
    await write(store, message())
    await store.shift(timedelta(hours=-1))
    assert [one.due_at for one in await store.due_messages(NOON, 9)] == [NOON - timedelta(hours=1)]


async def test_what_is_over_is_forgotten_after_a_while_and_what_waits_never(store: Store):
    await write(store, message(1), message(2, target="b"), message(3, target="c"), message(4, target="d"))
    for number, target, state in ((1, "chat", MessageState.SENT), (2, "b", MessageState.DROPPED)):
        await store.settle_message(message(number, target=target), settled(state))
    await store.settle_message(message(3, target="c"), settled(MessageState.DEAD))
    assert [one.target for one in await outbox(store)] == ["c", "chat", "d"]
    await store.prune(NOON + timedelta(days=8))
    assert [one.target for one in await outbox(store)] == ["c", "d"]
    await store.prune(NOON + timedelta(days=31))
    assert [one.target for one in await outbox(store)] == ["d"]
