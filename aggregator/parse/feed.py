"""RSS and Atom, by feedparser: how it is called, and what is believed of its answer."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType
from feedparser.mixin import _FeedParserMixin

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedEntry, ParsedFeed, ScheduleHints
from aggregator.parse import sax_driver
from aggregator.parse.encoding import Encoded, settle_encoding
from aggregator.parse.feed_entry import read_entry
from aggregator.parse.halves import join_halves
from aggregator.parse.items import Whole, cut_items
from aggregator.parse.lenient import Fields, dicts, fields, first_link, names, raw_text, text
from aggregator.parse.limits import MAX_ENTRIES
from aggregator.parse.mending import Mender
from aggregator.parse.plain import is_utf8, read_plain
from aggregator.parse.side import NO_FACTS, SideFacts, read_side

if sax_driver.__name__ not in feedparser.api.PREFERRED_XML_PARSERS:
    feedparser.api.PREFERRED_XML_PARSERS.insert(0, sax_driver.__name__)

_start_item = _FeedParserMixin._start_item  # noqa: SLF001 - see below


def _start_afresh(parser: Any, attributes: object) -> None:
    """Begin an item without what is remembered of the channel, and of items before.

    Of a channel that has two texts feedparser believes, until its first item is over, that this has a content: of two
    texts the first item would lose one, and be another item as soon as a newer one stands before it. Likewise texts
    within texts would change all items that follow.
    """
    parser.hasContent, parser.incontent = 0, 0
    parser.elementstack.clear()
    _start_item(parser, attributes)


_FeedParserMixin._start_item = _FeedParserMixin._start_entry = _start_afresh  # noqa: SLF001 - there is no other door

_PASSED_HEADERS = ("content-type", "content-language")
# Complaints about how the document was sent; the document itself may be well-formed.
_HARMLESS = (NonXMLContentType, CharacterEncodingOverride)
_ENTITY = re.compile(rb"<!ENTITY[^>\"']*[\"']([^>\"']*)")
_MAX_EXPANDED_BYTES = 20_000_000
_SHOWN_COMPLAINT = 200
# feedparser fails on coordinates that stand where it does not expect them.
_PLACE = re.compile(rb"</?(?:gml|georss):[^<>]{0,999}>")
_INTEGER = re.compile(r"\d{1,9}")


def read_feed(body: bytes, *, url: str, headers: Mapping[str, str]) -> ParsedFeed | None:
    """Read RSS, RDF, Atom or CDF; None when feedparser finds none of them.

    A document is never refused for not being well-formed.

    Raises:
        FormatError: feedparser failed, or the document would blow up.
    """
    settled = _settled(body, headers)
    return _read_in_parts(settled, url, headers) or _read_whole(settled, url, headers)


def read_whole(body: bytes, *, url: str, headers: Mapping[str, str]) -> ParsedFeed | None:
    """Read all of a document by feedparser: what ``read_feed`` has to agree with."""
    return _read_whole(_settled(body, headers), url, headers)


def _settled(body: bytes, headers: Mapping[str, str]) -> Encoded:
    settled = settle_encoding(body, headers)
    return replace(settled, body=join_halves(settled.body))


def _read_whole(settled: Encoded, url: str, headers: Mapping[str, str]) -> ParsedFeed | None:
    result = _parse(settled, url, headers)
    entries = dicts(result, "entries")
    if not text(result, "version") and not entries:
        return None
    side = read_side(settled.body, settled.encoding)
    parsed = _read_entries(result, entries, side)
    feed = _feed(result, side, parsed, max(0, len(entries) - MAX_ENTRIES))
    return replace(_mended(feed, settled.body), bozo=feed.bozo or settled.complaint)


def _mended(feed: ParsedFeed, body: bytes) -> ParsedFeed:
    if not feed.bozo:
        return feed
    mender = Mender.of(body)
    return replace(
        feed,
        title=mender.mend_text(feed.title),
        subtitle=mender.mend_text(feed.subtitle),
        entries=tuple(map(mender.mend_entry, feed.entries)),
    )


def _read_in_parts(settled: Encoded, url: str, headers: Mapping[str, str]) -> ParsedFeed | None:
    """Leave to feedparser what surrounds the items, and those that are not plain; None when that is not safe."""
    cut = cut_items(settled.body)
    if isinstance(cut, Whole) or settled.complaint or not is_utf8(cut.head, settled, headers):
        return None
    items = cut.items[:MAX_ENTRIES]
    plain = read_plain(cut.holding(items), headers.get("content-language"), settled.encoding)
    if plain is None or len(plain) != len(items):
        return None
    others = (item for item, entry in zip(items, plain, strict=True) if entry is None)
    rest = replace(settled, body=cut.holding(others))
    result = _parse(rest, url, headers)
    entries = dicts(result, "entries")
    if _complaint(result) or len(entries) != plain.count(None) or not text(result, "version"):
        return None
    side = read_side(rest.body, rest.encoding)
    read = iter(_read_entries(result, entries, side))
    return replace(
        _feed(result, side, tuple(entry or next(read) for entry in plain), len(cut.items) - len(items)),
        items=cut.digests()[: len(items)],
        frame=cut.frame,
    )


def _read_entries(result: Fields, entries: list[Fields], side: SideFacts) -> tuple[ParsedEntry, ...]:
    # Where the second reading found other entries, as it may in a broken document, it cannot be said whose is what.
    facts = side.entries if len(side.entries) == len(entries) else (NO_FACTS,) * len(entries)
    typed = (text(result, "version") or "").startswith("atom")
    return tuple(
        read_entry(entry, side.captions, own, typed=typed)
        for entry, own in zip(entries[:MAX_ENTRIES], facts, strict=False)
    )


def _feed(result: Fields, side: SideFacts, entries: tuple[ParsedEntry, ...], truncated: int) -> ParsedFeed:
    feed = fields(result, "feed")
    return ParsedFeed(
        format=text(result, "version") or "",
        title=raw_text(feed, "title"),
        subtitle=raw_text(feed, "subtitle") or raw_text(feed, "summary"),
        feed_id=text(feed, "id"),
        site_url=text(feed, "link") or first_link(feed, "alternate"),
        self_url=first_link(feed, "self"),
        hub_url=first_link(feed, "hub"),
        icon_url=text(feed, "icon") or text(feed, "logo") or text(fields(feed, "image"), "href"),
        language=text(feed, "language"),
        rights=text(feed, "rights"),
        authors=names(feed),
        hints=_hints(feed, side),
        entries=entries,
        bozo=_complaint(result),
        truncated=truncated,
    )


def _parse(settled: Encoded, url: str, headers: Mapping[str, str]) -> Fields:
    _refuse_bombs(settled.body)
    passed = {name: headers[name] for name in _PASSED_HEADERS if name in headers}
    if settled.encoding:
        passed["content-type"] = f"application/xml; charset={settled.encoding}"
    try:
        # Only a stream: a string would be fetched or opened, and even bytes are tried as the name of a file.
        # Sanitizing and resolving take four fifths of the time, the first can be made quadratic; nh3 does both.
        result: object = feedparser.parse(
            io.BytesIO(settled.body),
            response_headers=passed | {"content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        without_places = _PLACE.sub(b"", settled.body)
        if without_places != settled.body:
            return _parse(replace(settled, body=without_places), url, headers)
        raise FormatError(
            f"the feed parser gave up: {type(error).__name__}: {str(error)[:_SHOWN_COMPLAINT]}"
        ) from error
    return result if isinstance(result, dict) else {}


def _refuse_bombs(body: bytes) -> None:
    """Refuse entities that would grow; where a document is broken, nothing else bounds what they expand to."""
    plain = body.replace(b"\0", b"") if b"\0" in body[:200] else body
    if b"<!ENTITY" not in plain:
        return
    longest = max((len(value) for value in _ENTITY.findall(plain)), default=0)
    if longest * plain.count(b"&") > _MAX_EXPANDED_BYTES:
        raise FormatError("the document declares entities that would expand beyond all measure")


def _hints(feed: Fields, side: SideFacts) -> ScheduleHints:
    ttl = _INTEGER.match(text(feed, "ttl") or "")
    return ScheduleHints(
        ttl_minutes=int(ttl[0]) if ttl else None,
        skip_hours=side.skip_hours,
        skip_days=side.skip_days,
        update_period=text(feed, "sy_updateperiod"),
        update_frequency=text(feed, "sy_updatefrequency"),
        update_base=text(feed, "sy_updatebase"),
    )


def _complaint(result: Fields) -> str | None:
    error = dict.get(result, "bozo_exception")
    if not dict.get(result, "bozo") or not isinstance(error, Exception) or isinstance(error, _HARMLESS):
        return None
    return str(error).removeprefix("<unknown>:")[:_SHOWN_COMPLAINT] or type(error).__name__
