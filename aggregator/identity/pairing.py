"""Which stored entry each entry of a document is: the ladder, climbed by the strongest evidence first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace

from aggregator.identity.evidence import Agreement, agreement
from aggregator.identity.rating import SAME, WEAK, is_front_page, rate
from aggregator.identity.trust import Trust
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.verdict import KnownEntry


@dataclass(frozen=True, slots=True)
class Found:
    """A stored entry that an entry of the document is, by which rule, and what they have in common."""

    known: KnownEntry
    rule: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Pairs:
    """Entries and what they are.

    Attributes:
        found: By the key that the entry came with.
        refused: The stored entry whose guid an entry has without being it.
    """

    found: Mapping[EntryKey, Found]
    refused: Mapping[EntryKey, Found]


@dataclass(frozen=True, slots=True)
class _Pair:
    strength: int
    closeness: float
    entry: Entry
    found: Found

    @property
    def order(self) -> tuple[object, ...]:
        """Sort the surest first; names decide what is left, so that no order of documents or rows matters."""
        return -self.strength, -self.closeness, self.found.known.key, self.entry.key


def pair_up(entries: Sequence[Entry], known: Sequence[KnownEntry], held: AbstractSet[EntryKey], trust: Trust) -> Pairs:
    """Pair entries with stored ones, one to one, the surest first, whatever the order of the document.

    An entry is never taken for one that stands in the same document by better right. Weak evidence counts only
    while it points from one entry to one stored entry.

    Args:
        entries: Of the document, each named once.
        known: Every stored entry that shares a key with one of them.
        held: Stored entries that other items of the document are, known ones that were not read again.
        trust: What counts.
    """
    stored = {other.key: other for other in known}
    found: dict[EntryKey, Found] = {}
    taken = set(held)
    for entry in entries:
        same = stored.get(entry.key)
        if same and same.fingerprint == entry.fingerprint and same.key not in taken and entry.key not in found:
            found[entry.key] = Found(same, "key", _equal(entry, same))
            taken.add(same.key)
    if len(found) == len(entries):
        return Pairs(found, {})
    rest = [entry for entry in entries if entry.key not in found]
    used = _used(entries, [other for other in known if other.key in held])
    free = [other for other in known if not trust.policy.one_to_one or other.key not in taken]
    pairs, refused = _weigh(rest, free, used, trust)
    _choose(pairs, used, (found, taken), one_to_one=trust.policy.one_to_one)
    return Pairs(found, {key: one for key, one in refused.items() if key not in found})


def _weigh(
    entries: Sequence[Entry], free: Sequence[KnownEntry], used: Mapping[CandidateKey, int], trust: Trust
) -> tuple[list[_Pair], dict[EntryKey, Found]]:
    """Rate every entry with every stored one that shares a key with it; those that only share a guid are refused."""
    holders: defaultdict[CandidateKey, list[KnownEntry]] = defaultdict(list)
    names = {other.key: other for other in free}
    for other in free:
        for key in dict.fromkeys(other.keys):
            holders[key].append(other)
    pairs: list[_Pair] = []
    refused: dict[EntryKey, Found] = {}
    for entry in entries:
        own = [names[entry.key]] if entry.key in names else []
        near = {other.key: other for other in (*own, *(one for key in entry.keys for one in holders[key]))}
        for other in near.values():
            shared = _without_crowded(agreement(entry, other, trust.affixes), entry, used)
            rated = rate(entry, other, shared, trust)
            if rated is not None:
                pairs.append(_pair(entry, Found(other, rated[1], shared), rated[0]))
            elif shared.guid and (entry.key not in refused or other.key < refused[entry.key].known.key):
                refused[entry.key] = Found(other, "reused-guid", shared)
    return pairs, refused


def _pair(entry: Entry, found: Found, strength: int) -> _Pair:
    shared = found.agreement
    if found.known.fingerprint == entry.fingerprint and strength > WEAK:
        strength = SAME
    return _Pair(strength, len(shared.kinds) + shared.title + (shared.text or 0.0) + shared.dated, entry, found)


def _without_crowded(shared: Agreement, entry: Entry, used: Mapping[CandidateKey, int]) -> Agreement:
    """Leave out a link that others of the document have, too, or that shows a site: it is nobody's own."""
    if not shared.link or (shared.named and entry.keys[0].kind is KeyKind.LINK):
        return shared
    links = [key for key in entry.keys if key.kind is KeyKind.LINK]
    if any(used[key] > 1 for key in links) or is_front_page(entry.url):
        return replace(shared, kinds=shared.kinds - {KeyKind.LINK})
    return shared


def _choose(
    pairs: list[_Pair],
    used: Mapping[CandidateKey, int],
    so_far: tuple[dict[EntryKey, Found], set[EntryKey]],
    *,
    one_to_one: bool,
) -> None:
    found, taken = so_far
    pairs.sort(key=lambda pair: pair.order)
    for pair in pairs:
        key, other = pair.entry.key, pair.found.known
        if key in found or (one_to_one and other.key in taken):
            continue
        if pair.strength <= WEAK and (_is_shared(pair, used) or _has_rival(pair, pairs, taken)):
            continue
        found[key] = pair.found
        taken.add(other.key)


def _is_shared(pair: _Pair, used: Mapping[CandidateKey, int]) -> bool:
    """Say whether all keys that a pair shares are those of other entries of the document, too."""
    shared = [key for key in pair.entry.keys if key in pair.found.known.keys]
    return bool(shared) and all(used[key] > 1 for key in shared)


def _has_rival(pair: _Pair, pairs: Sequence[_Pair], taken: AbstractSet[EntryKey]) -> bool:
    """Say whether another stored entry fits an entry just as well."""
    return any(
        other.entry is pair.entry
        and other is not pair
        and other.strength == pair.strength
        and other.closeness >= pair.closeness
        and other.found.known.key not in taken
        for other in pairs
    )


def _used(entries: Sequence[Entry], held: Sequence[KnownEntry]) -> Counter[CandidateKey]:
    used = Counter(key for entry in entries for key in dict.fromkeys(entry.keys))
    used.update(key for other in held for key in dict.fromkeys(other.keys))
    return used


def _equal(entry: Entry, other: KnownEntry) -> Agreement:
    kinds = frozenset(key.kind for key in entry.keys if key in other.keys)
    return Agreement(
        named=True, kinds=kinds, title=1.0, text=None, numbers=True, dated=False, later=False, present=other.present
    )
