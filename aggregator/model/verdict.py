"""What a poll does to the entries of one source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.entry import CandidateKey, Entry, EntryKey
from aggregator.model.habits import NO_HABITS, Habits
from aggregator.model.pace import Pace, Sighting
from aggregator.model.reason import Reason
from aggregator.model.source import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is left of the headline and the text of an entry that was pruned: digests, made by ``text.traces``.

    Attributes:
        words: Of the headline.
        numbers: Of the numbers of the headline; 0 when there are none.
        text: Of the whole text; 0 when there is none.
        runs: Of a few runs of words of the text, ascending.
    """

    words: frozenset[int] = frozenset()
    numbers: int = 0
    text: int = 0
    runs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """As much of a stored entry as judging needs.

    Attributes:
        fingerprint: Empty for one that was pruned: its keys are known, its texts are not.
        trace: Of one that was pruned, when it was pruned by a version that leaves one.
        present: The last document of the source held it.
        held: It waits, and nobody has seen it yet.
    """

    key: EntryKey
    keys: tuple[CandidateKey, ...]
    fingerprint: str
    revision: int
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    present: bool = True
    held: bool = False
    trace: Trace | None = None

    @property
    def is_bare(self) -> bool:
        """Say whether nothing but keys is known of it."""
        return not self.title and self.trace is None


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """Never seen in this source.

    Attributes:
        backfilled: Kept as history, and not announced on its own.
        held_until: It waits so long before anybody sees it; it came in a flood, and may not be new at all.
    """

    entry: Entry
    reason: Reason
    backfilled: bool = False
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """Known, and the publisher changed it; ``entry.key`` is the key it is stored under.

    Attributes:
        bumped: Readers are to see that it changed.
    """

    entry: Entry
    revision: int
    reason: Reason
    bumped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Known, and as it was, or to be left as it was.

    Attributes:
        learned: Keys under which it came now, and was not known before.
        fingerprint: Of an edit that is passed over, so that it is passed over once; empty otherwise.
        reason: How it was recognised, when by something new.
    """

    key: EntryKey
    learned: tuple[CandidateKey, ...] = ()
    fingerprint: str = ""
    reason: Reason | None = None


class Wanted(StrEnum):
    """What deciding needs to know beside what was asked for."""

    NOTHING = "nothing"
    VANISHED = "vanished"
    ALL = "all"


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
        habits: What was learned of the source's way of naming.
        vanished: Entries of the last document that this one has no key of; None unless they were wanted.
        kept: The newest of all entries of the source; None unless they were wanted.
    """

    state: SourceState
    entries: tuple[KnownEntry, ...] = ()
    pace: Pace | None = None
    sightings: tuple[Sighting, ...] = ()
    habits: Habits = NO_HABITS
    vanished: tuple[KnownEntry, ...] | None = None
    kept: tuple[KnownEntry, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class PollRecord:
    """One poll, as the ring of the last polls keeps it. Has no slots, for quick copies (``model.changing``).

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
        retracted: Why what is held of this source will never be announced; None as long as it may be.
        habits: What is known of the source's way of naming from now on; None leaves it as it is.
        wants: More has to be known first: nothing is written, the store looks it up and asks again.
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
    retracted: Reason | None = None
    habits: Habits | None = None
    wants: Wanted = Wanted.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the store made of a change set; ``fenced`` when it was dropped because the source had moved on.

    Attributes:
        released: Entries of any source whose wait was over.
    """

    source_id: str
    poll: PollRecord
    fenced: bool = False
    released: int = 0
