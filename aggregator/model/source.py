"""An upstream feed, as configured and as known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from aggregator.model.finding import Finding
from aggregator.model.habits import Updates
from aggregator.model.overrides import NO_OVERRIDES, Overrides
from aggregator.model.pace import Turn
from aggregator.model.parsed import ScheduleHints
from aggregator.model.websub import PushState

READING_VERSION: Final = 2
"""Raised with every change that makes other entries of the same bytes: then every document is fetched once more."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLAIM_RESERVE: Final = timedelta(minutes=10)
"""So much later than its floor a source is due again when its answer is lost: it had to wait for its turn."""
SHORTEST_FLOOR = timedelta(minutes=15)
"""Never more often than so, whatever a server allows; the settings may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """How often a source may be asked.

    Attributes:
        shortest: The floor: never asked again sooner.
        longest: The ceiling for a source in good health.
        adaptive: Whether the interval follows the source's own rhythm between the two.
        yields: Whether a server that allows more may lower the floor, to ``SHORTEST_FLOOR`` at least.
    """

    shortest: timedelta = HOUR
    longest: timedelta = DAY
    adaptive: bool = True
    yields: bool = False


AUTO = Every(yields=True)


class ContentPolicy(StrEnum):
    """How much of an entry's text is kept and shown."""

    FEED = "feed"
    FULL_TEXT = "full-text"
    SUMMARY = "summary"
    TITLE = "title"


def is_local(url: str) -> bool:
    """Say whether the address of a source is a file of this machine: no server, so nobody to be polite to."""
    return url.startswith("file:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One upstream feed to poll, with everything the settings say about it.

    Attributes:
        id: Configured, or a slug of the address; frozen in the store at first sight.
        id_given: Whether the user chose the id.
        url: ``http(s)://…``, or ``file://…`` for a local document (``path:`` in the settings).
        group: Name of the group it was listed in; empty when the sources are a plain list.
        weight: Above 0; the heavier source leads a story.
        owner: Sources of one owner count as one outlet; None means the source itself.
        backfill: At most so many entries of its first document are announced.
        timeout: Total deadline of a request, redirects and body included.
        max_bytes: Cap on the body as it comes over the wire; decoded it may be twice as long.
        authorization: Value of the ``Authorization`` header; a secret.
        headers: Further request headers; may hold secrets.
        proxy: Address of the http proxy of this source, a secret; empty for none, None for that of the whole network.
        private: Came with credentials and was not declared public: its entries reach no public topic.
        pace_key: The unit of politeness: a host name, or the name of a host group.
        spacing: From the end of one request to the start of the next under the same pace key.
        deltas: Whether it may be asked for no more than what is new (RFC 3229).
        drop: A query; entries that it holds for are left out.
        page: Whether ``url`` is a web page, on which the feed to poll is found.
        updates: What readers see of edits.
    """

    id: str
    url: str
    id_given: bool = False
    title: str | None = None
    group: str = ""
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    owner: str | None = None
    language: str | None = None
    every: Every = AUTO
    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 5_000_000
    keep: timedelta = timedelta(days=90)
    backfill: int = 5
    content: ContentPolicy = ContentPolicy.FEED
    authorization: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    private: bool = False
    pace_key: str = ""
    spacing: timedelta = timedelta(seconds=1)
    deltas: bool = True
    proxy: str | None = None
    overrides: Overrides = NO_OVERRIDES
    drop: str | None = None
    page: bool = False
    updates: Updates = Updates.SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to be asked with again, verbatim (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How much a source publishes, as a decayed count: ``entries`` in ``days``, old ones weighing ever less.

    The default is what is believed of a source that nothing is known of. ``at`` is when it was last brought up to
    date; None before the first document.
    """

    entries: float = 1.0
    days: float = 4.0
    at: datetime | None = None

    @property
    def per_day(self) -> float:
        """Entries a day."""
        return self.entries / self.days


class Kinship(StrEnum):
    """Whether the document behind a permanent redirect is the one we know."""

    UNKNOWN = ""
    SAME = "same"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Move:
    """One change of the address that is polled, made without the settings; ``why`` for people."""

    at: datetime
    from_url: str
    to_url: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProfile:
    """What a source's document last said of itself."""

    feed_id: str | None = None
    title: str | None = None
    site_url: str | None = None
    subtitle: str | None = None
    language: str | None = None
    icon_url: str | None = None
    rights: str | None = None
    hub_url: str | None = None
    self_url: str | None = None
    format: str = ""


class SourceCondition(StrEnum):
    """The state of a source, as ``status`` shows it."""

    OK = "ok"
    FAILING = "failing"
    DEAD = "dead"
    GONE = "gone"
    MOVED = "moved"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """What is remembered of a source between two polls; one row of the store.

    Has no slots: every poll makes copies of it, and they cost a tenth so (``model.changing``).

    Attributes:
        version: Raised by every commit of a poll and by every claim; a result from an older version is dropped.
        body_digest: blake2b of the last body that was read, hexadecimal; empty before the first.
        errors: Failed polls in a row.
        hold_until: The server asked to be left alone until then (Retry-After, 410); even ``poll --all`` obeys.
        next_poll_why: The reason for ``next_poll_at``, in a line.
        redirect_to: Target of a permanent redirect that was followed; ``redirect_count`` answers in a row came from
            there that may be those of our source, the first of them at ``redirect_since``.
        redirect_kin: Whether the documents that came from there share entries with those from before.
        moved_to: Address that is polled instead of the configured one, which has moved there for good.
        moves: How that came about, the oldest first.
        hints: What the last document that was read asked for; it holds until the next one is read.
        validators_url: Address that gave the validators; no other host is sent them.
        read_by: Version of the reading of the last document; validators of one that was read otherwise are not sent.
        max_age_s: Seconds of freshness that the server last stated by ``max-age``, less ``Age``.
        rate: How much it publishes.
        body_at: When a body last came; ``body_bytes`` is its length over the wire.
        not_modified: 304s in a row since then.
        full_fetch: The next request is to be unconditional.
        untrusted: An unconditional request brought what the 304s before had denied.
        partial_bodies: Deltas in a row since the last whole document.
        deltas_refused: The server answered a request for a delta with something that cannot be understood.
        gone_at: When it was first answered 410; None once a document came.
        push: What is remembered of its hub; None while no document named one.
        findings: What was wrong with the last document that was read whole; None before the first.
    """

    source_id: str
    version: int = 0
    validators: Validators = Validators()
    body_digest: str = ""
    interval: timedelta = HOUR
    next_poll_at: datetime | None = None
    next_poll_why: str = "never polled"
    hold_until: datetime | None = None
    errors: int = 0
    first_error_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_error: str | None = None
    condition: SourceCondition = SourceCondition.OK
    redirect_to: str | None = None
    redirect_count: int = 0
    documents: int = 0
    profile: FeedProfile = FeedProfile()
    hints: ScheduleHints = ScheduleHints()
    redirect_since: datetime | None = None
    redirect_kin: Kinship = Kinship.UNKNOWN
    moved_to: str | None = None
    moves: tuple[Move, ...] = ()
    validators_url: str | None = None
    read_by: int = READING_VERSION
    max_age_s: int | None = None
    rate: Rate = Rate()
    body_at: datetime | None = None
    body_bytes: int = 0
    not_modified: int = 0
    full_fetch: bool = False
    untrusted: bool = False
    partial_bodies: int = 0
    deltas_refused: bool = False
    gone_at: datetime | None = None
    push: PushState | None = None
    findings: tuple[Finding, ...] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a source is asked again, with the reason for it in a line; None is never, unless somebody says so."""

    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source that is to be asked at ``at``, and what spreading needs to know of it."""

    source_id: str
    pace_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that is to be asked now; its next due time is already committed.

    Attributes:
        turn: What the store knows of its place among its neighbours; without it the settings hold.
    """

    source: Source
    state: SourceState
    turn: Turn | None = None

    def is_stale(self, now: datetime) -> bool:
        """Say whether it has waited for its turn so long that it has to be renewed before the source is asked."""
        due_at = self.state.next_poll_at
        return due_at is not None and now + self.source.every.shortest + CLAIM_RESERVE / 2 > due_at

    @property
    def pace_key(self) -> str:
        """The unit of politeness that it is asked under."""
        return self.turn.key if self.turn else self.source.pace_key

    @property
    def family(self) -> str:
        """The registrable domain, or the pace key where there is no such thing."""
        return self.turn.family if self.turn else self.source.pace_key

    @property
    def host(self) -> str:
        """The pace key that it would be asked under by itself."""
        return self.turn.host if self.turn else self.source.pace_key

    @property
    def spacing(self) -> timedelta:
        """The pause after it."""
        return self.turn.spacing if self.turn else self.source.spacing
