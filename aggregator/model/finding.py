"""What is not right with a feed, as facts; the words for it are in the pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """What a publisher can mend. The names are those of ``doctor --json``."""

    NOT_WELL_FORMED = "not-well-formed"
    BROKEN_ENCODING = "broken-encoding"
    ENCODINGS_DISAGREE = "encodings-disagree"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    NO_VALIDATORS = "no-validators"
    VALIDATORS_IGNORED = "validators-ignored"
    CHANGES_FOR_NOTHING = "changes-for-nothing"
    NO_LIFETIME = "no-lifetime"
    CACHING_FORBIDDEN = "caching-forbidden"
    COOKIE = "cookie"
    NOT_COMPRESSED = "not-compressed"
    TOO_LARGE = "too-large"
    NOT_SECURE = "not-secure"
    MOVED = "moved"
    OFTEN_UNREACHABLE = "often-unreachable"
    NOT_REACHABLE = "not-reachable"
    NO_FEED_TITLE = "no-feed-title"
    NO_SELF_LINK = "no-self-link"
    NO_ID = "no-id"
    REPEATED_ID = "repeated-id"
    NO_DATE = "no-date"
    UNREADABLE_DATE = "unreadable-date"
    UNUSUAL_DATE = "unusual-date"
    FUTURE_DATE = "future-date"
    EARLY_DATE = "early-date"
    SAME_DATE = "same-date"
    NO_LINK = "no-link"
    NO_TITLE = "no-title"
    MARKUP_IN_TITLE = "markup-in-title"
    NO_TEXT = "no-text"
    RELATIVE_LINKS = "relative-links"
    SCRIPT = "script"
    ALWAYS_EDITED = "always-edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One flaw.

    Attributes:
        count: How many entries or polls have it; 0 where it is one of the whole feed.
        of: Of how many.
        sample: What was seen, short enough for one line; may be empty.
    """

    flaw: Flaw
    count: int = 0
    of: int = 0
    sample: str = ""
