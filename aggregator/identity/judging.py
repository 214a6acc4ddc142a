"""Judge the entries of a document: which are new, which are known and edited, which are as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import replace

from aggregator.identity.around import Around, Judged
from aggregator.identity.flood import is_flood, replaced, republished, stamped
from aggregator.identity.knowing import judge_known
from aggregator.identity.learning import Seen, affixes_of, learn
from aggregator.identity.newcomers import Met, judge_strangers
from aggregator.identity.pairing import Found, Pairs, pair_up
from aggregator.identity.shifting import shifted
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.habits import QuirkKind
from aggregator.model.reason import Reason
from aggregator.model.verdict import KnownEntry, New, Unchanged, Verdict, Wanted


def judge(entries: Sequence[Entry], known: Sequence[KnownEntry], around: Around) -> Judged:
    """Give each entry of a document exactly one verdict, or say what has to be looked up first.

    Entries are recognised by their keys, the surest evidence first; what is unknown then is compared with what left
    the document as it came, and in a flood with all that is kept. Two entries of a document are never one stored
    entry, unless they have one key: then the first speaks.

    Args:
        entries: Of one source, in the order of the document.
        known: Every stored entry that holds one of the candidate keys.
        around: What else may be known.
    """
    if not entries:
        return Judged()
    own: dict[EntryKey, Entry] = {}
    for entry in entries:
        own.setdefault(entry.key, entry)
    around = replace(around, affixes=affixes_of([entry.title for entry in own.values()]))
    pairs = pair_up(list(own.values()), known, around.held, around.trust)
    wants = _wants(own, pairs, around)
    if wants is not Wanted.NOTHING:
        return Judged(wants=wants)
    found = dict(pairs.found)
    left = _left((*known, *(around.vanished or ())), found, around)
    strangers = _others(own, found)
    flooded = not around.first and is_flood(len(strangers), _size(own, around), around.trust)
    if around.policy.replacement and not around.first:
        found |= replaced(strangers, left, _size(own, around), around.trust)
        strangers = _others(own, found)
    if flooded and strangers and around.policy.floods:
        if around.kept is None:
            return Judged(wants=Wanted.ALL)
        found |= _recognised(own, found, around)
        strangers = _others(own, found)
    elif strangers and left:
        found |= _shifted(own, found, left, around)
        strangers = _others(own, found)
    retracted = _retracted(_left(left, found, around), pairs, found, around)
    around = replace(around, habits=replace(around.habits, held_until=None)) if retracted else around
    batch = stamped(strangers, _size(own, around), len(left), around.trust) if flooded else frozenset[EntryKey]()
    names = {other.key for other in (*known, *left, *(around.kept or ()))}
    fresh = judge_strangers(strangers, Met(pairs.refused, names, batch, flooded), around)
    known_now = tuple((own[key], one) for key, one in found.items())
    seen = Seen(around.now, known_now, tuple(fresh.values()), _size(own, around))
    shown = (*around.shown, *_of_batches(batch))
    return Judged(
        verdicts=_verdicts(entries, found, fresh, around),
        retracted=retracted,
        habits=learn(around.habits, seen, shown) if around.policy.health else None,
    )


def _recognised(
    own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found], around: Around
) -> dict[EntryKey, Found]:
    """Compare the strangers of a flood with all that is kept."""
    kept = around.kept or ()
    more = _shifted(own, found, _free(kept, found, around), around)
    both = {**found, **more}
    taken = {*around.held, *(one.known.key for one in both.values())}
    return more | dict(republished(_others(own, both), kept, taken, around.times, around.trust))


def _shifted(
    own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found], pool: Sequence[KnownEntry], around: Around
) -> dict[EntryKey, Found]:
    moved = ((own[key], one.known) for key, one in found.items())
    return dict(shifted(_others(own, found), pool, moved, around.times, around.trust))


def _free(known: Sequence[KnownEntry], found: Mapping[EntryKey, Found], around: Around) -> list[KnownEntry]:
    taken = {*around.held, *(one.known.key for one in found.values())}
    return [other for other in known if other.key not in taken]


def _of_batches(batch: AbstractSet[EntryKey]) -> tuple[tuple[QuirkKind, str, str], ...]:
    evidence = f"{len(batch)} entries took the place of all others, most of them dated at one moment"
    return ((QuirkKind.BATCHES, "", evidence),) if batch else ()


def _wants(own: Mapping[EntryKey, Entry], pairs: Pairs, around: Around) -> Wanted:
    """Ask for what left the document, where a stranger may stand in its place or where held entries may have left."""
    if not around.whole or around.first or around.vanished is not None:
        return Wanted.NOTHING
    strange = around.policy.replacement and len(pairs.found) < len(own)
    returned = bool(_returning(pairs.found)) and around.habits.holding(around.now)
    return Wanted.VANISHED if strange or returned else Wanted.NOTHING


def _returning(found: Mapping[EntryKey, Found]) -> list[Found]:
    """Give the entries that are back after the last document had not held them."""
    return [one for one in found.values() if not one.known.present and not one.known.held]


def _left(known: Sequence[KnownEntry], found: Mapping[EntryKey, Found], around: Around) -> list[KnownEntry]:
    """Find the entries of the last document that this one does not hold."""
    if not around.whole:
        return []
    there = {*around.held, *(one.known.key for one in found.values())}
    return [other for other in known if other.present and other.key not in there]


def _others(own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found]) -> list[Entry]:
    return [entry for key, entry in own.items() if key not in found]


def _size(own: Mapping[EntryKey, Entry], around: Around) -> int:
    """Count the entries of the document, those included that were not read again."""
    return len(own) + len(around.held)


def _verdicts(
    entries: Sequence[Entry], found: Mapping[EntryKey, Found], fresh: Mapping[EntryKey, New], around: Around
) -> tuple[Verdict, ...]:
    spoken: dict[EntryKey, EntryKey] = {}
    verdicts: list[Verdict] = []
    for entry in entries:
        one = found.get(entry.key)
        if entry.key in spoken:
            verdicts.append(Unchanged(key=spoken[entry.key]))
            continue
        verdict = fresh[entry.key] if one is None else judge_known(entry, one, around)
        verdicts.append(verdict)
        spoken[entry.key] = verdict.key if isinstance(verdict, Unchanged) else verdict.entry.key
    return tuple(verdicts)


def _retracted(
    left: Sequence[KnownEntry], pairs: Pairs, found: Mapping[EntryKey, Found], around: Around
) -> Reason | None:
    """Say whether held entries have left while as many came back: they were others in disguise, for a while."""
    gone, returning = [other for other in left if other.held], _returning(found)
    still_here = any(one.known.held for one in pairs.found.values())
    if not gone or still_here or len(returning) < len(gone) * around.policy.flood_share:
        return None
    evidence = f"held, and gone again while {len(returning)} entries came back that had left when it came"
    return Reason("identity", "history", "retracted", evidence)
