"""A fetcher without a network: outcomes as the test scripts them, and a record of what was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta

from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified
from aggregator.model.source import Validators
from aggregator.text.digests import digest128

Scripted = FetchOutcome | Callable[[FetchRequest], FetchOutcome]


class FakeFetcher:
    """Gives each address its outcomes one after another; the last one stays. An address without any is unreachable.

    Attributes:
        requests: Everything that was asked, in order.
    """

    def __init__(self) -> None:
        self.requests: list[FetchRequest] = []
        self._scripts: dict[str, deque[Scripted]] = {}

    def script(self, url: str, *outcomes: Scripted) -> None:
        """Set the outcomes of an address."""
        self._scripts[url] = deque(outcomes)

    def serve(self, url: str, body: bytes, *, etag: str | None = '"1"', last_modified: str | None = None) -> None:
        """Serve a document as an honest server does: 304 for who has it."""
        self.script(url, lambda request: _honest(request, body, Validators(etag=etag, last_modified=last_modified)))

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        self.requests.append(request)
        script = self._scripts.get(request.url)
        if script is None:
            return FetchFailed(kind=Failure.UNREACHABLE, detail="nothing was scripted for it", url=request.url)
        outcome = script.popleft() if len(script) > 1 else script[0]
        return outcome(request) if callable(outcome) else outcome


def fetched(url: str, body: bytes, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """Build the outcome of a body that came."""
    return Fetched(
        url=url,
        status=200,
        headers=_headers(Validators(etag=etag, last_modified=last_modified)),
        body=body,
        wire_bytes=len(body),
        digest=digest128(body),
        validators=Validators(etag=etag, last_modified=last_modified),
        elapsed=timedelta(milliseconds=1),
    )


def _honest(request: FetchRequest, body: bytes, validators: Validators) -> FetchOutcome:
    sent = {name.lower(): value for name, value in request.headers}
    if "if-none-match" in sent:
        known = sent["if-none-match"] == validators.etag
    else:
        known = validators.last_modified is not None and sent.get("if-modified-since") == validators.last_modified
    if known:
        return NotModified(url=request.url, headers=_headers(validators), validators=validators)
    return fetched(request.url, body, etag=validators.etag, last_modified=validators.last_modified)


def _headers(validators: Validators) -> tuple[tuple[str, str], ...]:
    pairs = (("etag", validators.etag), ("last-modified", validators.last_modified))
    return tuple((name, value) for name, value in pairs if value is not None)
