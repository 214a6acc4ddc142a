"""One POST to a hub or a hook: deadline, redirects, and what the answer amounts to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from time import perf_counter
from urllib.parse import urlencode

from aggregator.fetch.client import join_target, read_target
from aggregator.fetch.fault import Fault
from aggregator.fetch.refusals import RETRY_AFTER, header, refusal
from aggregator.fetch.retry_after import read_retry_after
from aggregator.fetch.wire import Answer, Headers, Target
from aggregator.model.fetching import Failure, FetchFailed, Posted, PostOutcome, PostRequest
from aggregator.text.characters import one_line

MAX_REDIRECTS = 5

# The others turn a POST into a GET, or leave it open (RFC 9110, 15.4).
_REPEATED = frozenset((307, 308))
_SUCCESS = 2
_QUOTED_BYTES = 300

Ask = Callable[[Target, Headers, bytes], AbstractAsyncContextManager[Answer]]


class Posting:
    """One POST under way.

    Args:
        request: What to send.
        ask: Checks a target, waits for a turn at its host and sends one request to it; closes the answer.
        now: Wall clock, for dates in ``Retry-After``.
    """

    def __init__(self, request: PostRequest, ask: Ask, now: Callable[[], datetime]) -> None:
        self._request = request
        self._ask = ask
        self._now = now
        self._began = perf_counter()
        self._status: int | None = None
        self._url = request.url

    async def send(self) -> PostOutcome:
        """Send the form or document, and again where a redirect says so.

        Follows:
            WebSub, 5.1: a subscriber follows 307 and 308 of a hub.

        Raises:
            Fault: It came to nothing before a status said so.
        """
        body = self._request.body
        content = urlencode(self._request.form).encode("ascii") if body is None else body
        headers = (*self._request.headers, ("Content-Type", self._request.media_type))
        target = read_target(self._request.url)
        if target.authorization is not None:
            headers = (*headers, ("Authorization", target.authorization))
        self._url = target.url
        for _ in range(MAX_REDIRECTS + 1):
            async with self._ask(target, headers, content) as answer:
                self._status = answer.status
                location = header(answer, "location") if answer.status in _REPEATED else ""
                if not location:
                    return await self._settle(answer, target)
            following = _followed(target, location)
            if following.host_port != target.host_port:
                headers = tuple(pair for pair in headers if pair[0] != "Authorization")
            target = following
            self._url = target.url
        raise Fault(Failure.REDIRECTED, f"more than {MAX_REDIRECTS} redirects")

    def failed(self, kind: Failure, detail: str, retry_after: timedelta | None = None) -> FetchFailed:
        """Write down that it failed."""
        elapsed = timedelta(seconds=perf_counter() - self._began)
        return FetchFailed(
            kind=kind, detail=detail, url=self._url, status=self._status, retry_after=retry_after, elapsed=elapsed
        )

    async def _settle(self, answer: Answer, target: Target) -> PostOutcome:
        if answer.status // 100 == _SUCCESS:
            return Posted(url=target.url, status=answer.status)
        kind, what = refusal(answer.status)
        wish = header(answer, "retry-after") if answer.status in RETRY_AFTER else ""
        said = await _quoted(answer)
        detail = f"{target.host} answered {what}" + (f": {said}" if said else "")
        return self.failed(kind, detail, read_retry_after(wish, self._now()) if wish else None)


def _followed(target: Target, location: str) -> Target:
    following = join_target(target, location)
    if target.scheme == "https" and following.scheme == "http":
        raise Fault(Failure.REDIRECTED, "redirected from https to http, where what is sent would be readable")
    return following


async def _quoted(answer: Answer) -> str:
    """Quote the beginning of what a server says about its refusal, where that is plain text."""
    if not header(answer, "content-type").lower().startswith("text/plain"):
        return ""
    said = b""
    async for chunk in answer.chunks():
        said += chunk
        if len(said) >= _QUOTED_BYTES:
            break
    return one_line(said[:_QUOTED_BYTES].decode("utf-8", "replace"))
