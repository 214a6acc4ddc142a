"""What an entry is recognised by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import CandidateKey, EntryKey, KeyKind
from aggregator.model.overrides import Identity
from aggregator.model.parsed import ParsedEntry
from aggregator.normalize.names import short_text
from aggregator.text.characters import clean_text
from aggregator.text.digests import digest64, digest128
from aggregator.text.folding import fold
from aggregator.text.link_keys import canonical_link

_MAX_GUID_CHARS = 2_000
_LEAST_TITLE_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What an entry can be recognised by, beside what the publisher wrote.

    Attributes:
        source_id: Keys of two sources never meet.
        url: The link, absolute; None when there is none or it is not the entry's own.
        day_of: When it was published.
        fingerprint: The last resort: what else would be an entry without a name and without a day.
        first: The highest rung that counts in this source.
        own_guid: Whether no other entry of the document, with another link and title, has the same guid.
    """

    source_id: str
    url: str | None
    day_of: datetime | None
    fingerprint: str
    first: Identity = Identity.AUTO
    own_guid: bool = True


def identify(entry: ParsedEntry, ladder: Ladder) -> tuple[EntryKey, tuple[CandidateKey, ...]]:
    """Find all rungs of the ladder that an entry reaches; it is named after the highest.

    The rungs: its guid; a guid that is an address, without scheme and host; its link; its title and day; and where
    there is nothing else, its title and moment, or its content. A short headline is a key only where it is the only
    one.
    """
    names: list[str] = []
    keys: list[CandidateKey] = []
    for kind, name, value in _rungs(entry, ladder):
        names.append(name)
        keys.append(CandidateKey(kind, digest64(kind.value, value)))
    return EntryKey(ladder.source_id, names[0]), tuple(keys)


def link_value(url: str, canonical: str) -> str:
    """Give a link in the form in which its variants are equal, but with its fragment: it may tell entries apart."""
    fragment = url.partition("#")[2]
    return f"{canonical}#{fragment}" if fragment and "#" not in canonical else canonical


def _rungs(entry: ParsedEntry, ladder: Ladder) -> Iterator[tuple[KeyKind, str, str]]:
    first = ladder.first
    named = False
    guid = _bounded(clean_text(entry.guid or "").strip()) if first in {Identity.AUTO, Identity.GUID} else ""
    if guid and ladder.own_guid:
        named = True
        yield KeyKind.GUID, guid, guid
        if guid[:4].lower() == "http" and (rest := canonical_link(guid).partition("://")[2].partition("/")[2]):
            yield KeyKind.GUID_ALT, guid, rest
    if ladder.url and first is not Identity.TITLE:
        named = True
        yield KeyKind.LINK, f"link:{ladder.url}", link_value(ladder.url, canonical_link(ladder.url))
    title = " ".join(fold(short_text(entry.title)).split())
    if title and ladder.day_of and (not named or title.count(" ") >= _LEAST_TITLE_WORDS - 1):
        day = f"{title}|{ladder.day_of.date().isoformat()}"
        yield KeyKind.TITLE_DAY, f"day:{day}", day
        if not named:
            yield KeyKind.TITLE_DAY, f"day:{day}", f"{title}|{ladder.day_of.isoformat()}"
    elif not named:
        content = f"digest:{ladder.fingerprint}"
        yield KeyKind.TITLE_DAY, content, content


def _bounded(guid: str) -> str:
    return guid if len(guid) <= _MAX_GUID_CHARS else f"digest:{digest128(guid.encode('utf-8', 'replace'))}"
