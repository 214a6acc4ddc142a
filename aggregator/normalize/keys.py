"""What an entry is recognised by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import CandidateKey, EntryKey, KeyKind
from aggregator.model.overrides import Identity
from aggregator.model.parsed import ParsedEntry
from aggregator.normalize.names import short_text
from aggregator.text.characters import clean_text
from aggregator.text.digests import digest64, digest128
from aggregator.text.link_keys import canonical_link
from aggregator.text.tokens import fold

_MAX_GUID_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What an entry can be recognised by, beside what the publisher wrote.

    Attributes:
        source_id: Keys of two sources never meet.
        url: The link, absolute; None when there is none or it is not the entry's own.
        day_of: When it was published.
        fingerprint: The last resort: what else would be an entry without a name and without a day.
        first: The highest rung that counts in this source.
    """

    source_id: str
    url: str | None
    day_of: datetime | None
    fingerprint: str
    first: Identity = Identity.AUTO


def identify(entry: ParsedEntry, ladder: Ladder) -> tuple[EntryKey, tuple[CandidateKey, ...]]:
    """Find the highest rung of the ladder that an entry reaches: its guid, its link, its title and day, its content.

    A lower rung is not taken beside a higher one: a link that several entries share is no key while they have
    guids.
    """
    source_id, first = ladder.source_id, ladder.first
    by_guid, by_link = first in {Identity.AUTO, Identity.GUID}, first is not Identity.TITLE
    if by_guid and (guid := _bounded(clean_text(entry.guid or "").strip())):
        return _keys(KeyKind.GUID, source_id, name=guid, value=guid)
    if by_link and ladder.url:
        return _keys(KeyKind.LINK, source_id, name=f"link:{ladder.url}", value=_link_value(ladder.url))
    title = " ".join(fold(short_text(entry.title)).split())
    if title and ladder.day_of:
        day = f"{title}|{ladder.day_of.date().isoformat()}"
        return _keys(KeyKind.TITLE_DAY, source_id, name=f"day:{day}", value=day)
    content = f"digest:{ladder.fingerprint}"
    return _keys(KeyKind.TITLE_DAY, source_id, name=content, value=content)


def _keys(kind: KeyKind, source_id: str, *, name: str, value: str) -> tuple[EntryKey, tuple[CandidateKey, ...]]:
    return EntryKey(source_id, name), (CandidateKey(kind, digest64(kind.value, source_id, value)),)


def _bounded(guid: str) -> str:
    return guid if len(guid) <= _MAX_GUID_CHARS else f"digest:{digest128(guid.encode('utf-8', 'replace'))}"


def _link_value(url: str) -> str:
    """Give a link in the form in which its variants are equal, but with its fragment: it may tell entries apart."""
    fragment = url.partition("#")[2]
    canonical = canonical_link(url)
    return f"{canonical}#{fragment}" if fragment and "#" not in canonical else canonical
