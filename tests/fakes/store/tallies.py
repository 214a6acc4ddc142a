"""How polls went, by the hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from aggregator.model.looking import DAY, DELAYS_WITHIN, Stretch, delay_step, middle_step
from aggregator.model.verdict import PollRecord
from tests.fakes.store.kept import Kept, KeptEntry, Tally

HOURS_FOR = 2 * DAY
DAYS_FOR = 400 * DAY


def count(kept: Kept, poll: PollRecord, fresh: Iterable[KeptEntry]) -> None:
    hour = poll.at.replace(minute=0, second=0, microsecond=0)
    _add(kept, (hour, poll.outcome), Tally(polls=1, new=poll.new, bytes=poll.bytes))
    for one in fresh:
        published = one.entry.published_at
        if published is not None and not one.backfilled and poll.at - published < DELAYS_WITHIN:
            step = delay_step(poll.at - published)
            kept.delays[hour, step] = kept.delays.get((hour, step), 0) + 1


def _add(kept: Kept, key: tuple[datetime, str], more: Tally) -> None:
    before = kept.tallies.get(key, Tally())
    kept.tallies[key] = Tally(
        polls=before.polls + more.polls, new=before.new + more.new, bytes=before.bytes + more.bytes
    )


def polls_of(kept: Kept, since: datetime, until: datetime) -> tuple[tuple[tuple[str, int], ...], int]:
    """Give the polls by outcome, and the bytes, of the hours from a moment on, before another."""
    found = [(name, one) for (at, name), one in kept.tallies.items() if since <= at < until]
    polls: Counter[str] = Counter()
    for name, one in found:
        polls[name] += one.polls
    return tuple(sorted(polls.items())), sum(one.bytes for _, one in found)


def day(kept: Kept, at: datetime, now: datetime) -> Stretch:
    until = min(at + DAY, now.replace(minute=0, second=0, microsecond=0) + DAY / 24)
    polls, length = polls_of(kept, at, until)
    steps: Counter[int] = Counter()
    for (hour, step), entries in kept.delays.items():
        if at <= hour < until:
            steps[step] += entries
    new = sum(one.new for (hour, _), one in kept.tallies.items() if at <= hour < until)
    return Stretch(at=at, polls=polls, entries=new, delay=middle_step(steps), bytes=length)


def forget(kept: Kept, now: datetime) -> None:
    since, whole = _midnight(now - DAYS_FOR), _midnight(now - HOURS_FOR)
    counted, kept.tallies = kept.tallies, {}
    for (at, outcome), one in counted.items():
        if at >= since:
            _add(kept, (at if at >= whole else _midnight(at), outcome), one)
    kept.delays = {key: one for key, one in kept.delays.items() if key[0] >= since}


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def counted_since(kept: Kept) -> datetime | None:
    return min((at for at, _ in kept.tallies), default=None)
