"""What came over the wire, told apart: a feed of one of two kinds, a web page, or neither."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedFeed
from aggregator.parse.json_feed import read_json_feed

_SNIFFED_BYTES = 2_000
_BLANK = b"\xef\xbb\xbf\xfe\xff\x00\t\n\r\x0b\x0c "
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta)[\s>]", re.IGNORECASE)
# Without one of these there is nothing to be read, and feedparser takes seconds to find that out of a long page.
_FEED = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel|item|entry)(?=[\s>/])", re.IGNORECASE)


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """Read a document in any of the feed formats; at most its first 2,000 entries.

    Args:
        body: As decoded from the wire, in whichever character encoding.
        url: Final address; relative addresses are resolved against it.
        headers: Of the response, names in lower case.

    Raises:
        FormatError: What it was instead of a feed, in a sentence for people.
    """
    beginning = body.lstrip(_BLANK)[:_SNIFFED_BYTES]
    if not beginning:
        raise FormatError("the body is empty")
    if beginning[:1] in {b"{", b"["}:
        return read_json_feed(body)
    if _WEB_PAGE.search(beginning) and not _FEED.search(body):
        raise FormatError("this is a web page")
    # feedparser takes a tenth of a second to import, which reading a subscription list should not cost.
    from aggregator.parse.feed import read_feed  # noqa: PLC0415 - see above

    feed = read_feed(body, url=url, headers=headers)
    if feed is None:
        raise FormatError("this is a web page" if is_web_page(body, headers) else "no feed format was recognised")
    return feed


def is_web_page(body: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether a document that is no feed is a web page, by its beginning or by what its server calls it."""
    beginning = body.lstrip(_BLANK)[:_SNIFFED_BYTES]
    said = headers.get("content-type", "").lower()
    return bool(_WEB_PAGE.search(beginning.replace(b"\0", b""))) or "html" in said
