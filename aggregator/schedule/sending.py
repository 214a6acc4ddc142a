"""When a message that did not arrive is sent again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model.sending import Attempt, Message, MessageState, Settlement
from aggregator.text.digests import digest64

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_WISH = timedelta(days=1)
"""A receiver may ask for a pause of its own, up to so long."""
GIVE_UP = timedelta(days=3)
"""News of three days ago is none."""
_JITTER = 0.2
_SHARES = 1_000


def settle(message: Message, attempt: Attempt, now: datetime) -> Settlement:
    """Say what becomes of a message after an attempt to send it.

    Each pause is twice the one before, from a minute to six hours, longer or shorter by up to a fifth: by how much
    depends on the message, so that what failed together is not repeated together. Nothing is tried after three days.
    """
    if attempt.ok:
        return Settlement(state=MessageState.SENT, due_at=now, attempts=message.attempts)
    attempts = message.attempts + 1
    again = now + max(_pause(message.id, attempts), min(attempt.retry_after or timedelta(), LONGEST_WISH))
    if attempt.final or again - message.made_at > GIVE_UP:
        return Settlement(state=MessageState.DEAD, due_at=now, attempts=attempts, detail=attempt.detail)
    return Settlement(
        state=MessageState.WAITING, due_at=again, attempts=attempts, detail=attempt.detail, hold=attempt.down
    )


def _pause(message_id: str, attempts: int) -> timedelta:
    share = digest64(message_id, str(attempts)) % _SHARES / _SHARES
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return pause * (1 + _JITTER * (2 * share - 1))
