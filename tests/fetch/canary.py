"""A network in which every address leads to a canary: ``unshare --net --mount python -m tests.fetch.canary``.

In a network namespace of its own everything is routed to this machine, so whatever is dialled is seen, by whichever
address. Names are answered by a server of ours, some of them differently every time. What is tried and which
addresses were dialled is printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from aggregator.fetch import HttpFetcher, forbidden
from aggregator.model.fetching import FetchFailed, FetchRequest, PostRequest
from aggregator.model.following import FollowChange
from aggregator.model.websub import Offer, PushState
from aggregator.parse import read_opml
from aggregator.pipeline.websub import PushParts, tend_all
from aggregator.schedule.websub import Us
from aggregator.settings import load_settings
from aggregator.store.sqlite import SqliteStore
from tests.builders import NOON, make_source
from tests.fakes.clock import FakeClock
from tests.fetch.address_forms import FORMS, NAMES, PUBLIC, TURNS_TO
from tests.web.proxy import ScriptedProxy

HELPERS = "127.9.9.9"
"""The one address that may be dialled: redirects come from here, and names are answered here."""
PORTS = (80, 443, 8080, 8443)
HELPER_PORT = 8081

Transport = Literal["lean", "aiohttp", "stock"]


@dataclass(slots=True)
class Canary:
    """Takes every connection and remembers by which address it came."""

    dialled: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)

    async def start(self) -> None:
        for port in PORTS:
            for host in ("0.0.0.0", "::"):
                self._servers.append(await asyncio.start_server(self._meet, host, port))
        self._servers.append(await asyncio.start_server(self._redirect, HELPERS, HELPER_PORT))
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: Names(self.asked), local_addr=(HELPERS, 53))

    def hits(self) -> list[str]:
        """Name the addresses that should never have been dialled, and forget all."""
        found = [address for address in self.dialled if address != HELPERS and forbidden(address)]
        self.dialled.clear()
        return found

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled.append(writer.get_extra_info("sockname")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<rss>")
        writer.close()

    async def _redirect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        number, _, status = head.split(" ")[1][1:].partition("/")
        if number.isdigit():
            target = self.targets[int(number)]
            writer.write(f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nConnection: close\r\n\r\n".encode())
        else:  # a redirect that stays on this server
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


class Names(asyncio.DatagramProtocol):
    """Answers for names: from the table, and ``turn-N.names.test`` publicly at first, then by the N-th turn."""

    def __init__(self, asked: dict[str, int]) -> None:
        self._asked = asked
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        kind = int.from_bytes(data[at + 1 : at + 3])
        found = [ip_address(one) for one in self._addresses(".".join(labels).lower(), kind)]
        wanted = [one.packed for one in found if one.version == (4 if kind == 1 else 6) and kind in {1, 28}]
        answers = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2) + b"\0\x01\0\0\0\0" + len(one).to_bytes(2) + one for one in wanted
        )
        flags = b"\x81\x80" if found else b"\x81\x83"
        head = data[:2] + flags + b"\0\x01" + len(wanted).to_bytes(2) + b"\0\0\0\0"
        self._transport.sendto(head + data[12 : at + 5] + answers, addr)

    def _addresses(self, name: str, kind: int) -> tuple[str, ...]:
        if name.startswith("turn-"):
            times = self._asked[f"{name} {kind}"] = self._asked.get(f"{name} {kind}", 0) + 1
            return (PUBLIC,) if times == 1 else (TURNS_TO[int(name[5:].partition(".")[0])],)
        return NAMES.get(name, ())


class Trial:
    """Tries every form in every way."""

    def __init__(self, canary: Canary, transport: Transport, folder: Path) -> None:
        self._canary = canary
        self._transport: Transport = transport
        self._folder = folder
        self.tried: dict[str, int] = {}
        self.hit: dict[str, list[str]] = {}

    def fetcher(self, **more: Any) -> HttpFetcher:
        return HttpFetcher(allow_private=[HELPERS], transport=self._transport, **more)

    async def way(self, name: str, tries: Iterable[Callable[[], Awaitable[Any]]]) -> None:
        """Carry out tries, and note what was dialled."""
        count = 0
        for attempt in tries:
            made = await attempt()
            count += made if isinstance(made, int) else 1
        await asyncio.sleep(0.05)
        self.tried[name], self.hit[name] = count, self._canary.hits()

    async def all(self) -> None:
        self._canary.targets[:] = [f"{scheme}://{form}/" for scheme in ("http", "https") for form in FORMS]
        self._canary.targets += ["file:///etc/passwd", "gopher://127.0.0.1:80/", "//127.0.0.1/", "http:127.0.0.1"]
        targets = self._canary.targets
        fetcher = self.fetcher()
        await self.way("direct", [_fetching(fetcher, url) for url in targets])
        moves = [f"http://{HELPERS}:{HELPER_PORT}/{n}/{s}" for n in range(len(targets)) for s in (302, 308)]
        await self.way("redirect", [_fetching(fetcher, url) for url in moves])
        await self.way("hub redirect", [_posting(fetcher, url) for url in moves if url.endswith("308")])
        await fetcher.close()
        await self.turning("turning DNS", ("http", "https"))
        await self.way("OPML", [_fetching(self.fetcher(), url) for url in self.listed()])
        await self.way("hub", [self.subscribing])
        async with ScriptedProxy() as proxy:
            through = self.fetcher(proxy=proxy.url)
            await self.way("proxy", [_fetching(through, url) for url in (*targets, *moves)])
            await through.close()
            self.hit["proxy"] += [line for line in proxy.lines if _leads_inside(line)]
            await self.turning("turning DNS, proxy", ("https",), proxy=proxy.url)

    async def turning(self, way: str, schemes: tuple[str, ...], **more: Any) -> None:
        """Ask for names whose answers turn, each time with a fresh memory: the first one is public, no other is."""

        async def turn(url: str) -> None:
            fetcher = self.fetcher(**more)
            await _fetching(fetcher, url)()
            await fetcher.close()

        self._canary.asked.clear()
        urls = [f"{scheme}://turn-{n}.names.test/" for n in range(len(TURNS_TO)) for scheme in (*schemes, *schemes)]
        await self.way(way, [partial(turn, url) for url in urls])

    def listed(self) -> list[str]:
        """Let settings read a subscription list with every form, and give the sources that are left."""
        outlines = "".join(f"<outline type='rss' xmlUrl={quoteattr(url)}/>" for url in self._canary.targets)
        (self._folder / "all.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", encoding="utf-8")
        (self._folder / "aggregator.yaml").write_text("include: [all.opml]\ntopics: {all: {}}\n", encoding="utf-8")
        settings = load_settings(
            self._folder / "aggregator.yaml", environment={}, read_opml=read_opml, check_query=lambda _: None
        )
        return [source.url for source in settings.sources]

    async def subscribing(self) -> int:
        """Let every form be the hub of a source that is to be subscribed to; say how many forms were sent."""
        store = SqliteStore.open(self._folder / f"{self._transport}.db", site_authority="t.example")
        sources = {f"s{n}": make_source(f"s{n}") for n in range(len(self._canary.targets))}
        await store.sync_sources(tuple(sources.values()), NOON)
        for number, target in enumerate(self._canary.targets):
            push = PushState(offer=Offer(target, "https://p.example/feed.xml"))
            await store.follow(f"s{number}", lambda _, push=push: FollowChange(push=push))
        nonces = iter(range(10_000))
        fetcher = self.fetcher()
        parts = PushParts(
            store=store,
            poster=fetcher,
            reader=None,  # type: ignore[arg-type]  # nothing is pushed
            clock=FakeClock(),
            user_agent="canary",
            us=lambda: Us(callback_base="https://us.example/websub/", key=b"k" * 32),
            source=sources.get,
            new_nonce=lambda: f"n{next(nonces)}",
            spacing=timedelta(),
        )
        sent = 0
        while more := await tend_all(parts):
            sent += more
        await store.close()
        await fetcher.close()
        return sent


def _leads_inside(line: str) -> bool:
    """Say whether the first line of a request to a proxy names a place that is not public; the helpers are allowed."""
    host = urlsplit(line.split(" ")[1] if "//" in line else f"//{line.split(' ')[1]}").hostname or ""
    try:
        return host != HELPERS and forbidden(host)
    except ValueError:
        return True  # a name, where an address should have been


def _fetching(fetcher: HttpFetcher, url: str) -> Callable[[], Awaitable[Any]]:
    return lambda: fetcher.fetch(FetchRequest(url=url, timeout=timedelta(seconds=5)))


def _posting(fetcher: HttpFetcher, url: str) -> Callable[[], Awaitable[Any]]:
    return lambda: fetcher.post(PostRequest(url=url, form=(("a", "b"),), timeout=timedelta(seconds=5)))


async def _unguarded(canary: Canary) -> int:
    """Dial the forms as a program without a guard does; say how many distinct ones the canary saw."""
    reached = 0
    for form in FORMS:
        host = form.rpartition("@")[2].strip("[]/\\ ").partition("#")[0]
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host.removesuffix(":80"), 80), 5)
        except (OSError, ValueError, TimeoutError):
            continue
        writer.close()
        reached += 1
    await asyncio.sleep(0.1)
    canary.dialled.clear()
    return reached


async def main(transports: list[Transport]) -> dict[str, Any]:
    """Try everything and say what came of it."""
    canary = Canary()
    await canary.start()
    with tempfile.TemporaryDirectory() as folder:
        unguarded = await _unguarded(canary)
        public = HttpFetcher()
        answer = await public.fetch(FetchRequest(url="http://public.names.test/"))
        await public.close()
        told: dict[str, Any] = {
            "forms": len(set(FORMS)),
            "unguarded": unguarded,
            "public": not isinstance(answer, FetchFailed) and PUBLIC in canary.dialled,
        }
        canary.dialled.clear()
        for transport in transports:
            trial = Trial(canary, transport, Path(folder))
            await trial.all()
            told[transport] = {"tried": trial.tried, "hit": trial.hit}
    return told


def own_network() -> None:
    """Lead every address to this machine, and every name to our server."""
    commands = ("ip link set lo up", "ip route add local 0.0.0.0/0 dev lo", "ip -6 route add local ::/0 dev lo")
    for command in commands:
        subprocess.run(command.split(), check=True, capture_output=True)
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as conf:
        conf.write(f"nameserver {HELPERS}\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", conf.name, "/etc/resolv.conf"], check=True, capture_output=True)


if __name__ == "__main__":
    own_network()
    print(json.dumps(asyncio.run(main(sys.argv[1:]))))  # type: ignore[arg-type]  # noqa: T201 - its result
