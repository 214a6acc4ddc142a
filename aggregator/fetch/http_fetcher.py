"""One poll over HTTP: deadline, redirects, body, and what the answer amounts to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import perf_counter
from typing import ClassVar, Literal

from aggregator.fetch.client import join_target, open_aiohttp, open_stock, read_target
from aggregator.fetch.decode import ACCEPT_ENCODING, BodyDecoder
from aggregator.fetch.fault import Fault
from aggregator.fetch.guard import AddressGuard, BlockedAddress
from aggregator.fetch.retry_after import read_retry_after
from aggregator.fetch.visits import Visits
from aggregator.fetch.wire import Answer, Headers, Target, Wire
from aggregator.model.fetching import (
    Failure,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    Hop,
    NotModified,
    is_feed_delta,
)
from aggregator.model.source import Validators
from aggregator.text.digests import digest128

MAX_REDIRECTS = 5

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_WITH_BODY = frozenset((200, 203, 226))
_RETRY_AFTER = frozenset((429, 503))
_CONDITIONS = frozenset(("if-none-match", "if-modified-since", "a-im"))
_CREDENTIALS = frozenset(("authorization",))


def _utc_now() -> datetime:
    return datetime.now(UTC)


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
        visits: Keeps requests to one host apart.
        transport: ``stock`` is the fall-back: slower, and to the byte exact about addresses.
    """

    grace: ClassVar[timedelta] = timedelta(seconds=10)
    """So long a body may come as slowly as it likes."""
    slowest: ClassVar[int] = 1000
    """Bytes a second, over the whole body, after that."""

    def __init__(  # noqa: PLR0913 - all by name, all with a default
        self,
        *,
        allow_private: Sequence[str] = (),
        ports: Sequence[int] = (80, 443, 8080, 8443),
        max_connections: int = 64,
        now: Callable[[], datetime] = _utc_now,
        visits: Visits | None = None,
        transport: Literal["aiohttp", "stock"] = "aiohttp",
    ) -> None:
        self._guard = AddressGuard(allow_private, ports)
        self._turns = asyncio.Semaphore(max_connections)
        self._now = now
        self._visits = visits or Visits()
        self._open = {"aiohttp": open_aiohttp, "stock": open_stock}[transport]
        self._wire: Wire | None = None

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server or a network can do."""
        async with self._turns:
            poll = _Poll(request)
            try:
                async with asyncio.timeout(request.timeout.total_seconds()) as deadline:
                    return await self._follow(poll, deadline)
            except TimeoutError:
                seconds = request.timeout.total_seconds()
                return poll.failed(Failure.TIMEOUT, f"no complete answer within {seconds:g} s; see timeout")
            except Fault as fault:
                return poll.failed(fault.kind, fault.detail)

    async def close(self) -> None:
        """Let go of the connections; the next request opens new ones."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def _follow(self, poll: _Poll, deadline: asyncio.Timeout) -> FetchOutcome:
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

    async def _visit(self, poll: _Poll, host: str) -> FetchOutcome | None:
        """Ask at one host, along its redirects to itself; None when it leads away."""
        if self._wire is None:
            self._wire = self._open(self._guard)
        while poll.target.host == host:
            self._check(poll.target)
            answer = await self._wire.ask(poll.target, poll.fitting_headers())
            poll.status = answer.status
            try:
                location = _header(answer, "location") if answer.status in _REDIRECTS else ""
                if not location:
                    return await self._settle(poll, answer)
            finally:
                await answer.close()
            poll.redirect(answer.status, location)
        return None

    def _check(self, target: Target) -> None:
        if target.scheme not in ("http", "https"):
            raise Fault(Failure.BLOCKED, f"only http and https are polled, not {target.scheme or 'a bare word'}")
        try:
            self._guard.check_spelling(target.host)
        except BlockedAddress as error:
            raise Fault(Failure.BLOCKED, str(error)) from error

    async def _settle(self, poll: _Poll, answer: Answer) -> FetchOutcome:
        status = answer.status
        if status == HTTPStatus.IM_USED and (poll.unconditional or not is_feed_delta(_header(answer, "im"))):
            what = "answered 226 with something else than the new entries that were asked for"
            return poll.failed(Failure.BAD_BODY, f"{poll.target.host} {what}", answer)
        if status in _WITH_BODY:
            return poll.fetched(answer, *await self._body(poll.request, answer))
        if status == HTTPStatus.NOT_MODIFIED and not poll.unconditional:
            return poll.not_modified(answer)
        wish = _header(answer, "retry-after") if status in _RETRY_AFTER else ""
        return poll.refused(answer, read_retry_after(wish, self._now()) if wish else None)

    async def _body(self, request: FetchRequest, answer: Answer) -> tuple[bytes, int]:
        announced = _header(answer, "content-length")
        if announced.isdigit() and int(announced) > request.max_wire_bytes:
            raise Fault(Failure.TOO_LARGE, f"the body has {announced} bytes; max-size allows {request.max_wire_bytes}")
        decoder = BodyDecoder(
            _header(answer, "content-encoding"), max_wire_bytes=request.max_wire_bytes, max_bytes=request.max_bytes
        )
        began = perf_counter()
        grace = self.grace.total_seconds()
        async for chunk in answer.chunks():
            decoder.feed(chunk)
            took = perf_counter() - began
            if took > grace and decoder.wire_bytes < took * self.slowest:
                raise Fault(Failure.TIMEOUT, f"the body comes at less than {self.slowest} bytes a second")
        return decoder.finish(), decoder.wire_bytes


class _Poll:
    """One request under way: where it has got to, and how its outcome is written down."""

    def __init__(self, request: FetchRequest) -> None:
        self.request = request
        self.target = Target(request.url, "", "", 0, "", None, None)
        self.hops: tuple[Hop, ...] = ()
        self.status: int | None = None
        self._secrets = request.secret_headers
        self._url = request.url
        self._began = perf_counter()
        self.headers, names = _once(request.headers)
        self.unconditional = False
        if "accept-encoding" not in names:
            self.headers += (("Accept-Encoding", ACCEPT_ENCODING),)

    def start(self, target: Target) -> None:
        """Set out; credentials in the address become a header, so that no outcome repeats them."""
        self.target = target
        if target.authorization is not None:
            self._url = target.url
            self._secrets |= _CREDENTIALS
            if all(name.lower() != "authorization" for name, _ in self.headers):
                self.headers += (("Authorization", target.authorization),)

    def fitting_headers(self) -> Headers:
        """Give what is sent to the target; another host than the one that gave the validators gets none."""
        host = self.request.validators_host
        fit = self.headers
        if host is not None and self.target.host != host:
            fit = tuple(pair for pair in fit if pair[0].lower() not in _CONDITIONS)
        self.unconditional = all(name.lower() not in _CONDITIONS for name, _ in fit)
        return fit

    def redirect(self, status: int, location: str) -> None:
        """Go on to where a redirect leads, without secrets when that is another host or no longer secure."""
        if len(self.hops) == MAX_REDIRECTS:
            raise Fault(Failure.REDIRECTED, f"more than {MAX_REDIRECTS} redirects")
        try:
            target = join_target(self.target, location)
        except Fault as fault:
            raise Fault(Failure.REDIRECTED, f"redirected to what is {fault.detail}") from fault
        seen = {self._url, *(hop.url for hop in self.hops)}
        self.hops += (Hop(status, target.url),)
        if target.url in seen:
            raise Fault(Failure.REDIRECTED, "the redirects go in a circle")
        if not _same_party(self.target, target):
            self.headers = tuple(pair for pair in self.headers if pair[0].lower() not in self._secrets)
        self.target = target
        self.status = None
        self._url = target.url

    def fetched(self, answer: Answer, body: bytes, wire_bytes: int) -> Fetched:
        return Fetched(
            url=self._url,
            status=answer.status,
            headers=answer.headers,
            body=body,
            wire_bytes=wire_bytes,
            digest=digest128(body),
            validators=_validators(answer),
            hops=self.hops,
            elapsed=self._elapsed(),
        )

    def not_modified(self, answer: Answer) -> NotModified:
        return NotModified(
            url=self._url,
            headers=answer.headers,
            validators=_validators(answer),
            hops=self.hops,
            elapsed=self._elapsed(),
        )

    def refused(self, answer: Answer, retry_after: timedelta | None) -> FetchFailed:
        kind, what = _refusal(answer.status)
        return self.failed(kind, f"{self.target.host} answered {what}", answer, retry_after)

    def failed(
        self, kind: Failure, detail: str, answer: Answer | None = None, retry_after: timedelta | None = None
    ) -> FetchFailed:
        return FetchFailed(
            kind=kind,
            detail=detail,
            url=self._url,
            status=self.status,
            headers=answer.headers if answer else (),
            retry_after=retry_after,
            hops=self.hops,
            elapsed=self._elapsed(),
        )

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=perf_counter() - self._began)


def _once(headers: Headers) -> tuple[Headers, set[str]]:
    """Drop repeated fields, of which the last one counts; give the lower-case names, too."""
    last = {pair[0].lower(): pair for pair in headers}
    return (headers if len(last) == len(headers) else tuple(last.values())), set(last)


def _header(answer: Answer, wanted: str) -> str:
    for name, value in answer.headers:
        if name == wanted:
            return value
    return ""


def _validators(answer: Answer) -> Validators:
    return Validators(etag=_header(answer, "etag") or None, last_modified=_header(answer, "last-modified") or None)


def _same_party(old: Target, new: Target) -> bool:
    """Say whether secrets may travel on: the same host and port, or the same host now over TLS."""
    if old.host != new.host:
        return False
    return (old.scheme, old.port) == (new.scheme, new.port) or (old.port, new.port, new.scheme) == (80, 443, "https")


def _refusal(status: int) -> tuple[Failure, str]:
    what = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else str(status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure.RATE_LIMITED, what
    if status == HTTPStatus.GONE:
        return Failure.GONE, what
    if status in _REDIRECTS:
        return Failure.REDIRECTED, f"{what} without saying where to"
    match status // 100:
        case 4:
            return Failure.HTTP_4XX, what
        case 5:
            return Failure.HTTP_5XX, what
        case _:
            return Failure.BAD_BODY, f"{what}, which is not what was asked for"
