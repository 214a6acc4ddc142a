"""Host names to addresses: looked up aside, remembered for a minute, and never given out unchecked."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

from aggregator.fetch.guard import AddressGuard, plain_address

KEPT_SECONDS: Final = 60.0
KEPT_NAMES: Final = 10_000
# A look-up of a dead domain takes its thread for many seconds; it must not keep the names of others waiting.
_THREADS: Final = 16

LookUp = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver; raises ``socket.gaierror``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Names:
    """Resolves names with a guard behind it: one forbidden address among the answers refuses the name.

    Answers are kept for a minute, failures are not; the guard is asked again every time. Who asks for a name that is
    being looked up waits for that answer. Belongs to one event loop.

    Args:
        guard: Is shown every address before it is given out.
        resolve: Blocking; called in threads of this object.
    """

    def __init__(self, guard: AddressGuard, resolve: LookUp = look_up) -> None:
        self._guard = guard
        self._look_up = resolve
        self._known: OrderedDict[str, tuple[float, Sequence[str]]] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Sequence[str]]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of a host, in the order in which they are to be tried; a literal address is its own.

        Raises:
            BlockedAddress: One of them is refused.
            OSError: The name cannot be resolved.
        """
        addresses = (host,) if is_literal(host) else await self._find(host, port)
        self._guard.check_all(host, addresses, port)
        return addresses

    def close(self) -> None:
        """Let go of the threads; a look-up under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _find(self, host: str, port: int) -> Sequence[str]:
        known = self._known.get(host)
        if known is not None and monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        asked = self._asked.get(host)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[host] = loop.run_in_executor(self._threads, self._look_up, host, port)
            asked.add_done_callback(lambda done: self._keep(host, done))
        # Shielded: who gives up waiting must not take the answer from those who wait on.
        return await asyncio.shield(asked)

    def _keep(self, host: str, done: asyncio.Future[Sequence[str]]) -> None:
        self._asked.pop(host, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._known.pop(host, None)
        self._known[host] = (monotonic(), done.result())
        if len(self._known) > KEPT_NAMES:
            self._known.popitem(last=False)


def is_literal(host: str) -> bool:
    """Say whether a host is an address already."""
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        plain_address(host)
    except ValueError:
        return False
    return True
