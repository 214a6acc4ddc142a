"""Listen and serve, inside the daemon's own loop, by uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from aggregator.errors import AggregatorError
from aggregator.service.web.quick import QuickProtocol

_GRACE_SECONDS = 3
_BACKLOG = 2048
_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
_HINTS = {
    errno.EADDRINUSE: "is in use: another program, or another copy of this one, listens there; "
    "stop it or choose another port in server.listen",
    errno.EACCES: "may not be used: ports below 1024 need special rights; choose another port in server.listen",
    errno.EADDRNOTAVAIL: "is not an address of this computer; choose 127.0.0.1 or 0.0.0.0 in server.listen",
}


class WebServer:
    """Serve an application at one address.

    Attributes:
        host: As given.
        port: The bound one, once started; 0 asked for any free one.
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._server = _Server(
            uvicorn.Config(
                app,
                http=QuickProtocol,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address to open on this computer."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    async def start(self) -> None:
        """Bind and start to serve; returns once connections are accepted.

        Raises:
            AggregatorError: The address cannot be bound; the message says what to do.
        """
        sockets = await _bind(self.host, self.port)
        self.port = sockets[0].getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=sockets), name="web server")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task

    async def stop(self) -> None:
        """Let running answers finish, for a few seconds at most, and let go of the address."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None


class _Server(uvicorn.Server):
    """uvicorn, without its signals, and able to say when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


async def _bind(host: str, port: int) -> list[socket.socket]:
    """Bind every address that the host name stands for; one that this computer lacks is left out."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AggregatorError(f"{host}: no such host; check server.listen") from error
    bound: list[socket.socket] = []
    absent: OSError | None = None
    for family, *_, address in dict.fromkeys(found):
        free = bound[0].getsockname()[1] if bound else port
        try:
            bound.append(_listener(family, (address[0], free, *address[2:])))
        except OSError as error:
            if error.errno not in _ABSENT:
                _close(bound)
                raise _refusal(host, port, error) from error
            absent = error
    if not bound:
        raise _refusal(host, port, absent or OSError(errno.EADDRNOTAVAIL, "no address")) from absent
    return bound


def _listener(family: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        # Listening at once: two that are bound but do not listen yet would not notice each other.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _close(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def _refusal(host: str, port: int, error: OSError) -> AggregatorError:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    what = _HINTS.get(error.errno or 0, f"cannot be used: {error.strerror or error}; check server.listen")
    return AggregatorError(f"address {where} {what}")
