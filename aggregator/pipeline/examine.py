"""Examine: what of a document its publisher could mend, while we read it all the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aggregator.model.entry import Entry
from aggregator.model.finding import Finding, Flaw
from aggregator.model.parsed import ParsedEntry, ParsedFeed, RawText
from aggregator.model.reading import Document, Reading
from aggregator.text.characters import one_line

_LARGE_BYTES = 1_000_000
_SMALL_BYTES = 4_000
_MANY_ALIKE = 4
_MAX_SAMPLE = 100
_SCANNED_CHARS = 20_000
_DECLARED = re.compile(rb"""\A[\s\xef\xbb\xbf]*<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.:-]{1,30})["']""")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_FEED_TYPE = re.compile(r"[+/](?:xml|json|rdf)$")
_MARKUP = re.compile(
    r"</?(?:b|i|em|strong|a|span|br|p|font|sup|sub)\b[^<>]{0,200}>|&(?:amp;)?(?:amp|lt|gt|quot|nbsp|#\w{2,6});"
)
_RELATIVE = re.compile(
    r"""<(?:a|img)\b[^<>]{0,200}?\s(?:href|src)\s*=\s*["'](?![a-z][a-z0-9+.-]*:|//|\#|\{|["'])""", re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_BY_DOUBT = {
    "none": Flaw.NO_DATE,
    "unreadable": Flaw.UNREADABLE_DATE,
    "in-the-future": Flaw.FUTURE_DATE,
    "before-1995": Flaw.EARLY_DATE,
}
_GUESSED = frozenset({"feedparser", "dateutil"})


def examine(document: Document, parsed: ParsedFeed, reading: Reading) -> tuple[Finding, ...]:
    """Name what is not right with a document and with how it was sent.

    Args:
        document: As it came, with the headers of its response; none of them for a local file.
        parsed: What was parsed of it.
        reading: What was made of that.
    """
    found = [*_of_document(document, parsed), *_of_entries(parsed), *_of_dates(reading.entries)]
    if document.headers and document.url[:5].lower() != "file:":
        found.extend(_of_answer(document, dict(document.headers)))
    if reading.repeated:
        found.append(Finding(flaw=Flaw.REPEATED_ID, count=reading.repeated, of=len(parsed.entries)))
    return tuple(found)


def _of_document(document: Document, parsed: ParsedFeed) -> Iterator[Finding]:
    if parsed.bozo:
        yield _of_feed(Flaw.NOT_WELL_FORMED, parsed.bozo)
    broken = _broken_byte(document)
    if broken:
        yield _of_feed(Flaw.BROKEN_ENCODING, broken)
    if parsed.title is None or not parsed.title.value.strip():
        yield _of_feed(Flaw.NO_FEED_TITLE)
    if len(document.body) > _LARGE_BYTES:
        yield _of_feed(Flaw.TOO_LARGE, f"{len(document.body) / 1e6:.1f} MB, {len(parsed.entries)} entries")
    if not parsed.self_url and not parsed.format.startswith("json"):
        yield _of_feed(Flaw.NO_SELF_LINK)


def _of_answer(document: Document, headers: Mapping[str, str]) -> Iterator[Finding]:
    media_type = headers.get("content-type", "")
    name = media_type.partition(";")[0].strip().lower()
    if not _FEED_TYPE.search(name):
        yield _of_feed(Flaw.WRONG_CONTENT_TYPE, name or "none")
    charset, declared = _CHARSET.search(media_type), _DECLARED.match(document.body[:200])
    if charset and declared and charset[1].lower() != declared[1].decode().lower():
        yield _of_feed(Flaw.ENCODINGS_DISAGREE, f"{charset[1]} in the header, {declared[1].decode()} in the document")
    if "etag" not in headers and "last-modified" not in headers:
        yield _of_feed(Flaw.NO_VALIDATORS)
    if document.url[:5].lower() == "http:":
        yield _of_feed(Flaw.NOT_SECURE)
    yield from _of_transfer(len(document.body), headers)


def _of_transfer(size: int, headers: Mapping[str, str]) -> Iterator[Finding]:
    caching = headers.get("cache-control", "").lower()
    if "no-store" in caching:
        yield _of_feed(Flaw.CACHING_FORBIDDEN, caching)
    elif "max-age" not in caching and "expires" not in headers:
        yield _of_feed(Flaw.NO_LIFETIME)
    if "set-cookie" in headers:
        yield _of_feed(Flaw.COOKIE, headers["set-cookie"].partition("=")[0])
    if "content-encoding" not in headers and size > _SMALL_BYTES:
        yield _of_feed(Flaw.NOT_COMPRESSED, f"{size:,} bytes")


def _of_entries(parsed: ParsedFeed) -> Iterator[Finding]:
    """Count what single entries lack, each flaw with the first entry that has it as its sample."""
    typed_titles = parsed.format.startswith("atom")
    seen: dict[Flaw, list[str]] = {}
    for entry in parsed.entries:
        for flaw, sample in _of_entry(entry, typed_titles=typed_titles):
            seen.setdefault(flaw, []).append(sample)
    for flaw, samples in seen.items():
        yield Finding(flaw=flaw, count=len(samples), of=len(parsed.entries), sample=_shown(samples[0]))


def _of_entry(entry: ParsedEntry, *, typed_titles: bool) -> Iterator[tuple[Flaw, str]]:
    title = entry.title.value if entry.title else ""
    name = title or entry.link or entry.guid or ""
    if not entry.guid:
        yield Flaw.NO_ID, name
    if not entry.link and not entry.enclosures:
        yield Flaw.NO_LINK, name
    if not title.strip():
        yield Flaw.NO_TITLE, name
    elif entry.title and not (typed_titles and entry.title.is_html) and _MARKUP.search(title):
        yield Flaw.MARKUP_IN_TITLE, title
    texts = [text for text in (*entry.contents, entry.summary) if text and text.value.strip()]
    if not texts:
        yield Flaw.NO_TEXT, name
    for flaw, pattern in ((Flaw.RELATIVE_LINKS, _RELATIVE), (Flaw.SCRIPT, _SCRIPT)):
        found = _first(pattern, texts)
        if found:
            yield flaw, found


def _first(pattern: re.Pattern[str], texts: Sequence[RawText]) -> str:
    for text in texts:
        if text.is_html and (found := pattern.search(text.value, 0, _SCANNED_CHARS)):
            return text.value[found.start() : found.end() + 40]
    return ""


def _of_dates(entries: Sequence[Entry]) -> Iterator[Finding]:
    seen: dict[Flaw, list[str]] = {}
    for entry in entries:
        reason = entry.date_reason
        if reason is None:
            continue
        flaw = Flaw.UNUSUAL_DATE if reason.rule in _GUESSED else _BY_DOUBT.get(reason.rule)
        if flaw is not None:
            seen.setdefault(flaw, []).append(reason.evidence)
    dates = {entry.published_at for entry in entries}
    if len(entries) >= _MANY_ALIKE and len(dates) == 1 and None not in dates:
        reason = entries[0].date_reason
        seen[Flaw.SAME_DATE] = [reason.evidence if reason else ""] * len(entries)
    for flaw, samples in seen.items():
        yield Finding(flaw=flaw, count=len(samples), of=len(entries), sample=_shown(samples[0]))


def _broken_byte(document: Document) -> str:
    """Find bytes that are not of the encoding that the document has, when that is UTF-8."""
    declared = _DECLARED.match(document.body[:200])
    if declared and declared[1].lower() not in {b"utf-8", b"utf8"}:
        return ""
    charset = _CHARSET.search(dict(document.headers).get("content-type", ""))
    if not declared and charset and charset[1].lower() not in {"utf-8", "utf8"}:
        return ""
    if document.body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in document.body[:40]:
        return ""
    try:
        document.body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = document.body.count(b"\n", 0, error.start) + 1
        return f"byte 0x{document.body[error.start]:02x} on line {line} is not UTF-8"
    return ""


def _of_feed(flaw: Flaw, sample: str = "") -> Finding:
    return Finding(flaw=flaw, sample=_shown(sample))


def _shown(sample: str) -> str:
    text = one_line(sample[: 4 * _MAX_SAMPLE])
    return text if len(text) <= _MAX_SAMPLE else text[: _MAX_SAMPLE - 1] + "…"
