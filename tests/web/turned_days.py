"""Many days in seconds: real store, real deciding, real polls; the network and the clock are turned by hand."""

from __future__ import annotations

import heapq
import math
import random
import sqlite3
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.model.pace import Pace
from aggregator.model.source import Claim, Every, Source
from aggregator.pipeline.poll import PollParts, poll
from aggregator.pipeline.ports import Fetcher
from aggregator.store.sqlite import SqliteStore
from tests.fakes.clock import FakeClock
from tests.fakes.reader import FakeReader
from tests.web.gates import Away
from tests.web.newsrooms import Newsroom

_TICK = timedelta(seconds=1)
_DAY = timedelta(days=1)
_CLAIMED = 256
# When something can be claimed next: holds and pauses of sources and hosts taken together.
_NEXT = """
SELECT min(max(s.next_poll_at, ifnull(s.hold_until, ''), ifnull(h.hold_until, ''),
  CASE WHEN h.paced = 1 THEN ifnull(h.next_at, '') ELSE '' END))
FROM sources s LEFT JOIN hosts h ON h.pace_key = s.pace WHERE s.active = 1
"""


@dataclass(slots=True)
class Days:
    """What a run of many days left behind.

    Attributes:
        delays: From publication to store, for each source and entry that was published after the warm-up.
        requests: Per source, after the warm-up.
        conditions: Of the sources at the end.
        polls: In all.
        paces: What was learned.
    """

    delays: dict[str, list[timedelta]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    conditions: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    paces: tuple[Pace, ...] = ()

    def mean_delay(self, rooms: Iterable[str]) -> timedelta:
        return mean(one for name in rooms for one in self.delays[name])


def mean(durations) -> timedelta:
    found = list(durations)
    return sum(found, timedelta()) / len(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``start`` on, scored after ``warm`` until ``end``."""

    start: datetime
    warm: datetime
    end: datetime


class TurnedDays:
    """Polls newsrooms through many days, as the daemon would: claims each second, one runner a pace key."""

    def __init__(self, rooms: Sequence[Newsroom], web: Fetcher, *, every: Every, clock: FakeClock) -> None:
        self.clock = clock
        self.rooms = {f"s{number}": room for number, room in enumerate(rooms)}
        self._web = web
        self._asked: list[tuple[datetime, str]] = []
        self._sources = [
            Source(id=name, id_given=True, url=room.url, pace_key=room.host, every=every)
            for name, room in self.rooms.items()
        ]
        self._queues: dict[str, deque[Claim]] = {}
        self._events: list[tuple[datetime, int, str]] = []
        self._number = 0

    async def run(self, folder: Path, span: Span) -> Days:
        """Run until the end; give what came of it."""
        path = folder / "days.db"
        store = SqliteStore.open(path, site_authority="example.org")
        try:
            await self._poll_until(store, path, span.end)
            return await self._look_back(store, path, span)
        finally:
            await store.close()

    async def _poll_until(self, store: SqliteStore, path: Path, end: datetime) -> None:
        parts = PollParts(
            store=store, fetcher=self._web, reader=FakeReader(), clock=self.clock, user_agent="aggregator/test"
        )
        await store.sync_sources(self._sources, self.clock.now())
        looking = sqlite3.connect(path)
        try:
            while self.clock.now() < end:
                for claim in await store.claim_due(self.clock.now(), _CLAIMED, busy=frozenset(self._queues)):
                    self._enqueue(claim)
                self._turn_to(self._next_moment(looking))
                await self._run_events(store, parts)
        finally:
            looking.close()

    def _enqueue(self, claim: Claim) -> None:
        key = claim.pace_key
        if key not in self._queues:
            self._queues[key] = deque()
            self._push(self.clock.now(), key)
        self._queues[key].append(claim)

    def _push(self, at: datetime, key: str) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, key))

    def _next_moment(self, looking: sqlite3.Connection) -> datetime:
        """Find the next moment at which something happens; a claim is made at the full second."""
        (text,) = looking.execute(_NEXT).fetchone()
        claimable = max(datetime.fromisoformat(text), self.clock.now() + _TICK)
        return min(claimable, self._events[0][0]) if self._events else claimable

    def _turn_to(self, at: datetime) -> None:
        self.clock.turn(max(at - self.clock.now(), timedelta()))

    async def _run_events(self, store: SqliteStore, parts: PollParts) -> None:
        while self._events and self._events[0][0] <= self.clock.now():
            _, _, key = heapq.heappop(self._events)
            queue = self._queues[key]
            if queue:
                claim = queue.popleft()
                self._asked.append((self.clock.now(), claim.source.id))
                polled = await poll(claim, parts)
                self._push(self.clock.now() + claim.spacing, key)
                if polled.halted:
                    await self._give_back(store, polled.halted)
            else:
                del self._queues[key]

    async def _give_back(self, store: SqliteStore, halted: str) -> None:
        back = [one for key, queue in self._queues.items() for one in queue if halted in {key, one.family}]
        for key, queue in self._queues.items():
            self._queues[key] = deque(one for one in queue if halted not in {key, one.family})
        await store.give_back(back)

    async def _look_back(self, store: SqliteStore, path: Path, span: Span) -> Days:
        days = Days(polls=len(self._asked))
        days.requests.update(name for at, name in self._asked if span.warm <= at < span.end)
        looking = sqlite3.connect(path)
        seen = defaultdict(dict)
        for name, guid, at in looking.execute(
            "SELECT s.source, e.guid, e.first_seen_at FROM entries e JOIN sources s ON s.id = e.source_id"
        ):
            seen[name][guid] = datetime.fromisoformat(at)
        looking.close()
        for name, room in self.rooms.items():
            days.delays[name] = [
                min(seen[name].get(f"{room.path}#{number}", span.end), span.end) - at
                for number, at in enumerate(room.published)
                if span.warm <= at < span.end
            ]
        status = await store.status((), self.clock.now())
        days.conditions = {one.source.id: one.state.condition.value for one in status.sources}
        days.paces = status.paces
        return days


def oracle(rooms: dict[str, Newsroom], budget: float, floor: timedelta, span: Span, away: Away | None) -> timedelta:
    """Give the mean delay of a poller that knows each rate and each host's hours, but no times.

    It spends ``budget`` requests a day at even intervals in proportion to the square root of the rates, none more
    often than the floor, and none while the host is away; where it has to wait for the host it asks the moment it is
    back.
    """
    share = 1.0 if away is None else 1 - (away.end - away.start) / 24
    most = share * _DAY / floor
    weight = _weight([room.per_day for room in rooms.values()], budget, most)
    delays: list[timedelta] = []
    rng = random.Random(7)
    for room in rooms.values():
        interval = share * _DAY / min(most, weight * math.sqrt(room.per_day))
        polls = _moments(interval, rng.random(), span, away)
        for at in room.published[bisect_left(room.published, span.warm) : bisect_left(room.published, span.end)]:
            place = bisect_right(polls, at)
            delays.append((polls[place] if place < len(polls) else span.end) - at)
    return mean(delays)


def _weight(rates: list[float], budget: float, most: float) -> float:
    """Find the factor of the square roots at which all of the budget is spent."""
    low, high = 0.0, most / math.sqrt(min(rates))
    for _ in range(60):
        middle = (low + high) / 2
        spent = sum(min(most, middle * math.sqrt(rate)) for rate in rates)
        low, high = (middle, high) if spent < budget else (low, middle)
    return high


def _moments(interval: timedelta, phase: float, span: Span, away: Away | None) -> list[datetime]:
    at, found = span.warm + phase * interval, []
    while at < span.end:
        if away is not None and away.start <= at.hour < away.end:
            at = at.replace(hour=away.end % 24, minute=0, second=0) + (_DAY if away.end == 24 else timedelta())
        found.append(at)
        at += interval
    return found
