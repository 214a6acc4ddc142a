"""What the entries of a document are: by their keys, by what left it, by all that is kept, by dates that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from aggregator.identity.around import Around
from aggregator.identity.flood import is_emptied, is_flood, is_news, replaced, republished
from aggregator.identity.pairing import Found, Pairs
from aggregator.identity.shifting import shifted
from aggregator.identity.unmasking import may_be_masked, unmasked
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.verdict import KnownEntry


@dataclass(frozen=True, slots=True)
class Recognised:
    """What is known of a document.

    Attributes:
        found: Entries and what they are.
        left: Entries of the last document that share no key with this one.
        flooded: It is full of strangers,
        emptied: or holds few, and they took the place of many.
        spans: By which the dates of what came in disguise moved.
    """

    found: Mapping[EntryKey, Found]
    left: Sequence[KnownEntry]
    flooded: bool = False
    emptied: bool = False
    spans: AbstractSet[timedelta] = frozenset()


def recognise(
    own: Mapping[EntryKey, Entry], known: Sequence[KnownEntry], pairs: Pairs, around: Around
) -> Recognised | None:
    """Compare what shares no key with what left the document, and where needed with all that is kept.

    Args:
        own: Entries of the document, each named once.
        known: Every stored entry that holds one of their keys.
        pairs: What the keys told.
        around: What else may be known.

    Returns:
        None when all that is kept has to be known first.
    """
    found = dict(pairs.found)
    left = left_of((*known, *(around.vanished or ())), found, around)
    if around.first or len(found) == len(own):
        return Recognised(found, left)
    trust, size, strange = around.trust, size_of(own, around), len(own) - len(found)
    flooded, emptied = is_flood(strange, size, trust), is_emptied(strange, size, len(left), trust)
    if around.policy.replacement and left:
        found |= replaced(others(own, found), left, size, trust)
    strangers = others(own, found)
    asked = bool(strangers) and around.policy.floods and (flooded or _is_restored(strangers, found, size, around))
    if around.kept is None and (asked or may_be_masked(strangers, around.times, trust)):
        return None
    if asked:
        found |= _of_flood(own, found, around)
    elif left:
        found |= _shifted(own, found, left, around)
    moved = {key for key, one in found.items() if one.rule == "shifted"} if emptied else set[EntryKey]()
    if pool := _free(left if around.kept is None else around.kept, found, around):
        single = unmasked(others(own, found), pool, around.times, trust, emptied=emptied)
        found |= single
        moved |= set(single)
    return Recognised(found, left, flooded, emptied, _spans(own, found, moved))


def left_of(known: Sequence[KnownEntry], found: Mapping[EntryKey, Found], around: Around) -> list[KnownEntry]:
    """Find the entries of the last document that this one does not hold."""
    return [other for other in _free(known, found, around) if other.present] if around.whole else []


def others(own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found]) -> list[Entry]:
    """Give the entries that are not known."""
    return [entry for key, entry in own.items() if key not in found]


def size_of(own: Mapping[EntryKey, Entry], around: Around) -> int:
    """Count the entries of the document, those included that were not read again."""
    return len(own) + len(around.held)


def _is_restored(strangers: Sequence[Entry], found: Mapping[EntryKey, Found], size: int, around: Around) -> bool:
    """Say whether much of a document is back, and strangers that are no news are there with it."""
    returned = sum(not one.known.present for one in found.values())
    old = any(not is_news(one, around.times, around.trust) for one in strangers)
    return old and is_flood(len(strangers) + returned, size, around.trust)


def _of_flood(own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found], around: Around) -> dict[EntryKey, Found]:
    """Compare the strangers of a flood with all that is kept."""
    kept = around.kept or ()
    more = _shifted(own, found, _free(kept, found, around), around)
    both = {**found, **more}
    taken = {*around.held, *(one.known.key for one in both.values())}
    return more | dict(republished(others(own, both), kept, taken, around.times, around.trust))


def _shifted(
    own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found], pool: Sequence[KnownEntry], around: Around
) -> dict[EntryKey, Found]:
    moved = ((own[key], one.known) for key, one in found.items())
    return dict(shifted(others(own, found), _free(pool, found, around), moved, around.times, around.trust))


def _free(known: Sequence[KnownEntry], found: Mapping[EntryKey, Found], around: Around) -> list[KnownEntry]:
    taken = {*around.held, *(one.known.key for one in found.values())}
    return [other for other in known if other.key not in taken]


def _spans(
    own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found], moved: AbstractSet[EntryKey]
) -> frozenset[timedelta]:
    dated = [(own[key].published_at, found[key].known.published_at) for key in moved]
    return frozenset(abs(at - before) for at, before in dated if at is not None and before is not None)
