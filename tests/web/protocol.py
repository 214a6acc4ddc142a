"""HTTP/1.1 on a socket, as little of it as a test server needs, and fast."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.web.server import ScriptedWeb

_MAX_HEAD = 1 << 20


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered one after another."""

    __slots__ = ("_buffer", "_flow", "_transport", "_web", "address", "busy", "gone")

    def __init__(self, web: ScriptedWeb) -> None:
        self._web = web
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._flow: asyncio.Event | None = None
        self.address = ""
        self.busy = False
        self.gone = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.address = transport.get_extra_info("sockname")[0]
        self._web.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        self._transport = None
        if self._flow is not None:
            self._flow.set()
        self._web.disconnected(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > _MAX_HEAD:
            self.abort()
        elif not self._buffer[:1].isalpha():
            # A TLS handshake, for one.
            self.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            self.close()
        elif not self.busy:
            self.advance()

    def advance(self) -> None:
        """Answer what has come, up to the first request that takes its time."""
        while not self.busy:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._buffer = rest
            self._web.answer(self, head)

    def done(self) -> None:
        """Go on after a request that took its time."""
        self.busy = False
        if not self.gone.is_set():
            self.advance()

    def pause_writing(self) -> None:
        self._flow = asyncio.Event()

    def resume_writing(self) -> None:
        if self._flow is not None:
            self._flow.set()
        self._flow = None

    def write(self, chunk: bytes) -> None:
        if self._transport is not None:
            self._transport.write(chunk)

    async def drain(self) -> bool:
        """Wait until there is room again; False when the peer has gone."""
        if self._flow is not None:
            await self._flow.wait()
        else:
            await asyncio.sleep(0)
        return not self.gone.is_set()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Send a reset instead of an end."""
        if self._transport is not None:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")  # SOL_SOCKET, SO_LINGER: on, zero seconds
            self._transport.abort()
