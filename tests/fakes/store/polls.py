"""One poll, or one push: look up, decide, write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from aggregator.model.entry import CandidateKey
from aggregator.model.habits import NO_HABITS
from aggregator.model.looking import Revision
from aggregator.model.pace import Errand, HostSeen, Pace, Sighting
from aggregator.model.source import READING_VERSION, SourceState
from aggregator.model.verdict import (
    Ask,
    ChangeSet,
    Committed,
    Known,
    KnownDocument,
    KnownEntry,
    New,
    ReadItem,
    Revised,
    Unchanged,
    Wanted,
)
from aggregator.text.domains import family_of
from aggregator.text.traces import trace_of
from tests.fakes.store import tallies
from tests.fakes.store.claims import LONGEST_HOLD
from tests.fakes.store.kept import Kept, KeptEntry, KeptSource

KEPT_POLLS = 30
KEPT_REVISIONS = 20
MAX_KEYS = 16


def transact(kept: Kept, ask: Ask, decide: Callable[[Known], ChangeSet]) -> Committed:
    number = kept.source_number(ask.source_id)
    if number is None:
        return _fenced(ask, SourceState(source_id=ask.source_id), decide)
    one = kept.sources[number]
    if ask.version is not None and ask.version != one.state.version:
        return _fenced(ask, one.state, decide)
    changes = _decide(kept, number, ask, decide)
    if _learn_names(kept, number, changes):
        changes = _decide(kept, number, ask, decide)
    fresh = _write_entries(kept, number, changes)
    tallies.count(kept, changes.poll, [kept.entries[entry] for entry in fresh])
    state = replace(changes.state, version=one.state.version + (ask.version is not None))
    one = replace(one, state=state, polls=(changes.poll, *one.polls)[:KEPT_POLLS])
    if changes.pace_key is not None:
        url = state.moved_to or one.source.url
        one = replace(one, pace_key=changes.pace_key, family=family_of(url, changes.pace_key))
    if changes.verdicts or changes.known_items or changes.state.documents != kept.sources[number].state.documents:
        one = _with_document(kept, one, changes, fresh)
        one = one if changes.habits is None else replace(one, habits=changes.habits)
        _retract(kept, number, changes)
    kept.sources[number] = one
    if changes.pace is not None:
        _write_pace(kept, changes.pace, one.family, changes.poll.at)
    return Committed(source_id=ask.source_id, poll=changes.poll, released=_release(kept, changes.poll.at))


def _decide(kept: Kept, number: int, ask: Ask, decide: Callable[[Known], ChangeSet]) -> ChangeSet:
    """Decide, looking up more as long as more is wanted."""
    known = _known(kept, number, ask)
    changes = decide(known)
    while changes.wants is not Wanted.NOTHING:
        if changes.wants is Wanted.VANISHED:
            there = {kept.sources[number].items[digest][1] for digest in changes.known_items}
            gone = (entry for entry in sorted(kept.sources[number].held - there))
            found = {one.key for one in known.entries}
            more = (_recognised(kept, entry) for entry in gone)
            known = replace(known, vanished=tuple(one for one in more if one.key not in found))
        else:
            known = replace(known, kept=tuple(_recognised(kept, entry) for entry, _ in reversed([*_own(kept, number)])))
        changes = decide(known)
    return changes


def _release(kept: Kept, now: datetime) -> int:
    """Let what waited long enough be curated."""
    due = [entry for entry, one in kept.entries.items() if one.held_until is not None and one.held_until <= now]
    for entry in due:
        kept.entries[entry] = replace(kept.entries[entry], held_until=None)
        kept.arrive(entry, revised=False)
    return len(due)


def _retract(kept: Kept, number: int, changes: ChangeSet) -> None:
    """Make history of what is held of a source and has left its document."""
    if changes.retracted is None:
        return
    for entry, one in list(_own(kept, number)):
        if one.held_until is not None and one.vanished_at is not None:
            kept.entries[entry] = replace(one, held_until=None, backfilled=True, reason=changes.retracted)
            kept.arrive(entry, revised=False)


def run_errand(kept: Kept, errand: Errand, decide: Callable[[HostSeen], Pace | None]) -> None:
    joined = kept.pace(errand.family)
    pace = joined if joined.merged else kept.pace(errand.host)
    due = (
        one.active and one.state.next_poll_at is not None and one.state.next_poll_at <= errand.at
        for one in kept.sources.values()
        if kept.pace_in_force(one) == pace.key
    )
    since = errand.sightings_since
    seen = () if since is None else _sightings(kept, errand.family, since)
    after = decide(HostSeen(pace=pace, sightings=seen, polls_wait=any(due)))
    if after is not None:
        _write_pace(kept, after, errand.family, errand.at)


def known_document(kept: Kept, source_id: str) -> KnownDocument:
    number = kept.source_number(source_id)
    one = None if number is None else kept.sources[number]
    if one is None or not one.frame or one.state.read_by != READING_VERSION:
        return KnownDocument()
    return KnownDocument(
        items=tuple(
            ReadItem(digest, guid, None if entry is None else kept.key(entry))
            for digest, (guid, entry) in one.items.items()
        ),
        frame=one.frame,
    )


def _fenced(ask: Ask, state: SourceState, decide: Callable[[Known], ChangeSet]) -> Committed:
    return Committed(source_id=ask.source_id, poll=decide(Known(state=state)).poll, fenced=True)


def _own(kept: Kept, number: int) -> Iterator[tuple[int, KeptEntry]]:
    """Walk through the entries of a source, with what is left of those that were pruned."""
    return ((entry, one) for entry, one in kept.entries.items() if one.source == number)


def _known(kept: Kept, number: int, ask: Ask) -> Known:
    one = kept.sources[number]
    wanted = frozenset(ask.digests)
    entries = (
        _recognised(kept, entry)
        for entry, own in _own(kept, number)
        if wanted.intersection(key.digest for key in own.entry.keys)
    )
    return Known(
        state=one.state,
        entries=tuple(entries),
        pace=kept.pace(kept.pace_in_force(one)),
        sightings=() if ask.sightings_since is None else _sightings(kept, one.family, ask.sightings_since),
        habits=one.habits if ask.digests else NO_HABITS,
    )


def _recognised(kept: Kept, number: int) -> KnownEntry:
    one, entry = kept.entries[number], kept.entries[number].entry
    return KnownEntry(
        key=entry.key,
        keys=entry.keys,
        fingerprint=entry.fingerprint,
        revision=one.revision,
        title="" if one.pruned else entry.title,
        summary="" if one.pruned else entry.summary,
        published_at=entry.published_at,
        trace=trace_of(entry.title, entry.summary) if one.pruned else None,
        present=one.vanished_at is None,
        held=one.held_until is not None,
    )


def _sightings(kept: Kept, family: str, since: datetime) -> tuple[Sighting, ...]:
    found = [
        Sighting(poll.at, one.source.id, one.pace_key, kept.pace_in_force(one), poll.outcome, poll.status)
        for one in kept.sources.values()
        if one.family == family and one.active
        for poll in one.polls
        if poll.at > since and poll.via == "poll"
    ]
    return tuple(sorted(found, key=lambda sighting: sighting.at, reverse=True))


def _learn_names(kept: Kept, number: int, changes: ChangeSet) -> bool:
    """Let entries that were judged new although the source holds their guid be known by their keys of today."""
    fresh = {verdict.entry.key.guid: verdict.entry for verdict in changes.verdicts if isinstance(verdict, New)}
    held = [(entry, one) for entry, one in _own(kept, number) if one.entry.key.guid in fresh]
    for entry, one in held:
        keys = _joined(fresh[one.entry.key.guid].keys, one.entry.keys)
        kept.entries[entry] = replace(one, entry=replace(one.entry, keys=keys))
    return bool(held)


def _write_entries(kept: Kept, number: int, changes: ChangeSet) -> frozenset[int]:
    """Write what is new and what was revised; give back the numbers of the new ones."""
    before = {own.entry.key.guid: entry for entry, own in _own(kept, number)}
    fresh: dict[str, int] = {}
    for verdict in changes.verdicts:
        if isinstance(verdict, Revised):
            _revise(kept, before[verdict.entry.key.guid], verdict, changes.poll.at)
        elif isinstance(verdict, Unchanged) and (verdict.learned or verdict.fingerprint):
            _note(kept, before[verdict.key.guid], verdict)
        elif isinstance(verdict, New) and verdict.entry.key.guid not in before | fresh:
            entry = fresh[verdict.entry.key.guid] = max(kept.entries, default=0) + 1
            kept.entries[entry] = KeptEntry(
                source=number,
                entry=verdict.entry,
                first_seen_at=changes.poll.at,
                reason=verdict.reason,
                backfilled=verdict.backfilled,
                held_until=verdict.held_until,
            )
            kept.name(entry)
            if verdict.held_until is None:
                kept.arrive(entry, revised=False)
    return frozenset(fresh.values())


def _note(kept: Kept, entry: int, verdict: Unchanged) -> None:
    """Let an entry that stays as it is be known by what it came with."""
    one = kept.entries[entry]
    keys = _joined(verdict.learned, one.entry.keys) if verdict.learned else one.entry.keys
    noted = replace(one.entry, keys=keys, fingerprint=verdict.fingerprint or one.entry.fingerprint)
    kept.entries[entry] = replace(one, entry=noted, reason=verdict.reason or one.reason)


def _revise(kept: Kept, entry: int, verdict: Revised, at: datetime) -> None:
    """Replace an entry; of one that was pruned only what it is recognised by."""
    one = kept.entries[entry]
    keys = _joined(verdict.entry.keys, one.entry.keys)
    if one.pruned:
        kept.entries[entry] = replace(one, entry=replace(verdict.entry, keys=keys))
        return
    revised = replace(verdict.entry, keys=keys)
    bumped_at = at if verdict.bumped else one.bumped_at
    kept.entries[entry] = replace(
        one,
        entry=revised,
        revision=verdict.revision,
        reason=verdict.reason,
        bumped_at=bumped_at,
        revisions=(*one.revisions, _as_it_was(one, at))[-KEPT_REVISIONS:],
    )
    if one.held_until is None:
        kept.arrive(entry, revised=True)


def _as_it_was(one: KeptEntry, replaced_at: datetime) -> Revision:
    entry = one.entry
    return Revision(
        number=one.revision,
        replaced_at=replaced_at,
        reason=one.reason,
        title=entry.title,
        url=entry.url,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        authors=entry.authors,
        summary=entry.summary,
        content_html=entry.content_html,
    )


def _joined(keys: tuple[CandidateKey, ...], before: tuple[CandidateKey, ...]) -> tuple[CandidateKey, ...]:
    return tuple(dict.fromkeys((*keys, *before)))[:MAX_KEYS]


def _with_document(kept: Kept, one: KeptSource, changes: ChangeSet, fresh: frozenset[int]) -> KeptSource:
    """Note what the document holds; what a whole one no longer holds has vanished."""
    numbers = {kept.key(entry): entry for entry in kept.entries}
    items = dict(one.items) if changes.partial else {digest: one.items[digest] for digest in changes.known_items}
    items |= {item.digest: (item.guid, numbers[item.key]) if item.key else (None, None) for item in changes.items}
    told = {v.key if isinstance(v, Unchanged) else v.entry.key for v in changes.verdicts}
    held = {numbers[key] for key in told} | {entry for _, entry in items.values() if entry is not None}
    frame = changes.frame
    if changes.partial and (one.held or one.frame):
        held, frame = held | one.held, frame or one.frame
    for entry in one.held - held:
        kept.entries[entry] = replace(kept.entries[entry], vanished_at=changes.poll.at)
    for entry in held - one.held - fresh:
        kept.entries[entry] = replace(kept.entries[entry], vanished_at=None)
    return replace(one, held=frozenset(held), items=items, frame=frame)


def _write_pace(kept: Kept, pace: Pace, family: str, now: datetime) -> None:
    """Write what is known of a key; what hosts were told each for itself holds for all that they are joined with."""
    if pace.merged and not kept.pace(pace.key).merged:
        keys = {one.pace_key for one in kept.sources.values() if one.family == family}
        holds = [kept.pace(key).hold_until for key in keys]
        meant = [at for at in holds if at is not None and at <= now + LONGEST_HOLD]
        pace = replace(pace, hold_until=max((*meant, *((pace.hold_until,) if pace.hold_until else ())), default=None))
    kept.paces[pace.key] = pace
    kept.paced_at[pace.key] = now
