"""Which stored entry each entry of a document is: the ladder, climbed by the strongest evidence first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from aggregator.identity.evidence import Agreement, agreement
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.habits import NO_HABITS, Habits, IdentityPolicy, QuirkKind
from aggregator.model.overrides import Identity
from aggregator.model.verdict import KnownEntry
from aggregator.text.link_keys import canonical_link

# How much a pair proves. What is up to WEAK must be the only one of its kind.
_SAME: Final = 100
_GUID_AND_MORE: Final = 95
_LINK_AND_TITLE: Final = 90
_ALTERNATIVE_AND_MORE: Final = 85
_GUID: Final = 80
_WEAK: Final = 70
_ALTERNATIVE: Final = 60
_TITLE_DAY: Final = 50
_GUID_KINDS: Final = frozenset({KeyKind.GUID, KeyKind.GUID_ALT})
_FRONT_PAGE: Final = re.compile(r"https://[^/]+/").fullmatch


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
class Trust:
    """Which keys of a source prove something by themselves."""

    policy: IdentityPolicy
    habits: Habits = NO_HABITS
    forced: Identity = Identity.AUTO
    document_affixes: tuple[str, ...] = ()

    @property
    def guids(self) -> bool:
        """Say whether a guid is enough."""
        if self.forced is Identity.GUID or not self.policy.health:
            return True
        return not self.habits.has(QuirkKind.REUSED_GUIDS)

    @property
    def lasting_guids(self) -> bool:
        """Say whether an entry may be expected to come under its guid again."""
        return self.forced is Identity.GUID or not (
            self.policy.health and (self.habits.has(QuirkKind.RANDOM_GUIDS) or self.habits.has(QuirkKind.REUSED_GUIDS))
        )

    @property
    def links(self) -> bool:
        """Say whether a link is enough."""
        return self.policy.link and not (self.policy.health and self.habits.has(QuirkKind.SHARED_LINKS))

    @property
    def affixes(self) -> tuple[str, ...]:
        """Give what does not count in headlines."""
        return (*self.habits.values(QuirkKind.AFFIX), *self.document_affixes)


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


def is_front_page(url: str | None) -> bool:
    """Say whether a link shows a site instead of an entry; as a key it would take every entry for the last one."""
    return _FRONT_PAGE(canonical_link(url or "")) is not None


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
            rated = _rate(entry, other, shared, trust)
            if rated is not None:
                pairs.append(_pair(entry, Found(other, rated[1], shared), rated[0]))
            elif shared.guid and (entry.key not in refused or other.key < refused[entry.key].known.key):
                refused[entry.key] = Found(other, "reused-guid", shared)
    return pairs, refused


def _pair(entry: Entry, found: Found, strength: int) -> _Pair:
    shared = found.agreement
    if found.known.fingerprint == entry.fingerprint and strength > _WEAK:
        strength = _SAME
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
        if pair.strength <= _WEAK and (_is_shared(pair, used) or _has_rival(pair, pairs, taken)):
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


def _rate(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> tuple[int, str] | None:
    """Say how sure it is that two are one, and by which rule; None when it is not."""
    return next(_strong(entry, other, shared, trust), None) or next(_weak(entry, other, shared, trust), None)


def _strong(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> Iterator[tuple[int, str]]:
    """Give the rules by which two keys, or a key and the headline, agree; and a guid that nothing contradicts."""
    policy = trust.policy
    link = shared.link and policy.link
    # Of a pruned entry nothing is left of its headline but the key.
    headline = (shared.title == 1.0 or KeyKind.TITLE_DAY in shared.kinds) and not _returns(entry, other, shared, trust)
    if shared.named and entry.keys[0].kind is not KeyKind.GUID and _is_own_name(entry, other, shared, trust):
        yield _SAME, "key"
    if shared.guid and (link or headline):
        yield _GUID_AND_MORE, "key" if shared.named else "guid"
    if link and headline:
        yield _LINK_AND_TITLE, "link"
    if policy.alternative and KeyKind.GUID_ALT in shared.kinds and (link or headline):
        yield _ALTERNATIVE_AND_MORE, "guid-alt"
    if shared.guid and not _contradicts(entry, other, shared, trust):
        yield _GUID, "key" if shared.named else "guid"


def _weak(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> Iterator[tuple[int, str]]:
    """Give the rules by which one key, that is not the guid, is enough."""
    policy = trust.policy
    if shared.link and trust.links and _supports_link(entry, other, shared, trust):
        yield _WEAK, "link"
    moved = shared.akin(policy.same_text) or (shared.present and shared.dated)
    if policy.alternative and KeyKind.GUID_ALT in shared.kinds and moved:
        yield _ALTERNATIVE, "guid-alt"
    if policy.title_day and KeyKind.TITLE_DAY in shared.kinds and _supports_title(entry, shared, trust):
        yield _TITLE_DAY, "title-day"


def _contradicts(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether an equal guid is not believed: link, headline and text are all those of something else."""
    policy = trust.policy
    if trust.forced is Identity.GUID or not policy.contradiction or shared.link or shared.dated:
        return False
    if not other.title:
        # Of a pruned entry nothing but keys is left; one that really returns shares more of them.
        return _has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)
    if not trust.guids:
        headline = shared.numbers and shared.title >= policy.same_text
        return not headline and (shared.text is None or shared.text < policy.same_text)
    if not (_has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)) or is_front_page(entry.url):
        return shared.title < policy.akin and shared.text is not None and shared.text < policy.akin
    if _returns(entry, other, shared, trust):
        return True
    same_headline = shared.title >= policy.same_headline and shared.numbers
    return not same_headline and (shared.text is None or shared.text < policy.same_text)


def _is_own_name(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a name that is no guid may be believed.

    Not that of a page on which all entries of a source are; nor a headline and its day, at another time of the day
    and with another text.
    """
    if entry.keys[0].kind is KeyKind.LINK:
        return trust.links or shared.akin(trust.policy.akin)
    timed = entry.published_at is not None and other.published_at is not None and not shared.dated
    return not (timed and _is_other_text(shared, trust))


def _is_other_text(shared: Agreement, trust: Trust) -> bool:
    return shared.text is not None and shared.text < trust.policy.akin


def _returns(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a headline comes again, a day later, with another text and another guid or link."""
    if not shared.later or shared.text is None or shared.text >= trust.policy.same_text:
        return False
    links = not shared.link and _has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)
    guids = not shared.guid and _has(entry, KeyKind.GUID) and _holds(other, KeyKind.GUID) and trust.lasting_guids
    return links or guids


def _supports_link(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a link is believed although headline and guid are others."""
    guids = _has(entry, KeyKind.GUID) and _holds(other, KeyKind.GUID)
    if not guids or not trust.lasting_guids or not other.title:
        return True
    if shared.akin(trust.policy.akin) or shared.dated:
        return True
    return shared.present and not shared.later


def _supports_title(entry: Entry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a headline and its day are believed although guid and link are others."""
    if not any(_has(entry, kind) for kind in (KeyKind.GUID, KeyKind.LINK)):
        return shared.dated or not _is_other_text(shared, trust)
    if shared.text is not None:
        return shared.text >= trust.policy.same_text
    return shared.present and shared.title == 1.0 and entry.title not in trust.habits.values(QuirkKind.RECURRING)


def _has(entry: Entry, kind: KeyKind) -> bool:
    return any(key.kind is kind for key in entry.keys)


def _holds(other: KnownEntry, kind: KeyKind) -> bool:
    return any(key.kind is kind for key in other.keys)
