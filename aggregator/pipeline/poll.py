"""Poll: ask one source, decide about what came, and write it down in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.identity import Around, Judged, judge
from aggregator.model.fetching import Fetched, FetchFailed, FetchOutcome
from aggregator.model.habits import IDENTITY, IdentityPolicy
from aggregator.model.pace import Pace
from aggregator.model.reading import Document, Reading, ReadOutcome, Unreadable
from aggregator.model.source import READING_VERSION, Claim, Source, SourceState
from aggregator.model.verdict import (
    Ask,
    ChangeSet,
    Known,
    KnownDocument,
    New,
    PollRecord,
    ReadItem,
    Revised,
    Unchanged,
    Verdict,
    Wanted,
)
from aggregator.pipeline.ports import Clock, Fetcher, PollStore, Reader
from aggregator.pipeline.read import leave_out
from aggregator.schedule import (
    EVIDENCE_FOR,
    Asked,
    Conclusion,
    Weighed,
    conclude,
    counting,
    host_of,
    plan_request,
    retimed,
    weigh,
)
from aggregator.schedule.websub import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class PollParts:
    """What a poll is done with.

    Attributes:
        pace_key: Says under which one an address is asked.
        readers: Says for how many a source is read, as far as that is known.
        identity: How entries are recognised.
    """

    store: PollStore
    fetcher: Fetcher
    reader: Reader
    clock: Clock
    user_agent: str
    pace_key: Callable[[str], str] = host_of
    readers: Callable[[str], int] = lambda _source_id: 0
    identity: IdentityPolicy = IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """A poll that is over: the state it left, and what the store made of it.

    Attributes:
        halted: The pace key or domain under which nothing more of what was claimed may be asked; empty: none.
        released: Entries, of any source, that waited until now and may be curated.
    """

    source: Source
    state: SourceState
    record: PollRecord
    fenced: bool
    halted: str = ""
    released: int = 0


async def poll(claim: Claim, parts: PollParts) -> Polled:
    """Poll one claimed source; entries, validators and due time are committed together.

    The claim was committed before this is called, and is renewed when it has waited long, so whatever happens in here,
    even the end of the process, the source is not asked again before its time; and the validators of an answer are
    never kept without the entries that came with it.
    """
    agent = counting(parts.user_agent, parts.readers(claim.source.id))
    request = plan_request(claim.source, claim.state, user_agent=agent)
    asked_at = await _renewed(claim, parts)
    outcome = await parts.fetcher.fetch(request)
    known_document = await _known(claim, outcome, parts)
    reading = await _read(claim, outcome, known_document, parts)
    now = parts.clock.now()
    left, halted = claim.state, ""

    def decide(known: Known) -> ChangeSet:
        nonlocal left, halted
        judged = _judge(claim, reading, known, known_document, (outcome, parts))
        if judged.wants is not Wanted.NOTHING:
            return _wanting(known, reading, judged, now)
        verdicts = judged.verdicts
        conclusion = conclude(
            claim.source,
            known.state,
            outcome,
            now,
            reading=reading,
            new=sum(isinstance(verdict, New) for verdict in verdicts),
            revised=sum(isinstance(verdict, Revised) for verdict in verdicts),
            known=_known_entries(reading, verdicts),
        )
        conclusion, weighed = _weighed(claim, outcome, conclusion, known)
        conclusion = follow(claim.source, known.state, conclusion, outcome, reading, asked_at=asked_at)
        left, halted = conclusion.state, weighed.halted
        return _changes(conclusion, weighed.pace, _pace_key(claim, conclusion.state, parts), (outcome, reading, judged))

    failed = _failed(outcome, reading)
    committed = await parts.store.transact(_ask(claim, reading, now - EVIDENCE_FOR if failed else None), decide)
    return Polled(
        source=claim.source,
        state=left,
        record=committed.poll,
        fenced=committed.fenced,
        halted=halted,
        released=committed.released,
    )


async def _renewed(claim: Claim, parts: PollParts) -> datetime:
    """Renew a claim that waited long; say when that was."""
    now = parts.clock.now()
    if claim.is_stale(now):
        await parts.store.renew(claim, now)
    return now


def _ask(claim: Claim, reading: ReadOutcome | None, sightings_since: datetime | None) -> Ask:
    return Ask(
        source_id=claim.source.id,
        version=claim.state.version,
        digests=_digests(reading),
        sightings_since=sightings_since,
        state=claim.state,
    )


def _weighed(claim: Claim, outcome: FetchOutcome, conclusion: Conclusion, known: Known) -> tuple[Conclusion, Weighed]:
    """Learn what the host allows; who failed with all its neighbours comes back with them."""
    hold_until = conclusion.hold_pace_until
    asked = Asked(
        source=claim.source,
        host=claim.host,
        family=claim.family,
        poll=conclusion.poll,
        retry_after=None if hold_until is None else hold_until - conclusion.poll.at,
        headers=outcome.headers,
    )
    weighed = weigh(asked, known.pace or Pace(key=claim.pace_key), known.sightings)
    return retimed(conclusion, asked, weighed), weighed


async def _read(claim: Claim, outcome: FetchOutcome, known: KnownDocument, parts: PollParts) -> ReadOutcome | None:
    """Read a body that came and differs from the last one; the same bytes are not parsed twice in the same way."""
    if not isinstance(outcome, Fetched) or _is_read(claim.state, outcome):
        return None
    document = Document(
        source_id=claim.source.id,
        url=outcome.url,
        source_url=claim.source.url,
        headers=outcome.headers,
        body=outcome.body,
        now=parts.clock.now(),
        language=claim.source.language,
        content=claim.source.content,
        overrides=claim.source.overrides,
        drop=claim.source.drop,
    )
    part = leave_out(document, known)
    if part is None:
        return await parts.reader.read(document)
    if part.is_empty and part.frame == known.frame:
        profile, hints = claim.state.profile, claim.state.hints
        return Reading(profile=profile, hints=hints, entries=(), known_items=part.left_out, frame=part.frame)
    return await parts.reader.read_part(part) or await parts.reader.read(document)


def _is_read(state: SourceState, answer: Fetched) -> bool:
    """Say whether this very body was read before, as it would be read today."""
    return state.documents > 0 and state.read_by == READING_VERSION and answer.digest == state.body_digest


async def _known(claim: Claim, outcome: FetchOutcome, parts: PollParts) -> KnownDocument:
    """Ask for the items of the last document, where there is another one to be read now."""
    if not isinstance(outcome, Fetched) or not claim.state.documents or _is_read(claim.state, outcome):
        return KnownDocument()
    return await parts.store.known_document(claim.source.id)


def _failed(outcome: FetchOutcome, reading: ReadOutcome | None) -> bool:
    return isinstance(outcome, FetchFailed) or isinstance(reading, Unreadable)


def _digests(reading: ReadOutcome | None) -> tuple[int, ...]:
    if not isinstance(reading, Reading):
        return ()
    return tuple(key.digest for entry in reading.entries for key in entry.keys)


def _items(reading: Reading, verdicts: tuple[Verdict, ...]) -> tuple[ReadItem, ...]:
    """Say for each item that was read which stored entry it is."""
    stored = {
        entry.key: verdict.key if isinstance(verdict, Unchanged) else verdict.entry.key
        for entry, verdict in zip(reading.entries, verdicts, strict=True)
    }
    return tuple(
        ReadItem(digest, key.guid if key else None, stored[key] if key else None) for digest, key in reading.items
    )


def _judge(
    claim: Claim,
    reading: ReadOutcome | None,
    known: Known,
    known_document: KnownDocument,
    around: tuple[FetchOutcome, PollParts],
) -> Judged:
    if not isinstance(reading, Reading):
        return Judged()
    outcome, parts = around
    there = frozenset(reading.known_items)
    state, source = known.state, claim.source
    return judge(
        reading.entries,
        known.entries,
        Around(
            now=parts.clock.now(),
            first=state.documents == 0,
            backfill=source.backfill,
            held=frozenset(item.key for item in known_document.items if item.key and item.digest in there),
            whole=not (isinstance(outcome, Fetched) and outcome.partial),
            last=state.last_ok_at,
            identity=source.overrides.identity,
            updates=source.updates,
            policy=parts.identity,
            habits=known.habits,
            shown=reading.habits,
            vanished=known.vanished,
            kept=known.kept,
        ),
    )


def _changes(
    conclusion: Conclusion,
    pace: Pace | None,
    pace_key: str | None,
    came: tuple[FetchOutcome, ReadOutcome | None, Judged],
) -> ChangeSet:
    """Say what is written: what the poll itself teaches, and what was found in a document."""
    outcome, reading, judged = came
    changes = ChangeSet(
        state=conclusion.state,
        poll=conclusion.poll,
        partial=isinstance(outcome, Fetched) and outcome.partial,
        pace_key=pace_key,
        pace=pace,
    )
    if not isinstance(reading, Reading):
        return changes
    return replace(
        changes,
        verdicts=judged.verdicts,
        items=_items(reading, judged.verdicts),
        known_items=reading.known_items,
        frame=reading.frame,
        retracted=judged.retracted,
        habits=judged.habits,
    )


def _wanting(known: Known, reading: ReadOutcome | None, judged: Judged, now: datetime) -> ChangeSet:
    """Ask for more; nothing of this is written."""
    return ChangeSet(
        state=known.state,
        poll=PollRecord(at=now, outcome="unchanged"),
        known_items=reading.known_items if isinstance(reading, Reading) else (),
        wants=judged.wants,
    )


def _known_entries(reading: ReadOutcome | None, verdicts: tuple[Verdict, ...]) -> int:
    """Count the entries of the document that are not new, those that need not be read again included."""
    left_out = len(reading.known_items) if isinstance(reading, Reading) else 0
    return left_out + sum(not isinstance(verdict, New) for verdict in verdicts)


def _pace_key(claim: Claim, left: SourceState, parts: PollParts) -> str | None:
    """Say under which pace key the source is asked from now on, when its address is not the configured one."""
    if left.moved_to is not None:
        return parts.pace_key(left.moved_to)
    return parts.pace_key(claim.source.url) if claim.state.moved_to is not None else None
