"""A poster without a network: answers as the test scripts them, and a record of what was sent."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from aggregator.model.fetching import Failure, FetchFailed, Posted, PostOutcome, PostRequest

_KINDS: dict[int, Failure] = {HTTPStatus.GONE: Failure.GONE, HTTPStatus.TOO_MANY_REQUESTS: Failure.RATE_LIMITED}


class FakePoster:
    """Gives each address the answer that was scripted for it last. An address without one is unreachable.

    Attributes:
        sent: Everything that was sent, in order.
    """

    def __init__(self) -> None:
        self.sent: list[PostRequest] = []
        self._answers: dict[str, tuple[int, str, timedelta | None]] = {}

    def answer(self, url: str, status: int, text: str = "", *, retry_after: timedelta | None = None) -> None:
        """Let an address answer with this status and text from now on."""
        self._answers[url] = (status, text, retry_after)

    async def post(self, request: PostRequest) -> PostOutcome:
        self.sent.append(request)
        if request.url not in self._answers:
            return FetchFailed(kind=Failure.UNREACHABLE, detail="nothing was scripted for it", url=request.url)
        status, text, retry_after = self._answers[request.url]
        if status < HTTPStatus.MULTIPLE_CHOICES:
            return Posted(url=request.url, status=status)
        kind = Failure.HTTP_5XX if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Failure.HTTP_4XX
        return FetchFailed(
            kind=_KINDS.get(status, kind),
            detail=f"the server answered {status}: {text}",
            url=request.url,
            status=status,
            retry_after=retry_after,
        )
