"""The kinds of faults, and one of them with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.web.score.record import Exchange


class Kind(StrEnum):
    """What a reader can do wrong. The value is the name in reports."""

    UNCONDITIONAL = "unconditional"
    ETAG_INVENTED = "etag-invented"
    ETAG_ALTERED = "etag-altered"
    ETAG_STALE = "etag-stale"
    DATE_INVENTED = "date-invented"
    DATE_ALTERED = "date-altered"
    DATE_STALE = "date-stale"
    SPACING = "spacing"
    BURST = "burst"
    EARLY = "early"
    TTL = "ttl"
    SKIPPED = "skipped"
    HAMMER = "hammer"
    HOLD = "hold"
    GONE = "gone"
    PARALLEL = "parallel"
    GAP = "gap"
    REDIRECT_IGNORED = "redirect-ignored"
    REDIRECT_ADOPTED = "redirect-adopted"
    MOVE_IGNORED = "move-ignored"
    COOKIE = "cookie"
    REFERRER = "referrer"
    QUERY = "query"
    AGENT = "agent"


MEANINGS: dict[Kind, str] = {
    Kind.UNCONDITIONAL: "asked for the whole document again although the server had given validators",
    Kind.ETAG_INVENTED: "If-None-Match with a tag that the server never gave",
    Kind.ETAG_ALTERED: "If-None-Match with a tag that was given, but not to the byte",
    Kind.ETAG_STALE: "If-None-Match with the tag of an earlier document",
    Kind.DATE_INVENTED: "If-Modified-Since with a date that the server never gave",
    Kind.DATE_ALTERED: "If-Modified-Since with a date that was given, but not to the byte",
    Kind.DATE_STALE: "If-Modified-Since with the date of an earlier document",
    Kind.SPACING: "sooner than an hour, or than 15 minutes where the server allows it; a day when unconditional",
    Kind.BURST: "the same document within a minute",
    Kind.EARLY: "before max-age or Expires had passed",
    Kind.TTL: "before the document's ttl had passed",
    Kind.SKIPPED: "in an hour or on a day that the document skips",
    Kind.HAMMER: "within two hours although the last four answers were errors",
    Kind.HOLD: "a host that had asked to be left alone with Retry-After",
    Kind.GONE: "a document that was gone (410), within a month",
    Kind.PARALLEL: "a host that was still answering another request",
    Kind.GAP: "a host within a second of its last answer",
    Kind.REDIRECT_IGNORED: "did not go where a redirect led",
    Kind.REDIRECT_ADOPTED: "kept an address that a temporary redirect, or one to no feed, had led to",
    Kind.MOVE_IGNORED: "an old address after more than ten permanent redirects over more than a week",
    Kind.COOKIE: "sent a cookie",
    Kind.REFERRER: "sent a referrer",
    Kind.QUERY: "added a query to the address",
    Kind.AGENT: "did not say its name, its version and where its operator can be reached",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a reader did wrong.

    Attributes:
        exchange: The offending request.
        detail: What makes it wrong, for people.
    """

    kind: Kind
    exchange: Exchange
    detail: str
