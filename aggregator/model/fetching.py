"""A request and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus

from aggregator.model.source import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One conditional GET.

    Attributes:
        headers: Everything that is sent besides Host, in this order; credentials included.
        secret_headers: Lower-case names that are dropped when a redirect leaves the host.
        timeout: Total deadline, redirects and body included.
        max_wire_bytes: Cap before decoding.
        max_bytes: Cap after decoding.
        validators_host: The conditional headers are for this host alone, in lower case; None: for every one.
        proxy: Address of an http proxy, a secret where it holds credentials; empty goes without one, None by that
            of the whole network.
        spacing: From the end of this request, or of one that it was redirected to, to the next one at that host.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    secret_headers: frozenset[str] = frozenset()
    timeout: timedelta = timedelta(seconds=20)
    max_wire_bytes: int = 5_000_000
    max_bytes: int = 10_000_000
    validators_host: str | None = None
    proxy: str | None = None
    spacing: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRequest:
    """One POST, of a form or of a document.

    Attributes:
        form: Names and values, in this order.
        headers: Everything that is sent besides Host and what describes the content.
        timeout: Total deadline, redirects included.
        spacing: From the end of this request, or of one that it was redirected to, to the next one at that host.
        body: What is sent instead of a form; None sends the form.
        media_type: Of the body.
    """

    url: str = field(repr=False)
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    timeout: timedelta = timedelta(seconds=20)
    spacing: timedelta = timedelta()
    body: bytes | None = None
    media_type: str = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A form was taken: the status is one of success. ``url`` is the final address after redirects."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: the status and the absolute target."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body came: a whole document, or with status 226 what is new of it (RFC 3229).

    Attributes:
        url: Final address after redirects.
        headers: Lower-case names; of repeated fields the values are joined by ", ".
        body: Decoded.
        wire_bytes: Length of the body before decoding.
        digest: blake2b-128 of the decoded body, hexadecimal.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    wire_bytes: int
    digest: str
    validators: Validators = Validators()
    hops: tuple[Hop, ...] = ()
    elapsed: timedelta = timedelta()

    @property
    def partial(self) -> bool:
        """Whether the body holds no more than what is new: absence from it means nothing."""
        return self.status == HTTPStatus.IM_USED or any(
            name == "im" and is_feed_delta(value) for name, value in self.headers
        )


def is_feed_delta(manipulations: str) -> bool:
    """Say whether the value of an ``IM`` header is that of a feed of new entries only (RFC 3229)."""
    return [name.partition(";")[0].strip().lower() for name in manipulations.split(",")] == ["feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304: what we have is what there is. Validators are those the 304 itself carried, if any."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    validators: Validators = Validators()
    hops: tuple[Hop, ...] = ()
    elapsed: timedelta = timedelta()


class Failure(StrEnum):
    """Why there is no document. The names are those of ``outcome`` in ``status --json``."""

    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    RATE_LIMITED = "rate_limited"
    GONE = "gone"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    DNS = "dns"
    TLS = "tls"
    BLOCKED = "blocked"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    BAD_BODY = "bad_body"
    NOT_A_FEED = "not_a_feed"
    PARSE_KILLED = "parse_killed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No document. An ordinary day, not an exception.

    Attributes:
        detail: What happened, for people; holds no secret.
        status: HTTP status where one was received.
        retry_after: The server's own wish, already read from seconds or a date.
        asked: Whether anything was sent; not when the host is held, or has its pause.
    """

    kind: Failure
    detail: str
    url: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    retry_after: timedelta | None = None
    hops: tuple[Hop, ...] = ()
    elapsed: timedelta = timedelta()
    asked: bool = True


FetchOutcome = Fetched | NotModified | FetchFailed
PostOutcome = Posted | FetchFailed
