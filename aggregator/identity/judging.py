"""Judge the entries of a document: which are new, which are known and edited, which are as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import replace
from datetime import timedelta

from aggregator.identity.around import Around, Judged
from aggregator.identity.flood import stamped
from aggregator.identity.knowing import judge_known
from aggregator.identity.learning import Seen, affixes_of, learn
from aggregator.identity.newcomers import Met, judge_strangers
from aggregator.identity.pairing import Found, Pairs, pair_up
from aggregator.identity.recognising import Recognised, left_of, others, recognise, size_of
from aggregator.identity.unmasking import SUSPECTED
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
    met = recognise(own, known, pairs, around)
    if met is None:
        return Judged(wants=Wanted.ALL)
    found, strangers, size = met.found, others(own, met.found), size_of(own, around)
    retracted = _retracted(left_of(met.left, found, around), pairs, found, around)
    around = replace(around, habits=replace(around.habits, held_until=None)) if retracted else around
    batch = stamped(strangers, size, len(met.left), around.trust) if met.flooded else frozenset[EntryKey]()
    names = {other.key for other in (*known, *met.left, *(around.kept or ()))}
    fresh = judge_strangers(strangers, Met(pairs.refused, names, batch, met.flooded, met.emptied), around)
    known_now = tuple((own[key], one) for key, one in found.items())
    masked_until = around.now + around.policy.held_for if met.spans else None
    seen = Seen(around.now, known_now, tuple(fresh.values()), size, masked_until)
    shown = (*around.shown, *_of_batches(batch), *_of_disguises(met, fresh.values()))
    return Judged(
        verdicts=_verdicts(entries, found, fresh, around),
        retracted=retracted,
        habits=learn(around.habits, seen, shown) if around.policy.health else None,
    )


def _of_batches(batch: AbstractSet[EntryKey]) -> tuple[tuple[QuirkKind, str, str], ...]:
    evidence = f"{len(batch)} entries took the place of all others, most of them dated at one moment"
    return ((QuirkKind.BATCHES, "", evidence),) if batch else ()


def _of_disguises(met: Recognised, fresh: Iterable[New]) -> Iterator[tuple[QuirkKind, str, str]]:
    if met.emptied and any(verdict.held_until for verdict in fresh):
        yield QuirkKind.DISGUISED, SUSPECTED, "unknown entries with old dates took the place of a whole document"
    for span in sorted(met.spans):
        hours = span / timedelta(hours=1)
        evidence = f"entries came under other names, dated {hours:g} hours apart from what they are"
        yield QuirkKind.DISGUISED, str(int(span.total_seconds())), evidence


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
