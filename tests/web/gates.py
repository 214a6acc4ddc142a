"""Small behaviours of hosts that composed make a difficult one: limits, bans, bad routes, hours of absence."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from tests.web.exchange import Asked, Reply


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, as a gate sees it; all of them come from one client."""

    at: datetime
    host: str
    path: str


class Gate(Protocol):
    """Lets a visit through, or answers it instead."""

    def answer(self, visit: Visit) -> Reply | None: ...


class Every:
    """Serves one request in ``interval``; asks the others to wait, with Retry-After or without.

    Args:
        interval: From one request that was served to the next.
        counted_by: What shares a limit: everything, by default.
        retry_after: Whether it says how long to wait.
    """

    def __init__(
        self,
        interval: timedelta,
        *,
        counted_by: Callable[[Visit], str] = lambda _visit: "",
        retry_after: bool = True,
    ) -> None:
        self.interval = interval
        self._counted_by = counted_by
        self._retry_after = retry_after
        self._served: dict[str, datetime] = {}

    def answer(self, visit: Visit) -> Reply | None:
        key = self._counted_by(visit)
        last = self._served.get(key)
        left = self.interval - (visit.at - last) if last is not None else timedelta()
        if left <= timedelta():
            self._served[key] = visit.at
            return None
        told = (("Retry-After", str(math.ceil(left.total_seconds()))),) if self._retry_after else ()
        return Reply(429, told)


class BadRoute:
    """Answers one path in its own way, for ever."""

    def __init__(self, path: str, status: int, *headers: tuple[str, str]) -> None:
        self._path = path
        self._reply = Reply(status, headers)

    def answer(self, visit: Visit) -> Reply | None:
        return self._reply if visit.path == self._path else None


class Away:
    """Answers 404 to everything between two hours of each day, in UTC."""

    def __init__(self, start: int, end: int, status: int = 404) -> None:
        self.start = start
        self.end = end
        self._status = status

    def answer(self, visit: Visit) -> Reply | None:
        return Reply(self._status) if self.start <= visit.at.hour < self.end else None


class Banning:
    """Bans for a day whoever was refused more than ``most`` times within one.

    Attributes:
        bans: When.
        refused: Visits that were refused, bans left out.
    """

    def __init__(self, gate: Gate, most: int) -> None:
        self._gate = gate
        self._most = most
        self._recent: deque[datetime] = deque()
        self.bans: list[datetime] = []
        self.refused: list[Visit] = []

    def answer(self, visit: Visit) -> Reply | None:
        day = timedelta(days=1)
        if self.bans and visit.at - self.bans[-1] < day:
            return Reply(403)
        reply = self._gate.answer(visit)
        if reply is None:
            return None
        self.refused.append(visit)
        self._recent.append(visit.at)
        while visit.at - self._recent[0] > day:
            self._recent.popleft()
        if len(self._recent) > self._most:
            self.bans.append(visit.at)
        return reply


class Telling:
    """Tells the quota of a window with every answer, and refuses what goes beyond."""

    def __init__(self, quota: int, window: timedelta) -> None:
        self._quota = quota
        self._window = window
        self._counts: defaultdict[int, int] = defaultdict(int)

    def answer(self, visit: Visit) -> Reply | None:
        self._counts[self._number(visit)] += 1
        return Reply(429, self.headers(visit)) if self._counts[self._number(visit)] > self._quota else None

    def headers(self, visit: Visit) -> tuple[tuple[str, str], ...]:
        """Tell what is left of the window."""
        window = self._window.total_seconds()
        left = max(self._quota - self._counts[self._number(visit)], 0)
        reset = math.ceil(window - visit.at.timestamp() % window)
        return (
            ("X-RateLimit-Limit", str(self._quota)),
            ("X-RateLimit-Remaining", str(left)),
            ("X-RateLimit-Reset", str(reset)),
        )

    def _number(self, visit: Visit) -> int:
        return int(visit.at.timestamp() // self._window.total_seconds())


def through(gates: tuple[Gate, ...], visit: Visit, serve: Callable[[], Reply]) -> Reply:
    """Answer a visit with the first gate that does not let it through, else with the document."""
    reply = next((found for gate in gates if (found := gate.answer(visit)) is not None), None)
    if reply is not None:
        return reply
    told = [pair for gate in gates if isinstance(gate, Telling) for pair in gate.headers(visit)]
    served = serve()
    return replace(served, headers=(*served.headers, *told))


def gated(gates: tuple[Gate, ...], serve: Reply | Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    """Put gates before a script of the scripted web; the Host header names the host."""

    def answer(asked: Asked) -> Reply:
        visit = Visit(asked.at, (asked.header("host") or asked.address).partition(":")[0], asked.path)
        return through(gates, visit, lambda: serve if isinstance(serve, Reply) else serve(asked))

    return answer
