"""What holds for any document: it is read or refused, what is kept can be stored, what is shown is sound."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

from lxml import etree

from aggregator.errors import FormatError
from aggregator.model.edition import Candidate, Member
from aggregator.model.entry import Entry, SourceFacts, StoredEntry
from aggregator.model.parsed import ParsedFeed
from aggregator.model.reading import Document, Reading, ReadOutcome, Unreadable
from aggregator.model.verdict import KnownDocument, ReadItem
from aggregator.normalize import normalize
from aggregator.parse import Cut, cut_items
from aggregator.parse.feed import read_whole
from aggregator.pipeline.read import READER, leave_out, read_document, read_part
from aggregator.publish import compose
from aggregator.publish.atom_rss import render_atom, render_rss
from aggregator.publish.clean import xml_text
from aggregator.publish.json_feed import render_json
from tests.builders import NOON
from tests.publish.views import SITE, make_view

Headers = tuple[tuple[str, str], ...]

URL = "https://feeds.example/sub/feed.xml"
_RENDERED = (("atom", render_atom), ("rss", render_rss))
_ITEMS = {"atom": "{http://www.w3.org/2005/Atom}entry", "rss": "channel/item"}


def document_of(body: bytes, headers: Headers = ()) -> Document:
    return Document(source_id="s", url=URL, source_url=URL, headers=headers, body=body, now=NOON)


def faults_of(document: Document, before: Reading | None = None, seed: int = 0) -> list[str]:
    """Name all that is wrong with what becomes of a document; mostly nothing.

    Args:
        document: To be read.
        before: What was read of an earlier version of it.
        seed: For choosing the items that are known already.
    """
    try:
        found = read_document(document)
        if isinstance(found, Unreadable):
            return list(_unfit(found)) + ([] if found.detail else ["refused without a reason"])
        return [
            *_unfit(found),
            *_ill_formed(found),
            *_unlike_feedparser(found, document),
            *_unlike_whole(found, document, _some(found, seed)),
            *(_unlike_whole(found, document, all_items(before)) if before else ()),
        ]
    except Exception as error:  # noqa: BLE001 - what is looked for
        return [f"{type(error).__name__}: {error}"[:300]]


def _unfit(value: object, path: str = "") -> Iterator[str]:
    """Find what no database, no feed and no JSON takes: lone surrogates, NUL, huge integers, what is no number."""
    if isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            yield f"{path} holds what is no text: {value[:80]!r}"
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        yield f"{path} is too large: {str(value)[:40]}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{path} is {value}"
    elif isinstance(value, datetime) and value.utcoffset() is None:
        yield f"{path} has no zone"
    elif isinstance(value, tuple | frozenset):
        for each in value:
            yield from _unfit(each, path)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _unfit(getattr(value, field.name), f"{path}.{field.name}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ill_formed(reading: Reading) -> Iterator[str]:
    """Publish the entries in every format, and read that as strictly as can be."""
    facts = SourceFacts(id="s", title=reading.profile.title or "", url=URL, profile=reading.profile)
    members = (
        Member(stored=StoredEntry(entry=entry, first_seen_at=NOON), source=facts, text_length=len(entry.content_html))
        for entry in reading.entries
    )
    candidates = [Candidate(subject=one.stored.entry.key, members=(one,)) for one in members]
    edition = compose(make_view(*candidates), NOON, SITE).edition
    for name, render in _RENDERED:
        body = render(edition, SITE)
        text = body.decode()
        if xml_text(text) != text:
            yield f"{name}: characters that XML forbids"
        root = etree.fromstring(body)
        if len(root.findall(_ITEMS[name])) != len(edition.entries):
            yield f"{name}: {len(edition.entries)} entries were to be shown"
    shown = json.loads(render_json(edition, SITE).decode(), parse_constant=_refuse)
    if len(shown["items"]) != len(edition.entries):
        yield f"json: {len(edition.entries)} entries were to be shown"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _unlike_feedparser(reading: Reading, document: Document) -> Iterator[str]:
    """Compare a document that was read item by item with what feedparser reads of it as a whole."""
    if not reading.frame:
        return
    whole = normalize(_by_feedparser(document), document)
    for name in ("entries", "profile", "hints", "repeated", "bozo", "truncated"):
        ours, theirs = getattr(reading, name), getattr(whole, name)
        if ours != theirs:
            yield f"{name} differ from feedparser's: {_difference(ours, theirs)}"


def _by_feedparser(document: Document) -> ParsedFeed:
    whole = read_whole(document.body, url=document.url, headers=dict(document.headers))
    if whole is None:
        raise FormatError("feedparser finds no feed in what was read item by item")
    return whole


def _difference(ours: Any, theirs: Any) -> str:
    if isinstance(ours, tuple):
        pairs = [(one, two) for one, two in zip(ours, theirs, strict=False) if one != two]
        return _difference(*pairs[0]) if pairs else f"{len(ours)} and {len(theirs)}"
    if is_dataclass(ours):
        names = [field.name for field in fields(ours) if getattr(ours, field.name) != getattr(theirs, field.name)]
        return "; ".join(f"{name}: {_difference(getattr(ours, name), getattr(theirs, name))}" for name in names)
    return f"{str(ours)[:120]!r} and {str(theirs)[:120]!r}"


Known = dict[str, Entry | None]


def all_items(reading: Reading) -> Known:
    entries = {entry.key: entry for entry in reading.entries}
    return {digest: entries[key] if key else None for digest, key in reading.items}


def _some(reading: Reading, seed: int) -> Known:
    known = all_items(reading)
    return {digest: known[digest] for digest in Random(seed).sample(sorted(known), len(known) // 2)}


def read_rest(document: Document, known: Known) -> Reading | None:
    """Read a document but for its known items; None where all of it has to be read."""
    items = tuple(
        ReadItem(digest, entry.key.guid if entry else None, entry.key if entry else None)
        for digest, entry in known.items()
    )
    frame = f"{READER}:"  # of the reader at work; what surrounded the items does not count
    part = leave_out(document, KnownDocument(items=items, frame=frame))
    return read_part(part) if part else None


def _unlike_whole(reading: Reading, document: Document, known: Known) -> Iterator[str]:
    """Read a document of which some items are known: the rest and those together have to be what all of it is."""
    part = read_rest(document, known) if known else None
    if part is None:  # nothing is left out then, and all of it is read
        return
    together = {entry.key: entry for entry in part.entries}
    left_out = [entry for digest in part.known_items if (entry := known[digest])]
    if any(entry.key in together for entry in left_out):
        yield "a known item and another one are the same entry"
    together |= {entry.key: entry for entry in left_out}
    whole = {entry.key: entry for entry in reading.entries}
    if whole.keys() != together.keys():
        yield f"with known items the keys differ: {sorted(whole.keys() ^ together.keys())}"[:300]
    read_again = {entry.key for entry in part.entries}
    for key in whole.keys() & together.keys():
        ours, theirs = together[key], whole[key]
        # What was read before may differ in what is no revision, such as the language of the document around it.
        equal = ours == theirs if key in read_again else ours.fingerprint == theirs.fingerprint
        if not equal:
            yield f"with known items an entry differs: {_difference(ours, theirs)}"


@cache
def _can_be_cut(body: bytes) -> bool:
    return isinstance(cut_items(body), Cut)


def read_seed(body: bytes, headers: Headers) -> Reading | None:
    """Read what was there before the damage; None where it is not read item by item."""
    if not _can_be_cut(body):
        return None
    outcome: ReadOutcome = read_document(document_of(body, headers))
    return outcome if isinstance(outcome, Reading) and outcome.items else None
