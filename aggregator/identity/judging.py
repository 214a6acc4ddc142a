"""Judge the entries of a document: which are new, which are known and edited, which are as they were."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.reason import Reason
from aggregator.model.verdict import KnownEntry, New, Revised, Unchanged, Verdict
from aggregator.text.link_keys import canonical_link

_RUNGS = {kind: rung for rung, kind in enumerate(KeyKind)}
_CHANGES = {KeyKind.GUID: "the guid", KeyKind.LINK: "the link", KeyKind.TITLE_DAY: "the title or the day"}
_FRONT_PAGE = re.compile(r"https://[^/]+/").fullmatch
_UNDATED = datetime.min.replace(tzinfo=UTC)
# The store keeps the keys of an entry that was pruned, but no fingerprint: it is known, there is nothing to revise.
_PRUNED = ""


@dataclass(frozen=True, slots=True)
class _Recognised:
    """A known entry, and by which of its keys it was recognised."""

    known: KnownEntry
    rule: str


def judge(
    entries: Sequence[Entry],
    known: Sequence[KnownEntry],
    *,
    first_document: bool,
    backfill: int,
    held: AbstractSet[EntryKey] = frozenset(),
) -> tuple[Verdict, ...]:
    """Give each entry of a document exactly one verdict, in the order of the document.

    An entry is recognised by the key it is stored under, then rung by rung by its candidate keys. The whole
    document climbs a rung before the next one counts, so that an entry found by its guid is never taken away
    by another one's link. Two entries of a document are never one stored entry, unless they have one key: then
    the first speaks. A key that several entries of the document or of the store share proves nothing.

    Args:
        entries: Of one source, in the order of the document.
        known: Every stored entry that holds one of the candidate keys.
        first_document: Whether the source was never read before.
        backfill: Of a first document, so many of the newest entries are news; the rest is kept as history.
        held: Stored entries that other items of the document are, known ones that were not read again.
    """
    recognised = _recognise(entries, known, held)
    history = _history(entries, backfill) if first_document else frozenset[EntryKey]()
    spoken: set[EntryKey] = set()
    verdicts: list[Verdict] = []
    for entry in entries:
        found = recognised.get(entry.key)
        if entry.key in spoken:
            verdicts.append(Unchanged(key=found.known.key if found else entry.key))
        elif found is None:
            verdicts.append(_new(entry, backfilled=entry.key in history))
        elif found.known.fingerprint in {entry.fingerprint, _PRUNED}:
            verdicts.append(Unchanged(key=found.known.key))
        else:
            verdicts.append(_revised(entry, found))
        spoken.add(entry.key)
    return tuple(verdicts)


def _recognise(
    entries: Sequence[Entry], known: Sequence[KnownEntry], held: AbstractSet[EntryKey]
) -> Mapping[EntryKey, _Recognised]:
    """Pair entries with stored ones, one to one, whatever the order of the document."""
    own = {entry.key: entry for entry in reversed(entries)}
    stored = {other.key: other for other in known}
    recognised = {key: _Recognised(stored[key], "key") for key in own if key in stored}
    if len(recognised) == len(own):
        return recognised
    taken = {*held, *recognised}
    holders: defaultdict[CandidateKey, list[KnownEntry]] = defaultdict(list)
    for other in stored.values():
        for candidate in dict.fromkeys(other.keys):
            holders[candidate].append(other)
    for candidate, key in _ladder(own.values(), [other for other in stored.values() if other.key in held]):
        found = holders.get(candidate, ())
        if len(found) != 1 or key in recognised or found[0].key in taken:
            continue
        if candidate.kind is not KeyKind.LINK or not _is_front_page(own[key].url):
            recognised[key] = _Recognised(found[0], candidate.kind)
            taken.add(found[0].key)
    return recognised


def _ladder(entries: Collection[Entry], held: Collection[KnownEntry]) -> Iterator[tuple[CandidateKey, EntryKey]]:
    """Go through the keys that can tell entries apart, from each other and from those held, rung by rung."""
    steps = sorted(
        (_RUNGS[candidate.kind], step, entry.key, candidate)
        for entry in entries
        for step, candidate in enumerate(dict.fromkeys(entry.keys))
    )
    used = Counter(candidate for *_, candidate in steps)
    used.update(candidate for other in held for candidate in dict.fromkeys(other.keys))
    return ((candidate, key) for *_, key, candidate in steps if used[candidate] == 1)


def _is_front_page(url: str | None) -> bool:
    """Say whether a link shows a site instead of an entry; as a key it would take every entry for the last one."""
    return _FRONT_PAGE(canonical_link(url or "")) is not None


def _history(entries: Sequence[Entry], backfill: int) -> frozenset[EntryKey]:
    """Name the entries beyond the newest; those without a date follow the dated, in the document's order."""
    newest_first = sorted(entries, key=lambda entry: entry.published_at or _UNDATED, reverse=True)
    keys = dict.fromkeys(entry.key for entry in newest_first)
    return frozenset(list(keys)[max(backfill, 0) :])


def _new(entry: Entry, *, backfilled: bool) -> New:
    asked = ", ".join(dict.fromkeys(candidate.kind for candidate in entry.keys))
    rule = "backfill" if backfilled else "unknown"
    evidence = "older than the newest of the first document" if backfilled else f"never seen here: {asked}"
    return New(entry=entry, backfilled=backfilled, reason=Reason("identity", "new", rule, evidence))


def _revised(entry: Entry, found: _Recognised) -> Revised:
    changed = [_CHANGES[kind] for kind in KeyKind if _differs(kind, entry.keys, found.known.keys)]
    evidence = f"known by its {found.rule}; changed: {', '.join(changed) or 'the text'}"
    return Revised(
        entry=replace(entry, key=found.known.key),
        revision=found.known.revision + 1,
        reason=Reason("identity", "revised", found.rule, evidence),
    )


def _differs(kind: KeyKind, now: Sequence[CandidateKey], before: Sequence[CandidateKey]) -> bool:
    was = {candidate.digest for candidate in before if candidate.kind is kind}
    return bool(was) and any(candidate.kind is kind and candidate.digest not in was for candidate in now)
