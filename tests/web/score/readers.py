"""Planted readers: one that does everything right, and many that do exactly one thing wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import urljoin, urlsplit

from tests.fakes.clock import FakeClock
from tests.web.score.trails import read_date
from tests.web.score.verdicts import Kind

HONEST = "planted/1.0 (+https://planted.example/about)"


class Reader:
    """A small client that keeps validators as they came; scripts tell it what to do otherwise.

    Args:
        urls: Of all sites for it, by behaviour.
        site: The one that it reads.
    """

    def __init__(self, urls: Mapping[str, str], site: str, clock: FakeClock) -> None:
        self.urls = urls
        self.url = urls[site]
        self.clock = clock
        self.etag: str | None = None
        self.date: str | None = None
        self.given: dict[str, str] = {}

    def wait(self, *, hours: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.clock.turn(timedelta(hours=hours, seconds=seconds))

    async def ask(self, url: str | None = None, *, bare: bool = False, **changed: str) -> int:
        """Ask once and give the status; ``changed`` headers are added, or replace what is sent by itself.

        Args:
            url: Instead of its own.
            bare: Send no conditions.
            changed: Names with ``_`` for ``-``.
        """
        sent = {"User-Agent": HONEST}
        if not bare:
            sent |= {"If-None-Match": self.etag} if self.etag else {}
            sent |= {"If-Modified-Since": self.date} if self.date else {}
        sent |= {name.replace("_", "-").title(): value for name, value in changed.items()}
        status, self.given = await _get(url or self.url, sent)
        if status == 200:
            self.etag, self.date = self.given.get("etag"), self.given.get("last-modified")
        return status

    async def poll(self) -> int:
        """Ask and follow a redirect."""
        status = await self.ask()
        return await self.ask(self.target()) if 300 < status < 304 or status in (307, 308) else status

    def target(self) -> str:
        """Say where the last redirect led."""
        return urljoin(self.url, self.given["location"])


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _get(url: str, sent: dict[str, str]) -> tuple[int, dict[str, str]]:
    connection = await _connect(url)
    _send(connection, url, sent)
    return await _receive(connection)


async def _connect(url: str) -> Connection:
    place = urlsplit(url)
    return await asyncio.open_connection(place.hostname, place.port)


def _send(connection: Connection, url: str, sent: dict[str, str]) -> None:
    place = urlsplit(url)
    target = f"{place.path}?{place.query}" if place.query else place.path
    lines = [f"GET {target} HTTP/1.1", f"Host: {place.netloc}", *(f"{name}: {value}" for name, value in sent.items())]
    connection[1].write(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode())


async def _receive(connection: Connection) -> tuple[int, dict[str, str]]:
    peer, writer = connection
    first, *rest = (await peer.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    given = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest if line)}
    await peer.readexactly(int(given.get("content-length", 0)))
    writer.close()
    return int(first.split()[1]), given


Script = Callable[[Reader], Awaitable[None]]


async def polite(reader: Reader) -> None:
    """Do everything right."""
    for hours in (1, 2, 25, 7):
        await reader.poll()
        reader.wait(hours=hours)


async def _always_whole(reader: Reader) -> None:
    for _ in range(4):
        await reader.ask(bare=True)
        reader.wait(hours=25)


def _second(*, hours: float = 2, bare: bool = False, **changed: str) -> Script:
    """Ask politely, wait, and ask once more with something changed."""

    async def script(reader: Reader) -> None:
        await reader.ask()
        reader.wait(hours=hours)
        await reader.ask(bare=bare, **changed)

    return script


async def _strips_weakness(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=2)
    await reader.ask(if_none_match=(reader.etag or "").removeprefix("W/"))


async def _keeps_the_first_tag(reader: Reader) -> None:
    await reader.ask()
    first = reader.etag or ""
    for _ in range(2):
        reader.wait(hours=30 * 24)
        await reader.ask(if_none_match=first)


async def _keeps_the_first_date(reader: Reader) -> None:
    await reader.ask()
    first = reader.date or ""
    for _ in range(2):
        reader.wait(hours=30 * 24)
        await reader.ask(if_modified_since=first)


async def _invents_a_date(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=2)
    await reader.ask(if_modified_since=format_datetime(reader.clock.now(), usegmt=True))


async def _rewrites_the_date(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=2)
    known = read_date(reader.date or "")
    assert known is not None
    await reader.ask(if_modified_since=f"{known:%A, %d-%b-%y %H:%M:%S} GMT")


async def _at_once(reader: Reader) -> None:
    await reader.ask()
    for _ in range(3):
        reader.wait(seconds=2)
        await reader.ask()


async def _side_by_side(reader: Reader) -> None:
    urls = reader.url, reader.urls["plain"]
    connections = [await _connect(url) for url in urls]
    for connection, url in zip(connections, urls, strict=True):
        _send(connection, url, {"User-Agent": HONEST})
    for connection in connections:
        await _receive(connection)


async def _without_pause(reader: Reader) -> None:
    await reader.ask()
    await reader.ask(reader.urls["plain"], bare=True)


def _until(status: int, hours: float) -> Script:
    """Ask hourly until an answer comes, and then once more, too soon."""

    async def script(reader: Reader) -> None:
        while await reader.ask() != status:
            reader.wait(hours=1)
        reader.wait(hours=hours)
        await reader.ask()

    return script


async def _hourly(reader: Reader) -> None:
    for _ in range(7):
        await reader.ask()
        reader.wait(hours=1)


async def _at_night(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=(26 - reader.clock.now().hour) % 24 or 24)
    await reader.ask()


async def _stays_where_it_is(reader: Reader) -> None:
    for _ in range(2):
        await reader.ask()
        reader.wait(hours=2)


async def _believes_a_temporary_redirect(reader: Reader) -> None:
    await reader.poll()
    target = reader.target() if "location" in reader.given else reader.url.replace("/found", "/moved/found")
    reader.wait(hours=2)
    await reader.ask(target)


async def _never_moves(reader: Reader) -> None:
    for _ in range(13):
        await reader.poll()
        reader.wait(hours=24)


async def _keeps_cookies(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=2)
    await reader.ask(cookie=reader.given["set-cookie"].partition(";")[0])


async def _breaks_caches(reader: Reader) -> None:
    await reader.ask()
    reader.wait(hours=2)
    await reader.ask(f"{reader.url}?_=8731")


PLANTED: dict[str, tuple[str, Kind, Script]] = {
    "always-whole": ("plain", Kind.UNCONDITIONAL, _always_whole),
    "invents-tags": ("etag", Kind.ETAG_INVENTED, _second(if_none_match='"0"')),
    "strips-weakness": ("weak", Kind.ETAG_ALTERED, _strips_weakness),
    "first-tag": ("etag", Kind.ETAG_STALE, _keeps_the_first_tag),
    "invents-dates": ("date", Kind.DATE_INVENTED, _invents_a_date),
    "rewrites-dates": ("date", Kind.DATE_ALTERED, _rewrites_the_date),
    "first-date": ("date", Kind.DATE_STALE, _keeps_the_first_date),
    "59-minutes": ("plain", Kind.SPACING, _second(hours=59 / 60)),
    "at-once": ("plain", Kind.BURST, _at_once),
    "ignores-max-age": ("max-age-3-h", Kind.EARLY, _second()),
    "ignores-expires": ("expires-4-h", Kind.EARLY, _second()),
    "ignores-ttl": ("ttl-360", Kind.TTL, _second()),
    "at-night": ("skip-hours", Kind.SKIPPED, _at_night),
    "hourly-for-ever": ("missing", Kind.HAMMER, _hourly),
    "ignores-retry-after": ("429-date", Kind.HOLD, _until(429, 2)),
    "ignores-maintenance": ("503-seconds", Kind.HOLD, _until(503, 1.5)),
    "after-the-end": ("gone", Kind.GONE, _until(410, 25)),
    "side-by-side": ("slow", Kind.PARALLEL, _side_by_side),
    "without-pause": ("etag", Kind.GAP, _without_pause),
    "stays": ("found", Kind.REDIRECT_IGNORED, _stays_where_it_is),
    "believes": ("found", Kind.REDIRECT_ADOPTED, _believes_a_temporary_redirect),
    "never-moves": ("moved-308", Kind.MOVE_IGNORED, _never_moves),
    "keeps-cookies": ("cookies", Kind.COOKIE, _keeps_cookies),
    "tells-where-from": ("plain", Kind.REFERRER, _second(referer="https://planted.example/")),
    "breaks-caches": ("plain", Kind.QUERY, _breaks_caches),
    "anonymous": ("plain", Kind.AGENT, _second(user_agent="Mozilla/5.0 (X11; Linux x86_64)")),
    "out-of-reach": ("plain", Kind.AGENT, _second(user_agent="feeder/3.2")),
}
"""By name: which site it reads, the one kind of fault that it commits, and how."""
