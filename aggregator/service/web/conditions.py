"""What the headers of a request ask for; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

Headers = Collection[tuple[bytes, bytes]]

_TAG = re.compile(rb'(?:W/)?("[^"]*")')
_QUALITY = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)\Z")


class Wishes(NamedTuple):
    """The request headers that decide about an answer; made for every request, so it is the quickest kind of value.

    Attributes:
        none_match: ``If-None-Match``, None when it was not sent; repeated lines are joined.
        modified_since: ``If-Modified-Since``; empty when it was not sent.
        gzip: Whether a gzipped answer is welcome.
        navigation: Whether a browser is about to show the answer as a page (``Sec-Fetch-Dest: document``).
    """

    none_match: bytes | None = None
    modified_since: bytes = b""
    gzip: bool = False
    navigation: bool = False


def read_wishes(headers: Headers) -> Wishes:
    """Read the headers that matter; names are lower-case, as ASGI gives them."""
    fields = dict(headers)
    if len(fields) < len(headers):
        return _read_repeated(headers)
    find = fields.get
    return Wishes(
        find(b"if-none-match"),
        find(b"if-modified-since", b""),
        accepts_gzip(find(b"accept-encoding", b"")),
        find(b"sec-fetch-dest") == b"document",
    )


def _read_repeated(headers: Headers) -> Wishes:
    """Read headers of which some were sent more than once."""
    none_match: bytes | None = None
    modified_since = encodings = destination = b""
    for name, value in headers:
        if name == b"if-none-match":
            none_match = value if none_match is None else none_match + b"," + value
        elif name == b"if-modified-since":
            modified_since = value
        elif name == b"accept-encoding":
            encodings = encodings + b"," + value if encodings else value
        elif name == b"sec-fetch-dest":
            destination = value
    return Wishes(none_match, modified_since, accepts_gzip(encodings), destination == b"document")


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Say whether gzip is welcome; without the header it is not.

    Follows:
        RFC 9110, 12.5.3: ``x-gzip`` means the same, ``*`` stands for what is not named, and a quality of 0 refuses.

    >>> accepts_gzip(b"br, gzip;q=0.5"), accepts_gzip(b"gzip;q=0, *"), accepts_gzip(b"*;q=0.1"), accepts_gzip(b"")
    (True, False, True, False)
    """
    others = False
    for item in accept_encoding.decode("latin-1").lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        welcome = all(_is_welcome(parameter) for parameter in parameters)
        if coding in {"gzip", "x-gzip"}:
            return welcome
        if coding == "*":
            others = welcome
    return others


def _is_welcome(parameter: str) -> bool:
    quality = _QUALITY.match(parameter)
    return quality is None or float(quality[1]) > 0


def matched_tag(none_match: bytes, etags: Iterable[bytes]) -> bytes | None:
    """Give the first of our tags that ``If-None-Match`` names, compared weakly; ``*`` names the first.

    Follows:
        RFC 9110, 13.1.2 and 8.8.3.2.
    """
    ours = tuple(etags)
    if none_match.strip() == b"*":
        return ours[0]
    named = set(_TAG.findall(none_match))
    return next((etag for etag in ours if etag in named), None)


@lru_cache(maxsize=256)
def read_date(value: bytes) -> datetime | None:
    """Read an HTTP date in any of its three forms; anything else is None, which means that it was not sent.

    Follows:
        RFC 9110, 5.6.7 and 13.1.3.
    """
    try:
        at = parsedate_to_datetime(value.decode("latin-1"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
