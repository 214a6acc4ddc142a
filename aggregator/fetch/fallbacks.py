"""The transports that others keep, to fall back on: aiohttp's connections, and httpx's own.

Whoever does not choose one of them does not pay for importing them.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import ItemsView, Iterable
from contextvars import ContextVar
from typing import Any

import aiohttp
import httpcore
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from aggregator.fetch.client import ClientWire, causes, tls_context
from aggregator.fetch.guard import AddressGuard
from aggregator.fetch.names import Names

# Policies and cookies of real servers pass the eight kilobytes that aiohttp allows a line.
_MAX_LINE = 65_536
_DIAL_SECONDS = 3.0

# The host that the running task is connecting to: a connector shows the guard the bare address only.
_host: ContextVar[str] = ContextVar("_host", default="")


def open_aiohttp(guard: AddressGuard) -> ClientWire:
    """Open the fall-back whose connections thousands of other programs use; call it inside the running loop."""
    tls = tls_context()
    connector = aiohttp.TCPConnector(
        limit=0,
        force_close=True,
        use_dns_cache=False,
        ssl=tls,
        resolver=_Resolver(Names(guard)),
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
    return ClientWire(_PlainErrors(AiohttpTransport(verify=tls, client=session)))


def open_stock(guard: AddressGuard) -> ClientWire:
    """Open httpx's own transport, which sends every byte of an address as it stands."""
    return ClientWire(stock_transport(_GuardedBackend(guard)))


def stock_transport(backend: httpcore.AsyncNetworkBackend) -> httpx.AsyncHTTPTransport:
    """Make httpx's own transport over a way of connecting that asks the guard."""
    transport = httpx.AsyncHTTPTransport(
        verify=tls_context(), trust_env=False, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
    )
    # httpx has no public place for it; the contract tests fail when the guard is not asked.
    transport._pool._network_backend = backend  # noqa: SLF001 - see above
    return transport


def _guarded_socket(guard: AddressGuard, address_info: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, address = address_info
    guard.check(_host.get(), address[0], address[1])
    return socket.socket(family, kind, protocol)


class _AsWritten(httpx.Headers):
    """Headers whose names aiohttp gets as they were written; httpx would show it lower-case ones."""

    def items(self) -> ItemsView[str, str]:
        return {name.decode(): value.decode() for name, value in self.raw}.items()


class _PlainErrors(httpx.AsyncBaseTransport):
    """Says in the words of httpx and the standard library what aiohttp says in its own."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _host.set(request.url.raw_host.decode("ascii"))
        request.headers = _AsWritten(request.headers)
        await request.aread()  # a body that was not read yet would be announced, even if there is none
        try:
            return await self._inner.handle_async_request(request)
        except (aiohttp.ClientError, httpx.HTTPError) as error:
            # Not from the error itself: the kinds that its transport makes of them are too coarse.
            cause, plain = _plain(error)
            raise plain from cause

    async def aclose(self) -> None:
        await self._inner.aclose()


def _plain(error: Exception) -> tuple[BaseException | None, Exception]:
    """Give an error in plain words, and what it came from."""
    for cause in causes(error):
        match cause:
            case aiohttp.ClientConnectorDNSError():
                return cause, socket.gaierror(cause.os_error.errno, cause.os_error.strerror or "no answer")
            case aiohttp.ServerDisconnectedError():
                return cause, httpx.RemoteProtocolError("disconnected without sending a response")
            case aiohttp.ClientResponseError():
                return cause, httpx.RemoteProtocolError(cause.message)
            case _:
                continue
    return error.__cause__, error if isinstance(error, httpx.HTTPError) else httpx.NetworkError(str(error))


class _Resolver(AbstractResolver):
    """Names, in the form that aiohttp asks for them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a name; raises ``BlockedAddress`` when an answer is refused."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._names.resolve(host, port)
            if family in (socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET)
        ]

    async def close(self) -> None:
        """Let go of the names."""
        self._names.close()


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves by itself and hands on addresses only, so that what was checked is what is dialled."""

    def __init__(self, guard: AddressGuard) -> None:
        self._names = Names(guard)
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._names.resolve(host, port)
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._inner.connect_tcp(address, port, _DIAL_SECONDS, local_address, socket_options)
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
