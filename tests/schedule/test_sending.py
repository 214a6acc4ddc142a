"""Pauses between attempts, and the end of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.model.sending import Attempt, Message, MessageState, Way
from aggregator.schedule.sending import FIRST_PAUSE, GIVE_UP, LONGEST_PAUSE, settle
from tests.builders import NOON

FAILED = Attempt(ok=False, detail="h.example answered 503", down=True)


def message(number: int = 1, **changes: object) -> Message:
    values = {"id": f"m{number}", "way": Way.HOOK, "topic": "world", "target": "chat", "content": "{}"}
    return Message(**(values | {"made_at": NOON, "due_at": NOON} | changes))  # type: ignore[arg-type]


def life(attempt: Attempt = FAILED, **changes: object) -> tuple[list[datetime], MessageState]:
    """Let every attempt fail, each when it is due; give the moments, and how it ended."""
    one, now, moments = message(**changes), NOON, []
    while True:
        moments.append(now)
        settled = settle(one, attempt, now)
        if settled.state is not MessageState.WAITING:
            return moments, settled.state
        now = settled.due_at
        one = message(**changes, attempts=settled.attempts)


def test_what_arrived_is_done():
    settled = settle(message(attempts=3), Attempt(ok=True), NOON)
    assert (settled.state, settled.attempts, settled.detail) == (MessageState.SENT, 3, "")


def test_pauses_double_up_to_a_bound_and_end_after_three_days():
    moments, state = life()
    pauses = [after - before for before, after in pairwise(moments)]
    assert state is MessageState.DEAD
    assert moments[-1] - NOON <= GIVE_UP
    assert moments[-1] - NOON > GIVE_UP - 1.2 * LONGEST_PAUSE
    assert all(0.8 * FIRST_PAUSE <= pause <= 1.2 * LONGEST_PAUSE for pause in pauses)
    for number, pause in enumerate(pauses):
        assert 0.8 <= pause / min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) <= 1.2
    assert len(moments) < 25


def test_what_failed_together_is_not_repeated_together():
    due = {settle(message(number), FAILED, NOON).due_at for number in range(100)}
    assert len(due) > 80
    assert max(due) - min(due) > 0.3 * FIRST_PAUSE


def test_what_cannot_succeed_is_tried_once():
    moments, state = life(Attempt(ok=False, detail="h.example answered 410 Gone", final=True))
    assert (moments, state) == ([NOON], MessageState.DEAD)


def test_a_receiver_is_waited_for_as_long_as_it_says_within_reason():
    busy = Attempt(ok=False, retry_after=timedelta(hours=2))
    assert settle(message(), busy, NOON).due_at == NOON + timedelta(hours=2)
    greedy = Attempt(ok=False, retry_after=timedelta(days=400))
    assert settle(message(), greedy, NOON).due_at == NOON + timedelta(days=1)
    hasty = Attempt(ok=False, retry_after=timedelta(seconds=1))
    assert settle(message(), hasty, NOON).due_at >= NOON + 0.8 * FIRST_PAUSE


def test_only_a_target_that_is_down_holds_what_else_waits_for_it():
    assert settle(message(), FAILED, NOON).hold
    assert not settle(message(), Attempt(ok=False, detail="h.example answered 400"), NOON).hold
