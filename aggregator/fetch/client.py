"""The home of httpx: addresses, requests and answers in its terms, and its errors in ours.

Transports are called directly. The client layers above them would add cookies, redirects, proxies from the
environment and headers of their own, none of which a poll may have, at more than half its price.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote

import httpx

from aggregator.fetch.fault import Fault
from aggregator.fetch.guard import BlockedAddress
from aggregator.fetch.wire import Headers, Target
from aggregator.model.fetching import Failure

# At INFO these write down every address that is asked, with whatever token it holds.
for _name in ("httpx", "httpcore", "aiohttp"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_PORTS = {"http": 80, "https": 443}
NETWORK_ERRORS = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError)


@lru_cache(maxsize=8192)
def read_target(url: str) -> Target:
    """Read an absolute address.

    Raises:
        Fault: ``UNREACHABLE``: it is none.
    """
    return _target(httpx.URL, url)


def join_target(base: Target, location: str) -> Target:
    """Read the address of a redirect, absolute or relative to where it was found.

    Raises:
        Fault: ``UNREACHABLE``: it is none.
    """
    return _target(base.parsed.join, location)


def _target(read: Any, text: str) -> Target:
    try:
        url = read(text)
        authorization = _basic(url.userinfo) if url.userinfo else None
        if authorization is not None or "#" in text:
            url = url.copy_with(userinfo=b"", fragment=None)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError) as error:
        raise Fault(Failure.UNREACHABLE, f"not an address: {error}") from error
    port = url.port or _PORTS.get(url.scheme, 0)
    if port and (not host or "%" in host or not 0 < port < 1 << 16):
        raise Fault(Failure.UNREACHABLE, "not an address: its host or port cannot be")
    host_port = url.netloc.decode("ascii")
    return Target(str(url), url.scheme, host, port, host_port, url.raw_path.decode("ascii"), authorization, url)


def _basic(userinfo: bytes) -> str:
    plain = ":".join(unquote(part) for part in f"{userinfo.decode()}:".split(":", 2)[:2])
    return f"Basic {base64.b64encode(plain.encode()).decode()}"


class Stream(Protocol):
    """A body on its way, undecoded."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give it in pieces, as they come."""
        ...

    async def aclose(self) -> None:
        """Let go of it, read to the end or not."""
        ...


class ClientAnswer:
    """An answer that is read through its stream only: everything else would decode without a bound."""

    __slots__ = ("_host", "_stream", "headers", "status")

    def __init__(self, status: int, raw: Sequence[tuple[bytes, bytes]], stream: Stream, host: str) -> None:
        self.status = status
        self.headers = _plain(raw)
        self._stream = stream
        self._host = host

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the body as it comes, undecoded."""
        try:
            async for chunk in self._stream:
                yield chunk
        except NETWORK_ERRORS as error:
            # A reset, an early end and a broken chunk cannot be told apart on every transport.
            raise Fault(Failure.BAD_BODY, f"{self._host} broke off in the middle of the body") from error

    async def close(self) -> None:
        """Drop the connection; an answer that is no longer wanted has nothing more to complain about."""
        with contextlib.suppress(*NETWORK_ERRORS):
            await self._stream.aclose()


_NOTHING = httpx.ByteStream(b"")


class ClientWire:
    """Any transport of httpx, called directly. No connection is kept, and the server is told so (RFC 9112, 9.6)."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def ask(self, target: Target, headers: Headers, body: bytes | None = None) -> ClientAnswer:
        """Send one GET, or a POST where there is a body, and wait for the head of the answer."""
        try:
            response = await self._transport.handle_async_request(self.request(target, headers, body))
        except NETWORK_ERRORS as error:
            raise explained(error, target.host) from error
        stream: Any = response.stream
        return ClientAnswer(response.status_code, response.headers.raw, stream, target.host)

    def request(self, target: Target, headers: Headers, body: bytes | None) -> httpx.Request:
        """Build the request as it goes to the transport."""
        sized = () if body is None else (("Content-Length", str(len(body))),)
        # What a server gave in UTF-8, an entity tag for one, goes back in it. With a stream httpx adds nothing.
        given = httpx.Headers((("Host", target.host_port), *headers, *sized, ("Connection", "close")), encoding="utf-8")
        if body is None:
            return httpx.Request("GET", target.parsed, headers=given, stream=_NOTHING)
        return httpx.Request("POST", target.parsed, headers=given, stream=httpx.ByteStream(body))

    async def close(self) -> None:
        """Let go of all connections."""
        await self._transport.aclose()


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Trust the authorities that httpx brings and those that the system, or ``SSL_CERT_FILE``, adds."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _plain(raw: Sequence[tuple[bytes, bytes]]) -> Headers:
    found: dict[str, str] = {}
    for key, content in raw:
        name = key.decode("latin-1").lower()
        try:
            value = content.decode()
        except UnicodeDecodeError:
            value = content.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return tuple(found.items())


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and all that led to it, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def explained(error: Exception, host: str) -> Fault:
    """Name what went wrong at a host.

    The transports' own classes are too coarse: the truth lies down the chain of causes.
    """
    found = list(causes(error))
    for kinds, failure, what in _MEANINGS:
        cause = next((cause for cause in found if isinstance(cause, kinds)), None)
        if cause is not None:
            return Fault(failure, what.format(host=host, reason=_reason(cause)))
    reason = _reason(error)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected without" in reason:
        return Fault(Failure.UNREACHABLE, f"{host} closed the connection without an answer")
    if isinstance(error, httpx.RemoteProtocolError):
        return Fault(Failure.BAD_BODY, f"{host} did not answer in HTTP: {reason}")
    if isinstance(error, ValueError | httpx.LocalProtocolError):
        # The reason would quote the header, and the header may be a secret.
        return Fault(Failure.UNREACHABLE, f"{host} cannot be asked: the address or a header is not allowed in HTTP")
    return Fault(Failure.UNREACHABLE, f"{host} cannot be asked: {reason}")


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:200]


_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], Failure, str], ...] = (
    ((BlockedAddress,), Failure.BLOCKED, "{reason}"),
    ((socket.gaierror,), Failure.DNS, "the name {host} cannot be resolved: {reason}"),
    ((ssl.SSLError,), Failure.TLS, "no secure connection to {host}: {reason}"),
    ((ConnectionRefusedError,), Failure.UNREACHABLE, "{host} refuses the connection"),
    ((ConnectionError,), Failure.UNREACHABLE, "{host} dropped the connection"),
    ((httpx.TimeoutException, TimeoutError), Failure.TIMEOUT, "{host} does not answer"),
)
