"""What every store does for hubs and their pushes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.following import FollowChange, Followed
from aggregator.model.reason import Reason
from aggregator.model.verdict import Ask, ChangeSet, Known, New, PollRecord
from aggregator.model.websub import Offer, PushState, Subscription, SubscriptionStage
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import vanished

pytestmark = pytest.mark.anyio

OFFER = Offer("https://h.example/", "https://p.example/feed.xml")
FULL = PushState(
    offer=OFFER,
    since=NOON,
    lease_until=NOON + timedelta(days=9),
    pushes=4,
    brought=3,
    missed=2,
    proven=1,
    last_push_at=NOON,
    last_missed_at=NOON,
    last_missed=1,
    nudged_at=NOON,
    attempts=7,
    retry_at=NOON,
    detail="“no”",
)


def subscription(number: int = 1, **changes: object) -> Subscription:
    made = Subscription(
        token_hash=f"{number:064}",
        nonce=f"n{number}",
        source_id="p",
        offer=OFFER,
        callback_base="https://us.example/websub/",
        signed=True,
        stage=SubscriptionStage.ASKED,
        changed_at=NOON + timedelta(seconds=number),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def store(store: Store) -> Store:
    """Let the store know two sources."""
    await store.sync_sources((make_source("p"), make_source("q")), NOON)
    return store


async def test_what_is_remembered_of_a_hub_comes_back_as_it_was(store):
    made = await store.follow("p", lambda _: FollowChange(push=FULL))
    assert made == FollowChange(push=FULL)
    (followed,) = await store.followed()
    assert (followed.push, followed.active, followed.state.source_id) == (FULL, True, "p")


async def test_nobody_follows_a_source_that_there_is_not(store):
    assert await store.follow("nobody", lambda _: FollowChange(push=FULL)) is None


async def test_live_subscriptions_come_with_their_source_the_oldest_first(store):
    ended = subscription(3, stage=SubscriptionStage.ENDED, detail="over")
    active = subscription(
        2, stage=SubscriptionStage.ACTIVE, lease=timedelta(days=1), lease_until=NOON + timedelta(days=1)
    )
    change = FollowChange(push=PushState(offer=OFFER), subscriptions=(ended, active, subscription(1)))
    await store.follow("p", lambda _: change)
    (followed,) = await store.followed()
    assert followed.subscriptions == (subscription(1), active)
    assert await store.subscription(ended.token_hash) == ended
    assert await store.subscription("0" * 64) is None
    seen: list[Followed] = []

    def look(known: Followed) -> FollowChange:
        seen.append(known)
        return FollowChange()

    await store.follow("p", look)
    assert seen == [followed]


async def test_a_subscription_is_replaced_by_its_later_stage(store):
    await store.follow("p", lambda _: FollowChange(push=PushState(), subscriptions=(subscription(),)))
    later = subscription(1, stage=SubscriptionStage.LEAVING, changed_at=NOON + timedelta(days=1))
    await store.follow("p", lambda _: FollowChange(subscriptions=(later,)))
    assert await store.subscription(later.token_hash) == later


async def test_subscriptions_that_ended_long_ago_are_forgotten_and_no_others(store):
    old = subscription(1, stage=SubscriptionStage.ENDED)
    young = subscription(2, stage=SubscriptionStage.ENDED, changed_at=NOON + timedelta(days=2))
    await store.follow("p", lambda _: FollowChange(subscriptions=(old, young, subscription(3))))
    assert await store.forget_subscriptions(NOON + timedelta(days=1)) == 1
    assert await store.subscription(old.token_hash) is None
    assert await store.subscription(young.token_hash) == young
    assert await store.subscription(subscription(3).token_hash) is not None


async def test_a_source_becomes_due_sooner_but_never_later(store):
    await store.claim_due(NOON, 10)
    soon = NOON + timedelta(minutes=5)
    await store.follow("p", lambda _: FollowChange(due_at=soon, due_why="pushed"))
    await store.follow("p", lambda _: FollowChange(due_at=soon + timedelta(hours=9), due_why="later"))
    assert await store.next_due_at() == soon
    (claim,) = await store.claim_due(soon, 10)
    assert claim.source.id == "p"
    status = await store.status((), soon)
    assert "claimed" in status.sources[0].state.next_poll_why


async def test_a_source_that_is_no_longer_configured_is_followed_but_not_due(store):
    await store.follow("p", lambda _: FollowChange(push=FULL))
    await store.sync_sources((make_source("q"),), NOON)
    await store.follow("p", lambda _: FollowChange(due_at=NOON - timedelta(days=1), due_why="x"))
    (followed,) = await store.followed()
    assert not followed.active
    assert {claim.source.id for claim in await store.claim_due(NOON, 10)} == {"q"}


async def test_another_address_is_another_topic(store):
    await store.follow("p", lambda _: FollowChange(push=FULL))
    await store.sync_sources((make_source("p", url="https://elsewhere.example/"), make_source("q")), NOON)
    (followed,) = await store.followed()
    assert followed.push == replace(FULL, offer=None)


async def test_a_push_is_written_without_a_version_and_fences_nobody(store):
    (claim, *_) = await store.claim_due(NOON, 10)

    def arriving(guid: str, *, partial: bool) -> object:
        def decide(known: Known) -> ChangeSet:
            verdict = New(entry=make_entry(guid, source="p"), reason=Reason("identity", "new", "guid"))
            via = "push" if partial else "poll"
            record = PollRecord(at=NOON, outcome="new", new=1, via=via, detail="by h.example" if partial else "")
            return ChangeSet(state=known.state, poll=record, verdicts=(verdict,), partial=partial)

        return decide

    pushed = await store.transact(Ask(source_id="p", version=None), arriving("1", partial=True))
    polled = await store.transact(Ask(source_id="p", version=claim.state.version), arriving("2", partial=False))
    assert (pushed.fenced, polled.fenced) == (False, False)
    again = await store.transact(Ask(source_id="p", version=None), arriving("3", partial=True))
    assert not again.fenced
    status = await store.status((), NOON, polls=5)
    assert [poll.via for poll in status.sources[0].polls] == ["push", "poll", "push"]
    assert status.sources[0].polls[0].detail == "by h.example"
    assert status.sources[0].entries == 3
    # The poll's document was whole, the pushed ones were not.
    assert await vanished(store) == {"1"}
