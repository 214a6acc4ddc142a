"""The home of httpx and of what carries it: aiohttp's connections, and httpcore's as the fall-back.

Transports are called directly. The client layers above them would add cookies, redirects, proxies from the
environment and headers of their own, none of which a poll may have, at more than half its price.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, ItemsView, Iterable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import aiohttp
import httpcore
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from httpx_aiohttp import AiohttpTransport

from aggregator.fetch.fault import Fault
from aggregator.fetch.guard import AddressGuard, BlockedAddress
from aggregator.fetch.wire import Headers, Target
from aggregator.model.fetching import Failure

# At INFO these write down every address that is asked, with whatever token it holds.
for _name in ("httpx", "httpcore", "aiohttp"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_PORTS = {"http": 80, "https": 443}
# Policies and cookies of real servers pass the eight kilobytes that aiohttp allows a line.
_MAX_LINE = 65_536
_DIAL_SECONDS = 3.0
_NETWORK_ERRORS = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError)

# The host that the running task is connecting to: a connector shows the guard the bare address only.
_host: ContextVar[str] = ContextVar("_host", default="")


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
        url = url.copy_with(userinfo=b"", fragment=None)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError) as error:
        raise Fault(Failure.UNREACHABLE, f"not an address: {error}") from error
    port = url.port or _PORTS.get(url.scheme, 0)
    if port and (not host or "%" in host or not 0 < port < 1 << 16):
        raise Fault(Failure.UNREACHABLE, "not an address: its host or port cannot be")
    return Target(str(url), url.scheme, host, port, url.netloc.decode("ascii"), authorization, url)


def _basic(userinfo: bytes) -> str:
    plain = ":".join(unquote(part) for part in f"{userinfo.decode()}:".split(":", 2)[:2])
    return f"Basic {base64.b64encode(plain.encode()).decode()}"


class ClientAnswer:
    """An httpx response, read through its stream only: everything else would decode without a bound."""

    __slots__ = ("_host", "_stream", "headers", "status")

    def __init__(self, response: httpx.Response, host: str) -> None:
        self.status = response.status_code
        self.headers = _plain(response.headers.raw)
        self._stream: Any = response.stream
        self._host = host

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the body as it comes, undecoded."""
        try:
            async for chunk in self._stream:
                yield chunk
        except _NETWORK_ERRORS as error:
            # A reset, an early end and a broken chunk cannot be told apart on every transport.
            raise Fault(Failure.BAD_BODY, f"{self._host} broke off in the middle of the body") from error

    async def close(self) -> None:
        """Drop the connection; an answer that is no longer wanted has nothing more to complain about."""
        with contextlib.suppress(*_NETWORK_ERRORS):
            await self._stream.aclose()


class _AsWritten(httpx.Headers):
    """Headers whose names aiohttp gets as they were written; httpx would show it lower-case ones."""

    def __init__(self, pairs: Headers) -> None:
        super().__init__(list(pairs))
        self._pairs = dict(pairs)

    def items(self) -> ItemsView[str, str]:
        return self._pairs.items()


class ClientWire:
    """Any transport of httpx, called directly. No connection is kept, and the server is told so (RFC 9112, 9.6)."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def ask(self, target: Target, headers: Headers, body: bytes | None = None) -> ClientAnswer:
        """Send one GET, or a POST where there is a body, and wait for the head of the answer."""
        _host.set(target.host)
        try:
            response = await self._transport.handle_async_request(self.request(target, headers, body))
        except _NETWORK_ERRORS as error:
            raise _explain(error, target.host) from error
        return ClientAnswer(response, target.host)

    def request(self, target: Target, headers: Headers, body: bytes | None) -> httpx.Request:
        """Build the request as it goes to the transport."""
        made = httpx.Request("GET" if body is None else "POST", target.parsed, content=body)
        sized = () if body is None else (("Content-Length", str(len(body))),)
        made.headers = _AsWritten((("Host", target.host_port), *headers, *sized, ("Connection", "close")))
        return made

    async def close(self) -> None:
        """Let go of all connections."""
        await self._transport.aclose()


def open_aiohttp(guard: AddressGuard) -> ClientWire:
    """Open the transport that polls use; call it inside the running loop."""
    tls = _tls()
    connector = aiohttp.TCPConnector(
        limit=0,
        force_close=True,
        ttl_dns_cache=60,
        ssl=tls,
        resolver=GuardedResolver(guard, ThreadedResolver()),
        socket_factory=lambda address_info: _guarded_socket(guard, address_info),
    )
    session = aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        max_line_size=_MAX_LINE,
        max_field_size=_MAX_LINE,
    )
    return ClientWire(AiohttpTransport(verify=tls, client=session))


def open_stock(guard: AddressGuard) -> ClientWire:
    """Open httpx's own transport, which sends every byte of an address as it stands."""
    return ClientWire(stock_transport(_GuardedBackend(guard)))


def stock_transport(backend: httpcore.AsyncNetworkBackend) -> httpx.AsyncHTTPTransport:
    """Make httpx's own transport over a way of connecting that asks the guard."""
    transport = httpx.AsyncHTTPTransport(
        verify=_tls(), trust_env=False, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
    )
    # httpx has no public place for it; the contract tests fail when the guard is not asked.
    transport._pool._network_backend = backend  # noqa: SLF001 - see above
    return transport


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Trust the authorities that httpx brings and those that the system, or ``SSL_CERT_FILE``, adds."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _guarded_socket(guard: AddressGuard, address_info: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, address = address_info
    guard.check(_host.get(), address[0], address[1])
    return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """A resolver with a guard behind it: one forbidden address among the answers refuses the name."""

    def __init__(self, guard: AddressGuard, inner: AbstractResolver) -> None:
        self._guard = guard
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a name; raises ``BlockedAddress`` when an answer is refused."""
        found = await self._inner.resolve(host, port, family)
        self._guard.check_all(host, [result["host"] for result in found], port)
        return found

    async def close(self) -> None:
        """Let go of the resolver behind."""
        await self._inner.close()


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves by itself and hands on addresses only, so that what was checked is what is dialled."""

    def __init__(self, guard: AddressGuard) -> None:
        self._resolver = GuardedResolver(guard, ThreadedResolver())
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await self._resolver.resolve(host, port)
        for result in found[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._inner.connect_tcp(result["host"], port, _DIAL_SECONDS, local_address, socket_options)
        return await self._inner.connect_tcp(found[-1]["host"], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _plain(raw: list[tuple[bytes, bytes]]) -> Headers:
    found: dict[str, str] = {}
    for key, content in raw:
        name = key.decode("latin-1").lower()
        try:
            value = content.decode()
        except UnicodeDecodeError:
            value = content.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return tuple(found.items())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _explain(error: Exception, host: str) -> Fault:
    """Name what went wrong. The transports' own classes are too coarse: the truth lies down the chain of causes."""
    causes = list(_causes(error))
    for kinds, failure, what in _MEANINGS:
        cause = next((cause for cause in causes if isinstance(cause, kinds)), None)
        if cause is not None:
            return Fault(failure, what.format(host=host, reason=_reason(cause)))
    reason = _reason(error)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected without" in reason:
        return Fault(Failure.UNREACHABLE, f"{host} closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError | httpx.RemoteProtocolError):
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
    ((socket.gaierror, aiohttp.ClientConnectorDNSError), Failure.DNS, "the name {host} cannot be resolved: {reason}"),
    ((ssl.SSLError,), Failure.TLS, "no secure connection to {host}: {reason}"),
    ((ConnectionRefusedError,), Failure.UNREACHABLE, "{host} refuses the connection"),
    ((ConnectionError,), Failure.UNREACHABLE, "{host} dropped the connection"),
    ((aiohttp.ServerDisconnectedError,), Failure.UNREACHABLE, "{host} closed the connection without an answer"),
    ((httpx.TimeoutException, TimeoutError), Failure.TIMEOUT, "{host} does not answer"),
)
