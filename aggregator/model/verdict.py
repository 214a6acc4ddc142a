"""What a poll does to the entries of one source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.entry import CandidateKey, Entry, EntryKey
from aggregator.model.pace import Pace, Sighting
from aggregator.model.reason import Reason
from aggregator.model.source import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """As much of a stored entry as judging needs."""

    key: EntryKey
    keys: tuple[CandidateKey, ...]
    fingerprint: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """Never seen in this source."""

    entry: Entry
    reason: Reason
    backfilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """Known, and the publisher changed it; ``entry.key`` is the key it is stored under."""

    entry: Entry
    revision: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Known, and as it was."""

    key: EntryKey


Verdict = New | Revised | Unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a poll's transaction has to look up before deciding.

    Attributes:
        version: Of the state that the poll started from; when the store has moved on, the result is dropped. None
            for a push, which comes uninvited: nothing drops it, and it drops no poll that is under way.
        digests: Digests of all candidate keys of the document.
        sightings_since: How far back the polls of the neighbours are wanted, after a failure; None: not at all.
        state: That the poll started from, where the caller has it: as long as the version holds, it is the stored one.
    """

    source_id: str
    version: int | None
    digests: tuple[int, ...] = ()
    sightings_since: datetime | None = None
    state: SourceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The answer to an ``Ask``.

    Attributes:
        pace: Of the key that the source is asked under; None while there is nothing to know.
        sightings: Polls under the same registrable domain or host group, newest first, as far back as was asked.
    """

    state: SourceState
    entries: tuple[KnownEntry, ...] = ()
    pace: Pace | None = None
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One poll, as the ring of the last polls keeps it.

    Attributes:
        outcome: As ``outcome`` in the JSON of ``status``: new, revised, unchanged, not_modified, or a ``Failure``.
        duplicates: How many of the new entries repeat what another source brought; known once they are curated.
        sent: The conditional headers that were sent, without secrets.
        came: What of the answer matters for the next poll: status, redirects, validators, freshness, without secrets.
        via: ``poll`` for what was asked for, ``push`` for what a hub brought.
    """

    at: datetime
    outcome: str
    status: int | None = None
    new: int = 0
    revised: int = 0
    duplicates: int = 0
    bytes: int = 0
    took: timedelta = timedelta()
    detail: str = ""
    sent: str = ""
    next_poll_at: datetime | None = None
    next_poll_why: str = ""
    came: str = ""
    via: str = "poll"


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item of a document: the digest of its bytes, the guid that it names, and the key that it is stored under.

    The last two are None for an item that says nothing.
    """

    digest: str
    guid: str | None
    key: EntryKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """What is remembered of the last document of a source.

    Attributes:
        items: As the poll that read it told them; empty when the document was not read item by item.
        frame: Digest of what surrounds them.
    """

    items: tuple[ReadItem, ...] = ()
    frame: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """All that one poll writes, in one transaction: entries, validators, state and due time together.

    Attributes:
        state: The new state; its version is set by the store.
        verdicts: One for each entry that was read; unchanged ones only mark that they are still there.
        items: As in ``Reading``, with the guid that the item names and the key that its entry is stored under.
        known_items: As in ``Reading``: their entries are still there.
        frame: As in ``Reading``.
        pace: What is known of a pace key from now on; None leaves it as it is.
        partial: The document holds no more than what is new: what it lacks has not vanished.
        pace_key: The source has moved under this one; None leaves it where it is.
    """

    state: SourceState
    poll: PollRecord
    verdicts: tuple[Verdict, ...] = ()
    pace: Pace | None = None
    items: tuple[ReadItem, ...] = ()
    known_items: tuple[str, ...] = ()
    frame: str = ""
    partial: bool = False
    pace_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the store made of a change set; ``fenced`` when it was dropped because the source had moved on."""

    source_id: str
    poll: PollRecord
    fenced: bool = False
