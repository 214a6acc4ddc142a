"""What the entries of one document show together about the names that they are given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from aggregator.model.entry import CandidateKey, Entry, KeyKind
from aggregator.model.habits import QuirkKind
from aggregator.model.overrides import Identity, Ignored, Overrides
from aggregator.model.parsed import ParsedEntry
from aggregator.normalize.keys import link_value
from aggregator.text.digests import digest64
from aggregator.text.link_keys import canonical_link
from aggregator.text.link_learning import constant_parameters

_MANY = 3

Shown = tuple[QuirkKind, str, str]


def shared_links(entries: Iterable[ParsedEntry]) -> frozenset[str]:
    """Find the links that say nothing about identity: those of several entries under several titles.

    Some sites link every entry to their home page.
    """
    titles: dict[str, set[str]] = {}
    for entry in entries:
        if entry.link:
            titles.setdefault(entry.link, set()).add(_title(entry))
    return frozenset(link for link, found in titles.items() if len(found) > 1)


def shared_guids(entries: Iterable[ParsedEntry], overrides: Overrides) -> frozenset[str]:
    """Find the guids that several entries have under several titles and links; of these no entry can be known."""
    if overrides.identity is not Identity.AUTO or Ignored.GUID in overrides.ignore:
        return frozenset()
    named: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        if entry.guid:
            named.setdefault(entry.guid, set()).add((_title(entry), entry.link or ""))
    return frozenset(guid for guid, found in named.items() if len(found) > 1 and _are_others(found))


def settle_links(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[Shown, ...]]:
    """Give entries that are named by their links the keys that tell them apart, and learn how the source links.

    Where two titles meet under one link, the link as it is written is the key. Where a parameter is the same on all
    links, and tells none of them apart, the link without it is a key, too. Entries that are named by guids keep their
    keys: they may be read without their neighbours, and have to come out the same.
    """
    contested = _contested(entries)
    constant = constant_parameters([entry.url for entry in entries if entry.url])
    if not contested and not constant:
        return tuple(entries), ()
    names = frozenset(name for name, _ in constant)
    shown = [(QuirkKind.TRACKING, name, f"{name}={value} on all {len(entries)} links") for name, value in constant]
    if contested:
        shown.append((QuirkKind.FRAGMENTS, "", f"{len(contested)} links told apart by what is left out of link keys"))
    return tuple(_settled(entry, contested, names) for entry in entries), tuple(shown)


def _settled(entry: Entry, contested: frozenset[CandidateKey], names: frozenset[str]) -> Entry:
    if entry.url is None or entry.keys[0].kind is not KeyKind.LINK:
        return entry
    written = CandidateKey(KeyKind.LINK, digest64(KeyKind.LINK.value, f"written:{entry.url}"))
    keys = tuple(written if key in contested else key for key in entry.keys)
    if names:
        bare = _without(entry.url, names)
        keys = (*keys, CandidateKey(KeyKind.LINK, digest64(KeyKind.LINK.value, link_value(bare, canonical_link(bare)))))
    return entry if keys == entry.keys else replace(entry, keys=tuple(dict.fromkeys(keys)))


def settle_moments(entries: Sequence[Entry | None]) -> list[Entry | None]:
    """Name entries that have nothing but a headline and a day after their moments, where several have the same.

    A bulletin that comes twice a day under one headline is two entries.
    """
    moments: defaultdict[CandidateKey, set[CandidateKey]] = defaultdict(set)
    for entry in entries:
        if entry and _is_nameless(entry):
            moments[entry.keys[0]].add(entry.keys[1])
    apart = {day for day, found in moments.items() if len(found) > 1}
    return [
        _by_moment(entry) if entry and _is_nameless(entry) and entry.keys[0] in apart else entry for entry in entries
    ]


def _is_nameless(entry: Entry) -> bool:
    return len(entry.keys) > 1 and entry.keys[0].kind is KeyKind.TITLE_DAY


def _by_moment(entry: Entry) -> Entry:
    day, moment, *others = entry.keys
    at = f"{entry.published_at:T%H:%M:%S}" if entry.published_at else ""
    return replace(entry, key=replace(entry.key, guid=f"{entry.key.guid}{at}"), keys=(moment, day, *others))


def without_repeats(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Of entries that are named by one key keep the first."""
    kept: dict[CandidateKey, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.keys[0], entry)
    return tuple(kept.values())


def shown_sharing(guids: frozenset[str], entries: Sequence[Entry]) -> tuple[Shown, ...]:
    """Say what entries share that should be their own; two on one link may be one and its correction."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.url:
            titles[entry.url].add(entry.title)
    links = [link for link, found in titles.items() if len(found) >= _MANY]
    shown: list[Shown] = []
    if guids:
        shown.append((QuirkKind.SHARED_GUIDS, "", f"{min(guids)[:80]} on several entries"))
    if links:
        shown.append((QuirkKind.SHARED_LINKS, "", f"{min(links)[:80]} on several entries"))
    return tuple(shown)


def _contested(entries: Iterable[Entry]) -> frozenset[CandidateKey]:
    titles: defaultdict[CandidateKey, set[str]] = defaultdict(set)
    for entry in entries:
        for key in entry.keys:
            if key.kind is KeyKind.LINK:
                titles[key].add(entry.title)
    return frozenset(key for key, found in titles.items() if len(found) > 1)


def _are_others(found: set[tuple[str, str]]) -> bool:
    """Say whether these are several entries, and not one that is listed twice: titles and links all differ.

    Without links of their own two may be one and its edit.
    """
    links = {link for _, link in found}
    apart = len(links) == len(found) or (len(links) == 1 and len(found) >= _MANY)
    return apart and (len({title for title, _ in found}) == len(found) or len(links) >= _MANY)


def _title(entry: ParsedEntry) -> str:
    return entry.title.value if entry.title else ""


def _without(url: str, names: frozenset[str]) -> str:
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return parts._replace(query=urlencode(kept)).geturl()
