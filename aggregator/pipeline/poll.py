"""Poll: ask one source, decide about what came, and write it down in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.identity import judge
from aggregator.model.fetching import Fetched, FetchOutcome
from aggregator.model.reading import Document, Reading, ReadOutcome
from aggregator.model.source import Claim, Source, SourceState
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
)
from aggregator.pipeline.ports import Clock, Fetcher, PollStore, Reader
from aggregator.pipeline.read import is_current, recognise_items
from aggregator.schedule import conclude, plan_request


@dataclass(frozen=True, slots=True, kw_only=True)
class PollParts:
    """What a poll is done with."""

    store: PollStore
    fetcher: Fetcher
    reader: Reader
    clock: Clock
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """A poll that is over: the state it left, and what the store made of it."""

    source: Source
    state: SourceState
    record: PollRecord
    fenced: bool


async def poll(claim: Claim, parts: PollParts) -> Polled:
    """Poll one claimed source; entries, validators and due time are committed together.

    The claim was committed before this is called, so whatever happens in here, even the end of the
    process, the source is not asked again before its time; and the validators of an answer are never
    kept without the entries that came with it.
    """
    request = plan_request(claim.source, claim.state, user_agent=parts.user_agent)
    outcome = await parts.fetcher.fetch(request)
    known_document = await _known(claim, outcome, parts)
    reading = await _read(claim, outcome, known_document, parts)
    now = parts.clock.now()
    left = claim.state

    def decide(known: Known) -> ChangeSet:
        nonlocal left
        verdicts = _judge(claim, reading, known, known_document)
        conclusion = conclude(
            claim.source,
            known.state,
            outcome,
            now,
            reading=reading,
            new=sum(isinstance(verdict, New) for verdict in verdicts),
            revised=sum(isinstance(verdict, Revised) for verdict in verdicts),
        )
        left = conclusion.state
        return ChangeSet(
            state=conclusion.state,
            poll=conclusion.poll,
            verdicts=verdicts,
            items=_items(reading, verdicts),
            known_items=reading.known_items if isinstance(reading, Reading) else (),
            frame=reading.frame if isinstance(reading, Reading) else "",
            hold_pace_until=conclusion.hold_pace_until,
        )

    ask = Ask(source_id=claim.source.id, version=claim.state.version, digests=_digests(reading), state=claim.state)
    committed = await parts.store.transact(ask, decide)
    return Polled(source=claim.source, state=left, record=committed.poll, fenced=committed.fenced)


async def _read(claim: Claim, outcome: FetchOutcome, known: KnownDocument, parts: PollParts) -> ReadOutcome | None:
    """Read a body that came and differs from the last one; the same bytes are not parsed twice."""
    if not isinstance(outcome, Fetched):
        return None
    if claim.state.documents and outcome.digest == claim.state.body_digest:
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
        known_items=tuple((item.digest, _names(item)) for item in known.items),
    )
    if known.frame and (digests := recognise_items(document, known.frame)):
        state = claim.state
        return Reading(profile=state.profile, hints=state.hints, entries=(), known_items=digests, frame=known.frame)
    return await parts.reader.read(document)


async def _known(claim: Claim, outcome: FetchOutcome, parts: PollParts) -> KnownDocument:
    """Ask for the items of the last document, where there is another one to be read now."""
    if not isinstance(outcome, Fetched) or not claim.state.documents or outcome.digest == claim.state.body_digest:
        return KnownDocument()
    known = await parts.store.known_document(claim.source.id)
    return known if is_current(known.frame) else KnownDocument()


def _digests(reading: ReadOutcome | None) -> tuple[int, ...]:
    if not isinstance(reading, Reading):
        return ()
    return tuple(key.digest for entry in reading.entries for key in entry.keys)


def _names(item: ReadItem) -> frozenset[str]:
    return frozenset((item.guid, item.key.guid)) if item.guid is not None and item.key else frozenset()


def _items(reading: ReadOutcome | None, verdicts: tuple[Verdict, ...]) -> tuple[ReadItem, ...]:
    """Say for each item that was read which stored entry it is."""
    if not isinstance(reading, Reading):
        return ()
    stored = {
        entry.key: verdict.key if isinstance(verdict, Unchanged) else verdict.entry.key
        for entry, verdict in zip(reading.entries, verdicts, strict=True)
    }
    return tuple(
        ReadItem(digest, key.guid if key else None, stored[key] if key else None) for digest, key in reading.items
    )


def _judge(
    claim: Claim, reading: ReadOutcome | None, known: Known, known_document: KnownDocument
) -> tuple[Verdict, ...]:
    if not isinstance(reading, Reading):
        return ()
    there = frozenset(reading.known_items)
    return judge(
        reading.entries,
        known.entries,
        held=frozenset(item.key for item in known_document.items if item.key and item.digest in there),
        first_document=known.state.documents == 0,
        backfill=claim.source.backfill,
    )
