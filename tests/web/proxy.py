"""An http proxy that writes down what it is asked for, and does it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass(slots=True)
class ScriptedProxy:
    """Listens on loopback; an async context manager.

    Attributes:
        wants: Value of ``Proxy-Authorization`` that it insists on; empty for none.
        refuses: Status of the answer to everything; 0 carries it out.
        reaches: Host and port that it goes to, whatever it is asked for; None goes where it is told.
        lines: First lines of the requests.
        heads: The requests' heads as they came.
    """

    wants: str = ""
    refuses: int = 0
    reaches: tuple[str, int] | None = None
    lines: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._carry_out(reader, writer)
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _carry_out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head[:-4].split("\r\n")
        self.lines.append(line)
        self.heads.append(head)
        method, target, _ = line.split(" ")
        given = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
        if self.wants and given.get("proxy-authorization") != self.wants:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses} Refused\r\nContent-Length: 0\r\n\r\n".encode())
            return
        tunnel = method == "CONNECT"
        host, port = target.rsplit(":", 1) if tunnel else (urlsplit(target).hostname, urlsplit(target).port or 80)
        there, away = await asyncio.open_connection(*(self.reaches or (str(host).strip("[]"), int(port))))
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            parts = urlsplit(target)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [one for one in fields if not one.lower().startswith("proxy-")]
            away.write("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "", ""]).encode("latin-1"))
        await asyncio.gather(_pump(reader, away), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(65_536):
            sink.write(chunk)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()
