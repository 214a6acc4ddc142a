"""The scripted web: one server with a script, a log and a clock that can be turned."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import mimetypes
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from ssl import SSLContext
from time import monotonic
from typing import Any, Self

from tests.builders import NOON
from tests.web.control import control
from tests.web.exchange import Asked, Reply, Script, document
from tests.web.feeds import FeedFactory, Recipe
from tests.web.loopback import bind_loopback, feed_address
from tests.web.modes import MODES
from tests.web.protocol import Connection

_KEPT_ROWS = 500_000


class ScriptedWeb:
    """Many web sites in one server, on loopback only.

    ``/f/<i>.xml`` are generated feeds, ``/m/<mode>/<i>.xml`` the same in a mode, ``/_/`` is the control; all else is
    scripted, or a file of the folder. Use it as an async context manager.

    Args:
        recipe: What the generated feeds are like.
        now: The clock that replies and log go by; ``turn`` adds to it.
        latency: Seconds before every generated reply.
        shares: Mode -> share of the generated feeds that are served so.
        folder: Its files are served, with validators.
        port: 0 takes a free one.
        tls: Speaks https with it.
    """

    def __init__(
        self,
        recipe: Recipe | None = None,
        *,
        now: Callable[[], datetime] | None = None,
        latency: float = 0.0,
        shares: Mapping[str, float] | None = None,
        folder: Path | None = None,
        port: int = 0,
        tls: SSLContext | None = None,
    ) -> None:
        self.recipe = recipe or Recipe(base=NOON)
        self.factory = FeedFactory(self.recipe)
        self.generation = 0
        self.log: deque[Asked] = deque(maxlen=_KEPT_ROWS)
        self.counts: Counter[str] = Counter()
        self.stopped = asyncio.Event()
        self.port = port
        self.own_addresses = False
        self._tls = tls
        self._now = now or (lambda: datetime.now(UTC))
        self._turned = timedelta()
        self._latency = latency
        self._shares = dict(shares or {})
        self._folder = folder.resolve() if folder else None
        self._scripts: dict[str, deque[Script]] = {}
        self._mounts: dict[str, Callable[[Asked], Script]] = {}
        self._documents: dict[int, tuple[int, Reply]] = {}
        self._fast: dict[str, tuple[bytes, bytes, bytes]] = {}
        self._revisions: dict[int, tuple[int, int]] = {}
        self._once: dict[str, bytes] = {}
        self._date: tuple[int, bytes] = (0, b"")
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        sock, self.own_addresses = bind_loopback(self.port)
        self.port = sock.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=sock, backlog=4096, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        # Lets the transports see their end before the loop does.
        await asyncio.sleep(0)

    # The script

    def url(self, path: str, address: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{address}:{self.port}{path}"

    def feed_url(self, feed: int, *, hosts: bool = True) -> str:
        """Give the address of a generated feed, on a loopback address of its own where that is possible."""
        return self.url(f"/f/{feed}.xml", feed_address(feed) if hosts and self.own_addresses else "127.0.0.1")

    def script(self, path: str, *replies: Script) -> str:
        """Answer a path with these replies, one after another; the last one stays. Gives the path's address."""
        self._scripts[path] = deque(replies)
        return self.url(path)

    def mount(self, prefix: str, answer: Callable[[Asked], Script]) -> None:
        """Let something else find the answers for all paths below one."""
        self._mounts[prefix] = answer

    def publish(self, path: str, body: bytes, *, etag: str | None = None, **more: Any) -> str:
        """Put a document at a path; without an entity tag it gets one that follows its content."""
        return self.script(path, document(body, etag=etag or f'"{hash(body) & 0xFFFFFFFF:x}"', **more))

    # Time

    def now(self) -> datetime:
        return self._now() + self._turned

    def turn(self, by: timedelta) -> None:
        """Let time pass in replies and log."""
        self._turned += by

    def date(self) -> bytes:
        """Give the turned time as a Date header has it."""
        now = self.now()
        second = int(now.timestamp())
        if self._date[0] != second:
            self._date = (second, format_datetime(now.astimezone(UTC), usegmt=True).encode())
        return self._date[1]

    # The generated feeds

    def tick(self) -> int:
        """Go on to the next generation: a share of the feeds gets new entries."""
        self.generation += 1
        self._fast.clear()
        return self.generation

    def document(self, feed: int) -> Reply:
        """Give a generated feed as it is now."""
        revision = self._revision(feed)
        known = self._documents.get(feed)
        if known is None or known[0] != revision:
            media_type = "application/atom+xml" if feed % 3 == 2 else "application/rss+xml"
            body = self.factory.body(feed, revision)
            etag, changed_at = self.factory.etag(feed, revision), self.factory.changed_at(revision)
            known = (revision, document(body, etag=etag, last_modified=changed_at, media_type=media_type))
            self._documents[feed] = known
        return known[1]

    def _revision(self, feed: int) -> int:
        generation, revision = self._revisions.get(feed, (0, 0))
        if generation != self.generation:
            revision = self.factory.revision(feed, self.generation)
            self._revisions[feed] = (self.generation, revision)
        return revision

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Make something costly only once."""
        if name not in self._once:
            self._once[name] = make()
        return self._once[name]

    # Looking back

    def asked(self, path: str) -> list[Asked]:
        """List the requests for a path."""
        return [row for row in self.log if row.path == path]

    def rows(self) -> Iterable[str]:
        """Write the log as lines of JSON."""
        return (row.row() for row in self.log)

    def reset(self) -> None:
        """Forget counts and log."""
        self.counts.clear()
        self.log.clear()

    # What connections call

    def connected(self, connection: Connection) -> None:
        self._connections.add(connection)
        self.counts["connections"] += 1

    def disconnected(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def answer(self, connection: Connection, head: bytes) -> None:
        """Answer one request, at once or in a task."""
        asked = Asked(self.counts["requests"] + 1, head, connection, monotonic(), self.now())
        if not asked.target.startswith("/_/"):
            self.counts["requests"] += 1
            self.log.append(asked)
        fast = self._fast.get(asked.target)
        if fast is not None and self._answer_fast(asked, head, fast):
            return
        found = self._find(asked)
        if isinstance(found, Reply) and not found.wait:
            self._send(asked, found)
            return
        connection.busy = True
        task = asyncio.ensure_future(self._answer_later(asked, found))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _answer_fast(self, asked: Asked, head: bytes, fast: tuple[bytes, bytes, bytes]) -> bool:
        """Say 304 from prepared bytes; everything less simple takes the long way."""
        line, etag, rest = fast
        if line not in head or self._latency:
            return False
        asked.status, asked.etag = 304, etag.decode()
        self.counts["304"] += 1
        asked.write(b"HTTP/1.1 304 Not Modified\r\nDate: " + self.date() + rest)
        asked.ended, asked.ended_at, asked.connection = asked.monotonic, asked.at, None
        return True

    def _find(self, asked: Asked) -> Any:
        path = asked.path
        for prefix, answer in self._mounts.items():
            if path.startswith(prefix):
                found = answer(asked)
                return found if isinstance(found, Reply) else found(asked)
        if path.startswith("/_/"):
            return control(self, asked)
        script = self._scripts.get(path)
        if script:
            reply = script.popleft() if len(script) > 1 else script[0]
            return reply if isinstance(reply, Reply) else reply(asked)
        match path.strip("/").split("/"):
            case ["f", name] if _feed(name) is not None:
                return self._generated(asked, _feed(name) or 0)
            case ["m", mode, name] if mode in MODES and _feed(name) is not None:
                return MODES[mode](self, asked, _feed(name) or 0)
        return self._file(path)

    def _generated(self, asked: Asked, feed: int) -> Any:
        mode = self._mode(feed)
        if mode != "ok":
            return MODES[mode](self, asked, feed)
        reply = self.document(feed)
        etag, changed = reply.header("etag") or "", reply.header("last-modified")
        rest = f"\r\nETag: {etag}\r\nLast-Modified: {changed}\r\n\r\n".encode()
        self._fast[asked.target] = (f": {etag}".encode(), etag.encode(), rest)
        if self._latency:
            return Reply(reply.status, reply.headers, reply.body, self._latency, reply.conditional)
        return reply

    def _mode(self, feed: int) -> str:
        point, reached = (feed * 0.6180339887) % 1.0, 0.0
        for mode, share in self._shares.items():
            reached += share
            if point < reached:
                return mode
        return "ok"

    def _file(self, path: str) -> Reply:
        if self._folder is not None:
            file = (self._folder / path.lstrip("/")).resolve()
            if file.is_relative_to(self._folder) and file.is_file():
                facts = file.stat()
                changed = datetime.fromtimestamp(int(facts.st_mtime), UTC)
                kind = mimetypes.guess_type(file.name)[0] or "application/xml"
                etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
                return document(file.read_bytes(), etag=etag, last_modified=changed, media_type=kind)
        return Reply(404, (("Content-Type", "text/plain"),), b"nothing here\n")

    async def _answer_later(self, asked: Asked, found: Any) -> None:
        connection = asked.connection
        assert connection is not None
        with contextlib.suppress(asyncio.CancelledError):
            reply = await found if inspect.isawaitable(found) else found
            if reply is not None:
                await asyncio.sleep(reply.wait)
                self._send(asked, reply)
            else:
                self._finish(asked)
            connection.done()

    def _send(self, asked: Asked, reply: Reply) -> None:
        settled = reply.settled(asked)
        asked.status, asked.etag = settled.status, settled.header("etag") or ""
        asked.given = settled.headers
        # Before the last byte leaves: with it in hand a reader counts its pause, while this process may wait its turn.
        asked.ended, asked.ended_at = monotonic(), self.now()
        asked.write(settled.encode(self.date(), asked.method))
        self.counts["bytes"] += len(settled.body)
        if settled.header("connection") == "close":
            asked.close()
        self._finish(asked)

    def _finish(self, asked: Asked) -> None:
        if not asked.target.startswith("/_/"):
            self.counts[str(asked.status)] += 1
        if asked.ended is None:
            asked.ended, asked.ended_at = monotonic(), self.now()
        asked.connection = None


def _feed(name: str) -> int | None:
    stem = name.removesuffix(".xml")
    return int(stem) if stem != name and stem.isdigit() else None
