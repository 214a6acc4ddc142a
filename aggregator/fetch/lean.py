"""A transport of our own: one connection, one request, one answer, and no more than it takes.

The parser is httptools', the connections are the event loop's. There is no pool, no redirect, no cookie and no proxy
to pay for. What may be dialled is decided before: only addresses that the guard has seen reach the event loop.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import httptools
import httpx

from aggregator.fetch.client import NETWORK_ERRORS, ClientAnswer, explained, tls_context
from aggregator.fetch.guard import AddressGuard
from aggregator.fetch.names import Names
from aggregator.fetch.wire import Headers, Target

MAX_HEAD: Final = 262_144
"""Bytes of status line and headers, those of interim answers included."""
_MAX_WAITING: Final = 262_144
_STAGGER_SECONDS: Final = 0.25

# RFC 9112, 3 and 5; that no value breaks its line shows in the number of lines.
_HEAD: Final = re.compile(
    rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\x00-\x08\x0a-\x1f\x7f]*\r\n)+\r\n"
).fullmatch


class LeanWire:
    """Sends each request on a connection of its own and hands the answer on as it comes.

    Args:
        names: Gives the addresses that may be dialled.
        tls: Makes, or has made, the context for https.
    """

    def __init__(self, names: Names, tls: Callable[[], ssl.SSLContext]) -> None:
        self._names = names
        self._tls = tls

    async def ask(self, target: Target, headers: Headers, body: bytes | None = None) -> ClientAnswer:
        """Send one GET, or a POST where there is a body, and wait for the head of the answer."""
        try:
            exchange = await self._send(target, _message(target, headers, body))
        except NETWORK_ERRORS as error:
            raise explained(error, target.host) from error
        return ClientAnswer(exchange.status, exchange.headers, exchange, target.host)

    async def close(self) -> None:
        """Let go of the resolver; connections are let go with their answers."""
        self._names.close()

    async def _send(self, target: Target, message: bytes) -> _Exchange:
        host, port = target.host, target.port
        addresses = await self._names.resolve(host, port)
        tls: dict[str, Any] = {"ssl": self._tls(), "server_hostname": host} if target.scheme == "https" else {}
        if len(addresses) == 1:
            exchange = await _dial(addresses[0], port, tls)
        else:
            exchange = await _race(addresses, port, tls)
        try:
            await exchange.ask(message)
        except BaseException:
            exchange.abort()
            raise
        return exchange


def open_lean(guard: AddressGuard) -> LeanWire:
    """Open the transport that polls use; call it inside the running loop."""
    return LeanWire(Names(guard), tls_context)


def _message(target: Target, headers: Headers, body: bytes | None) -> bytes:
    """Write a request. No connection is kept, and the server is told so (RFC 9112, 9.6)."""
    method, sized = ("GET", ()) if body is None else ("POST", (("Content-Length", f"{len(body)}"),))
    fields = (("Host", target.host_port), *headers, *sized, ("Connection", "close"))
    lines = "".join([f"{name}: {value}\r\n" for name, value in fields])
    # What a server gave in UTF-8, an entity tag for one, goes back in it.
    head = f"{method} {target.path} HTTP/1.1\r\n{lines}\r\n".encode()
    if _HEAD(head) is None or head.count(b"\n") != len(fields) + 2:
        raise httpx.LocalProtocolError("the address or a header is not allowed in HTTP")
    return head + body if body else head


async def _dial(address: str, port: int, tls: dict[str, Any]) -> _Exchange:
    loop = asyncio.get_running_loop()
    _, exchange = await loop.create_connection(_Exchange, address, port, **tls)
    return exchange


async def _race(addresses: Sequence[str], port: int, tls: dict[str, Any]) -> _Exchange:
    """Dial one address after another without waiting long for any; the first that answers is taken.

    Follows: RFC 8305, 5.
    """
    waiting = list(addresses)
    dials: set[asyncio.Task[_Exchange]] = set()
    won: asyncio.Task[_Exchange] | None = None
    error: BaseException = OSError("no address answers")
    try:
        while won is None and (waiting or any(not dial.done() for dial in dials)):
            if waiting:
                dials.add(asyncio.create_task(_dial(waiting.pop(0), port, tls)))
            pause = _STAGGER_SECONDS if waiting else None
            pending = {dial for dial in dials if not dial.done()}
            done, _ = await asyncio.wait(pending, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for dial in done:
                failed = dial.exception()
                won, error = (dial, error) if failed is None else (won, failed)
        if won is None:
            raise error
        return won.result()
    finally:
        for dial in dials - {won}:
            if not dial.cancel() and not dial.cancelled() and dial.exception() is None:
                dial.result().abort()


class _Exchange(asyncio.Protocol):
    """One request and its answer on one connection; as a stream it is the undecoded body.

    The head is complete when ``ask`` returns. A body that comes faster than it is read stops the reading.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._transport: Any = None
        self._parser: Any = None
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._paused = False
        self._error: Exception | None = None
        self._wake: asyncio.Future[None] | None = None

    async def ask(self, message: bytes) -> None:
        """Send the request and wait for the head of the answer."""
        if self._parser is not None:  # else the server has hung up already
            self._transport.write(message)
        while not self.status:
            await self._news()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while not self._pieces:
                if self._parser is None and self._error is None:
                    return
                await self._news()
            piece, self._pieces, self._waiting_bytes = b"".join(self._pieces), [], 0
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            yield piece

    async def aclose(self) -> None:
        """Drop the connection."""
        self.abort()

    def abort(self) -> None:
        """Drop the connection, whatever is still on its way."""
        self._parser = None
        if self._transport is not None:
            self._transport.abort()

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._wake = asyncio.get_running_loop().create_future()
        await self._wake

    def _tell(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _end(self, error: Exception | None = None) -> None:
        # Without the parser nothing more is read, and the two refer to each other no longer.
        self._parser, self._error = None, error
        self._tell()

    # What the event loop calls

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        # Nothing is kept that a disguised second answer could be smuggled into, so common faults may pass.
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            return
        if not self.status:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self._parser is not None:  # what comes behind a complete answer is nobody's
                self._end(httpx.RemoteProtocolError(f"{error}" or "an upgrade that nobody asked for"))
            return
        if not self.status and self._head_bytes > MAX_HEAD:
            self._end(httpx.RemoteProtocolError("the headers do not end"))
        elif self._waiting_bytes > _MAX_WAITING and not self._paused and self._parser is not None:
            self._paused = True
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._parser is None:
            return
        if exc is not None:
            self._end(exc)
        elif not self.status:
            what = "in the middle of the headers" if self._head_bytes else "without sending a response"
            self._end(httpx.RemoteProtocolError(f"disconnected {what}"))
        elif _is_framed(self.headers):
            self._end(httpx.RemoteProtocolError("disconnected in the middle of the body"))
        else:
            self._end()

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # else it is a trailer
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # noqa: PLR2004 - an interim answer; the final one follows
            self.headers.clear()
            return
        self.status = status
        self._tell()

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._waiting_bytes += len(piece)
        self._tell()

    def on_message_complete(self) -> None:
        if self.status:
            self._end()


def _is_framed(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether the end of a body shows in the body itself; that of any other is the end of the connection.

    Follows: RFC 9112, 6.3.
    """
    found = {name.lower(): value for name, value in headers}
    coding = found.get(b"transfer-encoding")
    return b"content-length" in found if coding is None else coding.strip().lower().endswith(b"chunked")
