"""Our reading of a real feed beside feedparser's, field by field; every difference is one of the repairs named here."""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import feedparser

from aggregator.model.entry import Entry
from aggregator.model.parsed import ParsedEntry
from aggregator.normalize.entry import Setting, normalize_entry
from aggregator.normalize.links import web_url
from aggregator.parse import parse_feed
from tests.e2e.corpora import RealFeed
from tests.far_side import look

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BEFORE_FEEDS = datetime(1995, 1, 1, tzinfo=UTC)
FIELDS = ("id", "title", "link", "date", "enclosures")

GUID_AS_WRITTEN = "a guid that is no address stays as it is written"
MENDED = "the semicolons behind bare ampersands are taken back"
NO_TITLE = "an entry without a title has one made from its text or its address"
BEHIND_COUNTER = "the link is what feedburner:origLink says, not the counter before it"
UNTRACKED = "parameters that only track the reader are gone"
NO_ADDRESS = "what is no address of the web is no link"
UNREAD = "a date that feedparser cannot read"
UNBELIEVED = "a date before 1995 or ahead is not believed"
MISREAD = "a date that feedparser reads wrong"
PLAYED = "sound and film in Media RSS are enclosures, too"
ENCLOSED_ONCE = "each address is enclosed once, and only one that can be asked for"

_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|y|tw|ms)clid|mc_[ce]id|at_\w+|xtor|_hs\w+|mkt_tok|ns_\w+|[pm]tk?m?_\w+|igshid|srsltid"
)
# Written as BST; a day before the month; a clock of twelve hours without its half, told by the weekday.
_MISREAD_FEEDS = re.compile(r"skysports|kc0011|spacedaily")


def by_feedparser(feed: RealFeed, url: str) -> list[Any]:
    """Read a feed by feedparser alone, as it is."""
    return feedparser.parse(
        io.BytesIO(feed.body),
        response_headers={"content-type": feed.media_type, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    ).entries


def compared(feeds: list[RealFeed]) -> tuple[dict[str, Counter[str]], list[object]]:
    """Compare feeds: how often each repair of each field was needed, and what is not explained by any."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    open_questions: list[object] = []
    for feed in feeds:
        if feed.path.suffix == ".json":
            continue
        for field, repair, ours, theirs in compare(feed):
            kinds[field][repair] += 1
            if repair == "?":
                open_questions.append((feed.name, field, ours, theirs))
    return kinds, open_questions


def compare(feed: RealFeed) -> Iterator[tuple[str, str, object, object]]:
    """Give field, repair, our value and theirs, for each field of each entry; no repair where they are equal.

    Of what is neither equal nor repaired the repair is a question mark.
    """
    url = f"https://feeds.example/c/{feed.number}{feed.path.suffix}"
    theirs = by_feedparser(feed, url)
    parsed = parse_feed(feed.body, url=url, headers={"content-type": feed.media_type}).entries
    if len(parsed) != len(theirs):
        yield "entries", "?", len(parsed), len(theirs)
    setting = Setting(source_id="s", url=url, now=NOW)
    for raw, other in zip(parsed, theirs, strict=False):
        ours = normalize_entry(raw, setting)
        yield "id", *_id(raw, other, url)
        yield "title", *_title(ours, other)
        yield "link", *_link(ours, other, url)
        yield "date", *_date(ours, other, feed.name)
        yield "enclosures", *_enclosures(ours, other, url)


def _id(raw: ParsedEntry, other: Any, url: str) -> tuple[str, object, object]:
    own, their = raw.guid, (other.get("id") or "").strip() or None
    if own == their:
        return "", own, their
    if own and their and urljoin(url, own) == their and "://" not in own:
        return GUID_AS_WRITTEN, own, their
    mended = own is not None and their is not None and own.replace("&", "&;").replace(";", "") == their.replace(";", "")
    return MENDED if mended else "?", own, their


def _title(ours: Entry, other: Any) -> tuple[str, object, object]:
    written = other.get("title") or ""
    seen = {" ".join(written.split()), look(written).text}
    if any(_bare(ours.title) == _bare(text) for text in seen) or (
        ours.title.endswith("…") and any(_bare(text).startswith(_bare(ours.title[:-1])) for text in seen)
    ):
        return "", ours.title, written
    return NO_TITLE if not look(written).text else "?", ours.title, written


def _link(ours: Entry, other: Any, url: str) -> tuple[str, object, object]:
    their = web_url(other.get("link"), url)
    if ours.url == their:
        return "", ours.url, their
    behind = web_url(other.get("feedburner_origlink"))
    if behind and ours.url and _same_but_tracking(ours.url, behind):
        return BEHIND_COUNTER, ours.url, their
    if their and ours.url and _same_but_tracking(ours.url, their):
        return UNTRACKED, ours.url, their
    return NO_ADDRESS if ours.url is None and other.get("guidislink") else "?", ours.url, their


def _same_but_tracking(ours: str, theirs: str) -> bool:
    own, their = urlsplit(ours), urlsplit(theirs)
    kept, all_of_them = parse_qsl(own.query, True), parse_qsl(their.query, True)
    lost = [name for name, value in all_of_them if (name, value) not in kept]
    if their.fragment != own.fragment:
        lost.append(their.fragment.partition("=")[0])
    return own[:3] == their[:3] and all(_TRACKING.fullmatch(name) for name in lost)


def _date(ours: Entry, other: Any, name: str) -> tuple[str, object, object]:
    parts = (
        dict.get(other, "published_parsed") or dict.get(other, "updated_parsed") or dict.get(other, "created_parsed")
    )
    own = ours.published_at
    their = datetime(*parts[:5], tzinfo=UTC) + timedelta(seconds=parts[5]) if parts else None
    if own == their:
        return "", own, their
    if their is None:
        return UNREAD, own, their
    if own is None:
        believed = BEFORE_FEEDS <= their <= NOW + timedelta(days=1)
        return "?" if believed else UNBELIEVED, own, their
    return MISREAD if _MISREAD_FEEDS.search(name) else "?", own, their


def _enclosures(ours: Entry, other: Any, url: str) -> tuple[str, object, object]:
    own = [one.url for one in ours.enclosures]
    their = [web_url(one.get("href"), url) for one in other.get("enclosures", [])]
    if own == their:
        return "", own, their
    once = list(dict.fromkeys(address for address in their if address))
    if own == once:
        return ENCLOSED_ONCE, own, their
    played = [web_url(one.get("url"), url) for one in other.get("media_content", [])]
    return PLAYED if own[: len(once)] == once and set(own) <= {*once, *played} else "?", own, their


def _bare(text: str) -> str:
    """Leave out spaces and what has no width or is forbidden."""
    return "".join(char for char in text if char.isprintable() and not char.isspace())
