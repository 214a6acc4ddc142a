"""How a host is to be asked: what was seen of it, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Scope(StrEnum):
    """How far a refusal or an outage reaches."""

    ROUTE = "route"
    HOST = "host"
    DOMAIN = "domain"


class Service(StrEnum):
    """What a host did with a request, as far as its limits go."""

    SERVED = "served"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One earlier poll of a source, as evidence.

    Attributes:
        at: When the answer was complete.
        host: The pace key that the source would be asked under by itself.
        pace_key: The one in force.
        outcome: As in the ring of polls.
    """

    at: datetime
    source_id: str
    host: str
    pace_key: str
    outcome: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was learned of a host, and from what.

    Attributes:
        rule: Name of the rule that found it, stable: ``refused``, ``shared``, ``alone``, ``told``, ``relaxed``,
            ``lifted``, ``outage``, ``recovered``.
        evidence: What the rule saw and what follows, for people.
    """

    at: datetime
    source_id: str
    scope: Scope
    rule: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is known of the pace that a key bears; without anything learned only the key is set.

    Attributes:
        key: A host name, the name of a host group, or a registrable domain whose hosts share a limit.
        merged: It is a domain, and all hosts under it are asked as one.
        hold_until: Nothing under the key is asked before.
        next_at: The end of the pause after the last request; nothing is asked before.
        spacing: Learned: at least so much from the end of one request to the start of the next; None: as configured.
        told: The server states the limit in the headers of its answers; what it says last holds.
        sure: While a shorter spacing is on trial: the one that is known to be good.
        too_short: The longest spacing that was refused.
        served: Requests in a row that were served at this spacing.
        set_at: When the spacing was last changed.
        patience: So long a spacing has to stand before a shorter one is tried.
        refusals: In a row.
        refused_until: A single source was told to wait until then; while its neighbours were asked without trouble, so
            long a wait is not believed of all of them unheard.
        trouble: Everything under the key has failed, with this outcome the last time, since ``trouble_since``.
        findings: Newest first, the last few.
    """

    key: str
    merged: bool = False
    hold_until: datetime | None = None
    next_at: datetime | None = None
    spacing: timedelta | None = None
    told: bool = False
    sure: timedelta | None = None
    too_short: timedelta | None = None
    served: int = 0
    set_at: datetime | None = None
    patience: timedelta = timedelta(days=1)
    refusals: int = 0
    refused_until: datetime | None = None
    trouble: str = ""
    trouble_since: datetime | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def paced(self) -> bool:
        """Whether its sources are asked one at a time, at moments of the key's own."""
        return self.spacing is not None or bool(self.trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A request that is no poll: for a page, or in a search for feeds.

    Attributes:
        host: The pace key that it would be asked under by itself.
        family: The registrable domain, or the host group.
        at: Now; or, once it is over, when the answer was complete.
        sightings_since: How far back polls are evidence; None when none is needed.
    """

    host: str
    family: str
    at: datetime
    sightings_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """What is known of the host of an errand.

    Attributes:
        pace: Of the key in force.
        polls_wait: A source under the key is due, and was not claimed yet.
    """

    pace: Pace
    sightings: tuple[Sighting, ...] = ()
    polls_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How a claimed source is to be asked among its neighbours.

    Attributes:
        key: The pace key in force.
        spacing: From the end of this request to the start of the next one under the key.
        family: The registrable domain, or the host group.
        host: The pace key that it would be asked under by itself.
        ready_at: Not before.
        due_at: When it was due before it was claimed, with the reason: it is again, should it not be asked.
    """

    key: str
    spacing: timedelta
    family: str
    host: str
    ready_at: datetime | None = None
    due_at: datetime | None = None
    due_why: str = ""
