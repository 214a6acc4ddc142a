"""One poll over HTTP: deadline, redirects, body, and what the answer amounts to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import ClassVar, Literal

from aggregator.fetch.attempt import Attempt
from aggregator.fetch.client import read_target
from aggregator.fetch.decode import BodyDecoder
from aggregator.fetch.fault import Fault
from aggregator.fetch.guard import AddressGuard, BlockedAddress
from aggregator.fetch.lean import open_lean
from aggregator.fetch.posting import Posting
from aggregator.fetch.refusals import REDIRECTS, RETRY_AFTER, header
from aggregator.fetch.retry_after import read_retry_after
from aggregator.fetch.visits import Visits
from aggregator.fetch.wire import Answer, Headers, Target, Wire
from aggregator.model.fetching import (
    Failure,
    FetchOutcome,
    FetchRequest,
    PostOutcome,
    PostRequest,
    is_feed_delta,
)

_WITH_BODY = frozenset((200, 203, 226))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _fall_back(transport: str) -> Callable[[AddressGuard], Wire]:
    from aggregator.fetch import fallbacks  # noqa: PLC0415 - many megabytes, which only who wants them pays for

    return {"aiohttp": fallbacks.open_aiohttp, "stock": fallbacks.open_stock}[transport]


def _through(guard: AddressGuard, proxy: str) -> Wire:
    from aggregator.fetch.proxy import ProxyWire  # noqa: PLC0415 - see above

    return ProxyWire(guard, proxy)


class HttpFetcher:
    """Carries out requests over http and https, at most ``max_connections`` at once.

    Nothing is kept between two requests but resolved names: no connections, cookies or credentials. A request that
    waits for its turn does not use up its deadline. Belongs to one event loop, in which it opens its transport with
    the first request.

    Args:
        allow_private: CIDRs, addresses, hosts and ``*.suffix`` that may be polled although they are not public.
        ports: What may be dialled elsewhere.
        max_connections: Bound on requests under way.
        now: Wall clock, for dates in ``Retry-After``.
        transport: What carries the requests: ``lean`` costs least, ``stock`` most; all of them keep the same word.
        visits: Keeps requests to one host apart.
        proxy: Address of the http proxy that requests go through which name none; a secret where it holds credentials.
    """

    grace: ClassVar[timedelta] = timedelta(seconds=10)
    """So long a body may come as slowly as it likes."""
    slowest: ClassVar[int] = 1000
    """Bytes a second, over the whole body, after that."""

    def __init__(  # noqa: PLR0913 - all by name, all with a default: what the settings say of the network
        self,
        *,
        allow_private: Sequence[str] = (),
        ports: Sequence[int] = (80, 443, 8080, 8443),
        max_connections: int = 64,
        now: Callable[[], datetime] = _utc_now,
        visits: Visits | None = None,
        proxy: str | None = None,
        transport: Literal["lean", "aiohttp", "stock"] = "lean",
    ) -> None:
        self._guard = AddressGuard(allow_private, ports)
        self._turns = asyncio.Semaphore(max_connections)
        self._now = now
        self._open = open_lean if transport == "lean" else _fall_back(transport)
        self._visits = visits or Visits()
        self._proxy = proxy or ""
        self._wires: dict[str, Wire] = {}

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do."""
        async with self._turns:
            poll = Attempt(request)
            try:
                async with asyncio.timeout(request.timeout.total_seconds()) as deadline:
                    return await self._follow(poll, deadline)
            except TimeoutError:
                seconds = request.timeout.total_seconds()
                return poll.failed(Failure.TIMEOUT, f"no complete answer within {seconds:g} s; see timeout")
            except Fault as fault:
                return poll.failed(fault.kind, fault.detail)

    async def post(self, request: PostRequest) -> PostOutcome:
        """Send one form, by the proxy of the whole network; never raises for anything a server can do."""
        async with self._turns:
            deadline = asyncio.timeout(request.timeout.total_seconds())
            posting = Posting(request, partial(self._send, request, deadline), self._now)
            try:
                async with deadline:
                    return await posting.send()
            except TimeoutError:
                seconds = request.timeout.total_seconds()
                return posting.failed(Failure.TIMEOUT, f"no complete answer within {seconds:g} s")
            except Fault as fault:
                return posting.failed(fault.kind, fault.detail)

    async def close(self) -> None:
        """Let go of the connections; the next request opens new ones."""
        wires, self._wires = self._wires, {}
        for wire in wires.values():
            await wire.close()

    async def _follow(self, poll: Attempt, deadline: asyncio.Timeout) -> FetchOutcome:
        poll.start(read_target(poll.request.url))
        while True:
            host = poll.target.host
            await self._enter(host, deadline)
            try:
                outcome = await self._visit(poll, host)
            finally:
                self._visits.leave(host, poll.request.spacing.total_seconds())
            if outcome is not None:
                return outcome

    async def _enter(self, host: str, deadline: asyncio.Timeout) -> None:
        """Wait for the turn at a host; that wait is ours, and does not count against the server."""
        if self._visits.is_free(host):
            await self._visits.enter(host)
            return
        loop = asyncio.get_running_loop()
        left = (deadline.when() or loop.time()) - loop.time()
        deadline.reschedule(None)
        await self._visits.enter(host)
        deadline.reschedule(loop.time() + left)

    async def _visit(self, poll: Attempt, host: str) -> FetchOutcome | None:
        """Ask at one host, along its redirects to itself; None when it leads away."""
        wire = self._wire_by(poll.request.proxy)
        while poll.target.host == host:
            self._check(poll.target)
            answer = await wire.ask(poll.target, poll.fitting_headers())
            poll.status = answer.status
            try:
                location = header(answer, "location") if answer.status in REDIRECTS else ""
                if not location:
                    return await self._settle(poll, answer)
            finally:
                await answer.close()
            poll.redirect(answer.status, location)
        return None

    @asynccontextmanager
    async def _send(
        self, request: PostRequest, deadline: asyncio.Timeout, target: Target, headers: Headers, body: bytes
    ) -> AsyncIterator[Answer]:
        """Send one form and give the answer, within one turn at the host."""
        self._check(target)
        await self._enter(target.host, deadline)
        try:
            answer = await self._wire_by(None).ask(target, headers, body)
            try:
                yield answer
            finally:
                await answer.close()
        finally:
            self._visits.leave(target.host, request.spacing.total_seconds())

    def _wire_by(self, proxy: str | None) -> Wire:
        """Give the transport through a proxy, opened at its first use; an empty address stands for none."""
        by = self._proxy if proxy is None else proxy
        wire = self._wires.get(by)
        if wire is None:
            wire = self._wires[by] = _through(self._guard, by) if by else self._open(self._guard)
        return wire

    def _check(self, target: Target) -> None:
        if target.scheme not in ("http", "https"):
            raise Fault(Failure.BLOCKED, f"only http and https are polled, not {target.scheme or 'a bare word'}")
        try:
            self._guard.check_spelling(target.host)
        except BlockedAddress as error:
            raise Fault(Failure.BLOCKED, str(error)) from error

    async def _settle(self, poll: Attempt, answer: Answer) -> FetchOutcome:
        status = answer.status
        if status == HTTPStatus.IM_USED and (poll.unconditional or not is_feed_delta(header(answer, "im"))):
            what = "answered 226 with something else than the new entries that were asked for"
            return poll.failed(Failure.BAD_BODY, f"{poll.target.host} {what}", answer)
        if status in _WITH_BODY:
            return poll.fetched(answer, *await self._body(poll.request, answer))
        if status == HTTPStatus.NOT_MODIFIED and not poll.unconditional:
            return poll.not_modified(answer)
        wish = header(answer, "retry-after") if status in RETRY_AFTER else ""
        return poll.refused(answer, read_retry_after(wish, self._now()) if wish else None)

    async def _body(self, request: FetchRequest, answer: Answer) -> tuple[bytes, int]:
        announced = header(answer, "content-length")
        if announced.isdigit() and int(announced) > request.max_wire_bytes:
            raise Fault(Failure.TOO_LARGE, f"the body has {announced} bytes; max-size allows {request.max_wire_bytes}")
        decoder = BodyDecoder(
            header(answer, "content-encoding"), max_wire_bytes=request.max_wire_bytes, max_bytes=request.max_bytes
        )
        began = perf_counter()
        grace = self.grace.total_seconds()
        async for chunk in answer.chunks():
            decoder.feed(chunk)
            took = perf_counter() - began
            if took > grace and decoder.wire_bytes < took * self.slowest:
                raise Fault(Failure.TIMEOUT, f"the body comes at less than {self.slowest} bytes a second")
        return decoder.finish(), decoder.wire_bytes
