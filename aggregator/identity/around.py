"""What judging a document may know, and what it decides."""

from __future__ import annotations

from collections.abc import Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from aggregator.identity.flood import Times
from aggregator.identity.trust import Trust
from aggregator.model.entry import EntryKey
from aggregator.model.habits import IDENTITY, NO_HABITS, Habits, IdentityPolicy, QuirkKind, Updates
from aggregator.model.overrides import Identity
from aggregator.model.reason import Reason
from aggregator.model.verdict import KnownEntry, Verdict, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What judging a document may know beside its entries.

    Attributes:
        first: Whether the source was never read before.
        backfill: Of a first document, so many of the newest entries are news; the rest is kept as history.
        held: Stored entries that other items of the document are, known ones that were not read again.
        whole: What the document lacks has left it.
        last: When the source last answered well.
        habits: What was learned of the source.
        shown: What the document as a whole shows of its way of naming: kind, what it is about, evidence.
        vanished: Entries of the last document that this one has no key of; None as long as nobody asked.
        kept: The newest of all that is kept of the source; None as long as nobody asked.
        affixes: What the document puts before or behind headlines.
    """

    now: datetime
    first: bool = False
    backfill: int = 0
    held: AbstractSet[EntryKey] = frozenset()
    whole: bool = True
    last: datetime | None = None
    identity: Identity = Identity.AUTO
    updates: Updates = Updates.SILENT
    policy: IdentityPolicy = IDENTITY
    habits: Habits = NO_HABITS
    shown: tuple[tuple[QuirkKind, str, str], ...] = ()
    vanished: Sequence[KnownEntry] | None = None
    kept: Sequence[KnownEntry] | None = None
    affixes: tuple[str, ...] = ()

    @property
    def trust(self) -> Trust:
        """Say which keys count."""
        return Trust(self.policy, self.habits, self.identity, self.affixes)

    @property
    def times(self) -> Times:
        """Give the moments by which news is told."""
        return Times(self.now, self.last, self.habits.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The decision about a document.

    Attributes:
        verdicts: One for each entry, in the order of the document.
        retracted: Why what is held of the source is history; None as long as it may be news.
        habits: As they are now; None when nothing was learned.
        wants: What has to be known first; then there are no verdicts.
    """

    verdicts: tuple[Verdict, ...] = ()
    retracted: Reason | None = None
    habits: Habits | None = None
    wants: Wanted = Wanted.NOTHING
