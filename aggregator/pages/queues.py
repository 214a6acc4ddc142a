"""What waits in a topic, for people: how much at which gate, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.model.shape import Queue
from aggregator.pages.words import count

_FOR = {
    "unless-in": "to be told or left out elsewhere",
    "settle": "for others to tell it, too",
    "min-outlets": "for more outlets",
    "least-score": "for a higher score",
    "quiet": "for the end of the quiet hours",
    "digest": "for the next digest",
    "per-source": "until their source has a share again",
    "digest-full": "for room in a digest",
    "budget": "for room in the budget",
}


def total_of(queues: Sequence[Queue]) -> int:
    """Count all that waits."""
    return sum(queue.waiting for queue in queues)


def next_of(queues: Sequence[Queue]) -> datetime | None:
    """Say when time alone may let out the next; None where only news, an editor or the settings can."""
    return min((queue.next_at for queue in queues if queue.next_at is not None), default=None)


def queues_line(queues: Sequence[Queue]) -> str:
    """Tell what waits, and for what.

    >>> queues_line([Queue(rule="budget", waiting=3), Queue(rule="quiet", waiting=1)])
    '4 items wait: 3 for room in the budget, 1 for the end of the quiet hours'
    >>> queues_line([Queue(rule="settle", waiting=1)])
    '1 item waits for others to tell it, too'
    """
    told = [(queue.waiting, _FOR.get(queue.rule, f"at {queue.rule}")) for queue in queues]
    whole = total_of(queues)
    subject = f"{count(whole, 'item', 'items')} {'waits' if whole == 1 else 'wait'}"
    if len(told) == 1:
        return f"{subject} {told[0][1]}"
    return f"{subject}: {', '.join(f'{waiting:,} {why}' for waiting, why in told)}"
