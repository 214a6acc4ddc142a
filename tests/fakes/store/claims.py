"""Who is due, and the claims on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model.pace import Turn
from aggregator.model.source import CLAIM_RESERVE, Claim, Due, Waiting
from tests.fakes.store.kept import Kept, KeptSource

SLACK = 1.25
LONGEST_HOLD = timedelta(days=35)
LONGEST_PAUSE = timedelta(days=1) * SLACK
LONGEST_INTERVAL = timedelta(days=7) * SLACK
LEAST_RESERVE = timedelta(minutes=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def claim_due(kept: Kept, now: datetime, limit: int, busy: frozenset[str]) -> tuple[Claim, ...]:
    idle = {number: one for number, one in _free(kept, now).items() if kept.pace_in_force(one) not in busy}
    due = {number: one for number, one in idle.items() if _is_due(one, now)}
    plain = [number for number, one in due.items() if not kept.pace(kept.pace_in_force(one)).paced]
    lost = [number for number, one in idle.items() if _is_lost(one, now)]
    chosen = [
        *_by_due_time(kept, _chosen_of_paced(kept, due, now)),
        *_by_due_time(kept, plain),
        *_by_due_time(kept, lost),
    ]
    return tuple(_claim(kept, number, now) for number in chosen[: max(limit, 0)])


def claim(kept: Kept, names: Sequence[str], now: datetime) -> tuple[Claim, ...]:
    free = {one.source.id: number for number, one in _free(kept, now).items()}
    return tuple(_claim(kept, free[name], now) for name in dict.fromkeys(names) if name in free)


def renew(kept: Kept, claim: Claim, now: datetime) -> None:
    number = kept.source_number(claim.source.id)
    if number is None or kept.sources[number].state.version != claim.state.version:
        return
    one = kept.sources[number]
    due_at = now + claim.source.every.shortest + CLAIM_RESERVE
    kept.sources[number] = replace(one, state=replace(one.state, next_poll_at=due_at, next_poll_why=_why(now)))


def give_back(kept: Kept, claims: Iterable[Claim]) -> None:
    for given in claims:
        number = kept.source_number(given.source.id)
        if number is None or given.turn is None or kept.sources[number].state.version != given.state.version:
            continue
        one = kept.sources[number]
        state = replace(
            one.state,
            version=one.state.version + 1,
            next_poll_at=given.turn.due_at,
            next_poll_why=given.turn.due_why,
        )
        kept.sources[number] = replace(one, state=state)


def pause(kept: Kept, source_id: str, since: datetime | None) -> bool:
    number = kept.source_number(source_id)
    if number is None or not kept.sources[number].active:
        return False
    kept.sources[number] = replace(kept.sources[number], paused_at=since)
    return True


def next_due_at(kept: Kept) -> datetime | None:
    times = (one.state.next_poll_at for one in kept.sources.values() if one.active and one.paused_at is None)
    return min((at for at in times if at is not None), default=None)


def reschedule(kept: Kept, now: datetime, decide: Callable[[Sequence[Waiting], datetime], Mapping[str, Due]]) -> int:
    due = {
        number: one
        for number, one in kept.sources.items()
        if one.active and _is_due(one, now) and not one.source.url.startswith("file:")
    }
    waiting = [
        Waiting(due[number].source.id, kept.pace_in_force(due[number]), at)
        for number in _by_due_time(kept, due)
        if (at := due[number].state.next_poll_at) is not None
    ]
    turns = decide(waiting, now)
    for number, one in due.items():
        if (turn := turns.get(one.source.id)) is not None:
            state = replace(one.state, next_poll_at=turn.at, next_poll_why=turn.why)
            kept.sources[number] = replace(one, state=state)
    return len(turns)


def shift(kept: Kept, by: timedelta) -> None:
    for number, one in kept.sources.items():
        next_poll_at, hold_until = _shifted(one.state.next_poll_at, by), _shifted(one.state.hold_until, by)
        kept.sources[number] = replace(one, state=replace(one.state, next_poll_at=next_poll_at, hold_until=hold_until))
    for key, pace in kept.paces.items():
        kept.paces[key] = replace(pace, hold_until=_shifted(pace.hold_until, by), next_at=_shifted(pace.next_at, by))
    for slug, row in kept.topics.items():
        kept.topics[slug] = replace(row, due_at=LONG_AGO if row.due_at is not None else None)
    for place, waiting in kept.outbox.items():
        message = waiting.message
        due_at = _shifted(message.due_at, by) or message.due_at
        kept.outbox[place] = replace(waiting, message=replace(message, due_at=due_at))


def _shifted(at: datetime | None, by: timedelta) -> datetime | None:
    try:
        return None if at is None else at + by
    except OverflowError:
        return at


def _holds(until: datetime | None, now: datetime) -> bool:
    """Say whether a wish holds; one so long that no server can have meant it does not."""
    return until is not None and now < until <= now + LONGEST_HOLD


def _free(kept: Kept, now: datetime) -> dict[int, KeptSource]:
    return {
        number: one
        for number, one in kept.sources.items()
        if one.active
        and one.paused_at is None
        and not _holds(one.state.hold_until, now)
        and not _holds(kept.pace(kept.pace_in_force(one)).hold_until, now)
    }


def _is_due(one: KeptSource, now: datetime) -> bool:
    return one.state.next_poll_at is not None and one.state.next_poll_at <= now


def _is_lost(one: KeptSource, now: datetime) -> bool:
    """Say whether only a clock that was wrong can have set the due time."""
    at = one.state.next_poll_at
    return at is not None and at - now > max(LONGEST_INTERVAL, one.source.every.longest * SLACK)


def _by_due_time(kept: Kept, numbers: Iterable[int]) -> list[int]:
    def due_time(number: int) -> tuple[datetime, int]:
        at = kept.sources[number].state.next_poll_at
        assert at is not None
        return at, number

    return sorted(numbers, key=due_time)


def _chosen_of_paced(kept: Kept, due: Mapping[int, KeptSource], now: datetime) -> list[int]:
    """Choose one source of each key with a pace of its own whose pause is over: where readers miss most."""

    def missed(number: int) -> tuple[bool, float, int]:
        if not due[number].polls:
            return (False, 0.0, number)
        waited = (now - due[number].polls[0].at).total_seconds()
        return (True, -due[number].state.rate.per_day * waited**2, number)

    chosen = []
    for key, pace in kept.paces.items():
        sharing = [number for number, one in due.items() if kept.pace_in_force(one) == key]
        resting = pace.next_at is not None and now < pace.next_at <= now + LONGEST_PAUSE
        if pace.paced and sharing and not resting:
            chosen.append(min(sharing, key=missed))
    return chosen


def _claim(kept: Kept, number: int, now: datetime) -> Claim:
    one = kept.sources[number]
    key = kept.pace_in_force(one)
    pace = kept.pace(key)
    turn = Turn(
        key=key,
        spacing=one.source.spacing if pace.spacing is None else pace.spacing,
        family=one.family,
        host=one.pace_key,
        ready_at=None if pace.spacing is None else pace.next_at,
        due_at=one.state.next_poll_at,
        due_why=one.state.next_poll_why,
    )
    state = replace(
        one.state,
        version=one.state.version + 1,
        next_poll_at=now + one.source.every.shortest + CLAIM_RESERVE,
        next_poll_why=_why(now),
    )
    kept.sources[number] = replace(one, state=state)
    if pace.paced:
        kept.paces[key] = replace(pace, next_at=now + max(turn.spacing, LEAST_RESERVE))
    return Claim(one.source, state, turn)


def _why(now: datetime) -> str:
    return f"claimed at {now:%Y-%m-%d %H:%M:%S} UTC; due again after the floor if the answer is lost"
