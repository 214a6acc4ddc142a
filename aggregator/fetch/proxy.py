"""Through an http proxy, and still past the guard.

Whoever dials a proxy shows the guard the proxy's address alone. So every name is resolved and checked here before
the proxy hears of it. For https the tunnel is asked for by the address that was checked; for http the proxy gets the
name, as the protocol wants it, and resolves it once more by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import httpcore
import httpx

from aggregator.fetch.client import ClientAnswer, ClientWire, read_target
from aggregator.fetch.fallbacks import stock_transport
from aggregator.fetch.guard import AddressGuard
from aggregator.fetch.names import Names
from aggregator.fetch.wire import Headers, Target

_MAX_HEAD = 65_536
_MOST_TRIED = 3
_SUCCESS = 2


class ProxyWire:
    """Sends requests through one http proxy; its credentials are shown to the proxy alone.

    Args:
        guard: Decides about the targets; the proxy itself was named by the operator and is dialled as it stands.
        proxy: Absolute address of the proxy, with or without credentials.

    Raises:
        Fault: That is none.
    """

    def __init__(self, guard: AddressGuard, proxy: str) -> None:
        at = read_target(proxy)
        self._authorization: Headers = (("Proxy-Authorization", at.authorization),) if at.authorization else ()
        self._names = Names(guard)
        self._secure = ClientWire(stock_transport(_ProxyBackend(self._names, at, tunnel=True)))
        self._plain = _ForwardWire(stock_transport(_ProxyBackend(self._names, at, tunnel=False)))

    async def ask(self, target: Target, headers: Headers, body: bytes | None = None) -> ClientAnswer:
        """Send one GET, or a POST where there is a body, and wait for the head of the answer."""
        if target.scheme == "https":
            return await self._secure.ask(target, headers, body)
        return await self._plain.ask(target, (*headers, *self._authorization), body)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._secure.close()
        await self._plain.close()
        self._names.close()


class _ForwardWire(ClientWire):
    """Names the whole address in the request line (RFC 9112, 3.2.2)."""

    def request(self, target: Target, headers: Headers, body: bytes | None) -> httpx.Request:
        made = super().request(target, headers, body)
        made.extensions["target"] = f"{target.scheme}://{target.host_port}".encode("ascii") + target.parsed.raw_path
        return made


class _ProxyBackend(httpcore.AsyncNetworkBackend):
    """Checks the target, dials the proxy, and asks it for a tunnel to what was checked where one is needed."""

    def __init__(self, names: Names, proxy: Target, *, tunnel: bool) -> None:
        self._names = names
        self._inner = httpcore.AnyIOBackend()
        self._proxy = proxy
        self._tunnel = tunnel

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await self._names.resolve(host, port)
        if not self._tunnel:
            return await self._dial(timeout, local_address, socket_options)
        refusal = ""
        # Proxies without IPv6 are common.
        for address in sorted(dict.fromkeys(found), key=_is_ipv6)[:_MOST_TRIED]:
            stream = await self._dial(timeout, local_address, socket_options)
            refusal = await self._open(stream, f"[{address}]:{port}" if ":" in address else f"{address}:{port}")
            if not refusal:
                return stream
            await stream.aclose()
        raise httpcore.ProxyError(f"the proxy {self._proxy.host_port} refuses: {refusal}")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _dial(
        self,
        timeout: float | None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.connect_tcp(
                self._proxy.host, self._proxy.port, timeout, local_address, socket_options
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            reason = str(error) or "no answer"
        # Raised out here: the cause would be taken for the target's own refusal.
        raise httpcore.ProxyError(f"the proxy {self._proxy.host_port} cannot be reached: {reason}")

    async def _open(self, stream: httpcore.AsyncNetworkStream, authority: str) -> str:
        """Ask for a tunnel; say why there is none, or nothing.

        Follows:
            RFC 9110, 9.3.6.
        """
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self._proxy.authorization:
            lines.append(f"Proxy-Authorization: {self._proxy.authorization}")
        await stream.write("\r\n".join((*lines, "", "")).encode("ascii"))
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = await stream.read(4096)
            head += chunk
            if not chunk or len(head) > _MAX_HEAD:
                return "it closed the connection"
        version, _, rest = head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            return "it does not speak HTTP"
        return "" if int(rest[:3]) // 100 == _SUCCESS else rest[:100].strip()


def _is_ipv6(address: str) -> bool:
    return ":" in address
