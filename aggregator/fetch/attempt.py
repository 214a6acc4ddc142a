"""A request under way, from hop to hop."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

from aggregator.fetch.client import join_target
from aggregator.fetch.decode import ACCEPT_ENCODING
from aggregator.fetch.fault import Fault
from aggregator.fetch.posting import MAX_REDIRECTS
from aggregator.fetch.refusals import header, refusal
from aggregator.fetch.wire import Answer, Headers, Target
from aggregator.model.fetching import (
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    Hop,
    NotModified,
)
from aggregator.model.source import Validators
from aggregator.text.digests import digest128

_CONDITIONS = frozenset(("if-none-match", "if-modified-since", "a-im"))
_CREDENTIALS = frozenset(("authorization",))


class Attempt:
    """One request under way: where it has got to, and how its outcome is written down."""

    def __init__(self, request: FetchRequest) -> None:
        self.request = request
        self.target = Target(request.url, "", "", 0, "", "", None, None)
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
        """Write down that a body came."""
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
        """Write down a 304."""
        return NotModified(
            url=self._url,
            headers=answer.headers,
            validators=_validators(answer),
            hops=self.hops,
            elapsed=self._elapsed(),
        )

    def refused(self, answer: Answer, retry_after: timedelta | None) -> FetchFailed:
        """Write down a status that brings no document."""
        kind, what = refusal(answer.status)
        return self.failed(kind, f"{self.target.host} answered {what}", answer, retry_after)

    def failed(
        self, kind: Failure, detail: str, answer: Answer | None = None, retry_after: timedelta | None = None
    ) -> FetchFailed:
        """Write down why there is no document."""
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


def _validators(answer: Answer) -> Validators:
    return Validators(etag=header(answer, "etag") or None, last_modified=header(answer, "last-modified") or None)


def _same_party(old: Target, new: Target) -> bool:
    """Say whether secrets may travel on: the same host and port, or the same host now over TLS."""
    if old.host != new.host:
        return False
    return (old.scheme, old.port) == (new.scheme, new.port) or (old.port, new.port, new.scheme) == (80, 443, "https")
