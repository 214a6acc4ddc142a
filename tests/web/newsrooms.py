"""Feeds that publish at random moments of a known rate, behind gates, for a clock that is turned through many days."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from aggregator.model.fetching import Failure, FetchFailed, FetchOutcome, FetchRequest, NotModified
from aggregator.model.source import Validators
from aggregator.pipeline.ports import Fetcher
from tests.fakes.fetcher import fetched
from tests.web.exchange import Asked, Reply, document
from tests.web.gates import Gate, Visit, gated, through
from tests.web.server import ScriptedWeb

SHOWN = 25
_DAY = timedelta(days=1)
_BEFORE = timedelta(days=20)
_KINDS = {429: Failure.RATE_LIMITED, 410: Failure.GONE}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """One feed: where it lies, how much it publishes a day, and when it did."""

    host: str
    path: str
    per_day: float
    published: tuple[datetime, ...]

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def body(self, count: int) -> bytes:
        """Write the feed as it is after ``count`` publications."""
        items = "".join(
            f"<item><title>Entry {number}</title><guid isPermaLink='false'>{self.path}#{number}</guid>"
            f"<link>{self.url}/{number}</link><description>Text {number}</description>"
            f"<pubDate>{format_datetime(self.published[number], usegmt=True)}</pubDate></item>"
            for number in range(count - 1, max(count - 1 - SHOWN, -1), -1)
        )
        return (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.path}</title><link>{self.url}</link>'
            f"<description>d</description>{items}</channel></rss>"
        ).encode()


def newsrooms(
    hosts: list[str], *, start: datetime, days: float, rates: tuple[float, float], seed: int
) -> list[Newsroom]:
    """Found one newsroom for each host named; rates are spread evenly on a logarithmic scale, times are Poisson's."""
    rng = random.Random(seed)
    slow, fast = rates
    end = start + timedelta(days=days)
    rooms = []
    for number, host in enumerate(hosts):
        per_day = slow * (fast / slow) ** (number / max(len(hosts) - 1, 1))
        at, published = start - _BEFORE, []
        while at < end:
            at += timedelta(days=rng.expovariate(per_day))
            published.append(at.replace(microsecond=0))
        rooms.append(Newsroom(host, f"/{number}.xml", per_day, tuple(published)))
    rng.shuffle(rooms)
    return rooms


class GatedWeb:
    """A fetcher without a network: newsrooms behind gates.

    Args:
        rooms: What is served.
        gates: What stands before all of them.
        now: The turned clock.
    """

    def __init__(self, rooms: list[Newsroom], gates: tuple[Gate, ...], now: Callable[[], datetime]) -> None:
        self._rooms = {room.url: room for room in rooms}
        self._gates = gates
        self._now = now

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        room = self._rooms[request.url]
        parts = urlsplit(request.url)
        visit = Visit(self._now(), parts.hostname or "", parts.path)
        count = bisect_right(room.published, visit.at)
        reply = through(self._gates, visit, lambda: Reply(200, (("ETag", f'"{count}"'),)))
        return _outcome(request, reply, room, count)


class LoopbackNames:
    """Real sockets for names that do not exist: every host lies on a loopback address of its own.

    Args:
        fetcher: The real one.
        port: Where the scripted web listens.
        hosts: Their addresses.
    """

    def __init__(self, fetcher: Fetcher, port: int, hosts: dict[str, str]) -> None:
        self._fetcher = fetcher
        self._port = port
        self._hosts = hosts

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        parts = urlsplit(request.url)
        address = self._hosts[parts.hostname or ""]
        return await self._fetcher.fetch(
            replace(request, url=f"http://{address}:{self._port}{parts.path}", spacing=timedelta())
        )


def serve(web: ScriptedWeb, rooms: list[Newsroom], gates: tuple[Gate, ...]) -> None:
    """Put newsrooms behind gates on the scripted web, which has to go by the turned clock."""
    for room in rooms:

        def now_on(asked: Asked, room: Newsroom = room) -> Reply:
            count = bisect_right(room.published, asked.at)
            return document(room.body(count), etag=f'"{count}"')

        web.script(room.path, gated(gates, now_on))


def _outcome(request: FetchRequest, reply: Reply, room: Newsroom, count: int) -> FetchOutcome:
    headers = tuple((name.lower(), value) for name, value in reply.headers)
    if reply.status != 200:
        wait = reply.header("retry-after")
        kind = _KINDS.get(reply.status, Failure.HTTP_4XX if reply.status < 500 else Failure.HTTP_5XX)
        return FetchFailed(
            kind=kind,
            detail=f"{room.host} answered {reply.status}",
            url=request.url,
            status=reply.status,
            headers=headers,
            retry_after=timedelta(seconds=int(wait)) if wait else None,
        )
    etag = f'"{count}"'
    if dict(request.headers).get("If-None-Match") == etag:
        return NotModified(url=request.url, headers=headers, validators=Validators(etag=etag))
    body = fetched(request.url, room.body(count), etag=etag)
    return replace(body, headers=headers)
