"""A document with its answers prepared: the bytes and headers of 200 and 304, plain and gzipped.

Every answer of the web leaves through here, so every one carries the headers that keep browsers safe.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from aggregator.model.edition import Rendition
from aggregator.service.web.conditions import Wishes, matched_tag, read_date, read_wishes

Header = tuple[bytes, bytes]

SAFETY: tuple[Header, ...] = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https:; media-src https:; "
            b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

_FEED: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=300, stale-while-revalidate=600, stale-if-error=86400"),
    (b"vary", b"Accept-Encoding, Sec-Fetch-Dest"),
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-robots-tag", b"noindex"),
)

_PRIVATE_FEED: tuple[Header, ...] = (
    (b"cache-control", b"private, max-age=300"),
    (b"vary", b"Accept-Encoding"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
)

_ARCHIVE: tuple[Header, ...] = ((b"cache-control", b"public, max-age=31536000, immutable"), *_FEED[1:])
_PRIVATE_ARCHIVE: tuple[Header, ...] = (
    (b"cache-control", b"private, max-age=31536000, immutable"),
    *_PRIVATE_FEED[1:],
)

# Plain numbers: looking them up in their enumeration takes longer than all the rest.
_OK, _NOT_MODIFIED = int(HTTPStatus.OK), int(HTTPStatus.NOT_MODIFIED)

_REPEATED = frozenset({b"cache-control", b"vary", b"last-modified", b"access-control-allow-origin"})

_GZIP_FROM = 1024
"""Bytes from which compressing a page is worth its time."""


class Answer(NamedTuple):
    """What is sent: status, headers and body, which for HEAD and 304 is empty."""

    status: int
    headers: list[Header]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it as ASGI has it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of a document.

    Attributes:
        etag: With its quotes; empty when the document has none.
        headers: Of a whole answer.
        unchanged: Of a 304.
    """

    body: bytes
    etag: bytes
    headers: list[Header]
    unchanged: list[Header]


@dataclass(frozen=True, slots=True)
class Document:
    """What lies at an address.

    Attributes:
        packed: The gzipped form, where there is one.
        changed_at: To the second, as HTTP dates are; None when only the tag tells versions apart.
        status: Of a whole answer; only 200 is ever shortened to 304.
        topic: The slug of the topic that it is a feed of, if it is one.
        hidden: Whether there is no page that a browser could be shown in its place.
    """

    plain: Form
    packed: Form | None = None
    changed_at: datetime | None = None
    status: int = HTTPStatus.OK
    topic: str | None = None
    hidden: bool = False

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD, as a whole or with 304."""
        await self.answer(read_wishes(scope["headers"]), scope["method"]).send(send)

    def answer(self, wishes: Wishes, method: str) -> Answer:
        """Answer a request whose headers are already read."""
        form = self.packed if wishes.gzip and self.packed else self.plain
        known = self._known_form(form, wishes)
        if known:
            return Answer(_NOT_MODIFIED, known.unchanged, b"")
        return Answer(self.status, form.headers, b"" if method == "HEAD" else form.body)

    def _known_form(self, form: Form, wishes: Wishes) -> Form | None:
        """Find the form that the visitor already has.

        A visitor who holds the other encoding holds the same document; the 304 names the tag that was sent, so
        that caches update the right copy. ``If-None-Match`` wins over ``If-Modified-Since``.

        Follows:
            RFC 9110, 13.2.2; RFC 9111, 4.3.4.
        """
        if self.status != _OK:
            return None
        if wishes.none_match is not None:
            # Nearly everybody sends the one tag that it was given.
            if wishes.none_match == form.etag:
                return form if form.etag else None
            forms = {one.etag: one for one in (form, self.plain, self.packed) if one and one.etag}
            tag = matched_tag(wishes.none_match, forms) if forms else None
            return forms[tag] if tag else None
        if self.changed_at and wishes.modified_since:
            since = read_date(wishes.modified_since)
            return form if since and self.changed_at <= since else None
        return None


def feed_document(rendition: Rendition, topic: str | None = None) -> Document:
    """Prepare a feed or another public document."""
    return _feed(rendition, _FEED, topic)


def private_document(rendition: Rendition, topic: str | None = None) -> Document:
    """Prepare a feed that only who knows its address may have: no cache that others share may keep it."""
    return replace(_feed(rendition, _PRIVATE_FEED, topic), hidden=True)


def archive_document(rendition: Rendition, *, private: bool) -> Document:
    """Prepare a month that is over: it never changes again.

    Follows:
        RFC 5005, 4; RFC 8246 (immutable).
    """
    return _feed(rendition, _PRIVATE_ARCHIVE if private else _ARCHIVE)


def _feed(rendition: Rendition, caching: tuple[Header, ...], topic: str | None = None) -> Document:
    changed_at = rendition.changed_at.astimezone(UTC).replace(microsecond=0)
    kept = (*caching, (b"last-modified", format_datetime(changed_at, usegmt=True).encode()), *SAFETY)
    etag = rendition.etag.encode("ascii")
    return Document(
        plain=_form(rendition.body, rendition.media_type, etag, kept),
        packed=_packed(rendition.gzipped, rendition.media_type, etag, kept) if rendition.gzipped else None,
        changed_at=changed_at,
        topic=topic,
    )


def page_document(
    body: bytes,
    media_type: str = "text/html; charset=utf-8",
    *,
    cache: str = "no-cache",
    extra: Sequence[Header] = (),
) -> Document:
    """Prepare a page, a JSON answer or a static file; it is told apart by a hash of its bytes.

    Args:
        body: Plain; it is gzipped here when that is worth it.
        media_type: With its charset.
        cache: ``Cache-Control``; the default keeps a copy but asks every time whether it still holds.
        extra: Further headers.
    """
    kept = (*extra, (b"cache-control", cache.encode("ascii")), (b"vary", b"Accept-Encoding"), *SAFETY)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'.encode("ascii")
    packed = _packed(gzip.compress(body, 6, mtime=0), media_type, etag, kept) if len(body) >= _GZIP_FROM else None
    return Document(plain=_form(body, media_type, etag, kept), packed=packed)


def passing_document(
    body: bytes,
    media_type: str = "text/html; charset=utf-8",
    *,
    status: int = HTTPStatus.OK,
    extra: Sequence[Header] = (),
) -> Document:
    """Prepare an answer for this one request: never kept, without validators."""
    names = {name for name, _ in extra}
    kept = [*extra, *(one for one in SAFETY if one[0] not in names)]
    if b"cache-control" not in names:
        kept.append((b"cache-control", b"no-store"))
    return Document(plain=_form(body, media_type, b"", kept), status=int(status))


def _form(body: bytes, media_type: str, etag: bytes, kept: Sequence[Header], *own: Header) -> Form:
    tag: list[Header] = [(b"etag", etag)] if etag else []
    content = [(b"content-type", media_type.encode("ascii")), (b"content-length", str(len(body)).encode("ascii"))]
    # A 304 says what a cache has to know; the rest of what it keeps stays as it is (RFC 9110, 15.4.5).
    unchanged = [*tag, *(header for header in kept if header[0] in _REPEATED)]
    return Form(body=body, etag=etag, headers=[*content, *own, *tag, *kept], unchanged=unchanged)


def _packed(body: bytes, media_type: str, etag: bytes, kept: Sequence[Header]) -> Form:
    """Prepare the gzipped form; its tag differs, because a strong tag names bytes (RFC 9110, 8.8.3.3)."""
    return _form(body, media_type, etag[:-1] + b'-gzip"', kept, (b"content-encoding", b"gzip"))
