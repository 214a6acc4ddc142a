"""What a reader could know of a resource, and of its host, when it asked: walked along with the record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.web.score.record import PERMANENT, Exchange, Resource, Rhythm

LONGEST = timedelta(days=7)
"""More than a week nobody is expected to stay away, whatever a header says."""
_FOLLOWED_WITHIN = timedelta(minutes=10)
"""Longer than any following takes, on any clock, and shorter than any reader waits between two polls."""
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d+)", re.IGNORECASE)


class Trail:
    """What is known of one resource.

    Attributes:
        etag: That came with the last document; None when it came without.
        etags: All that ever came.
        lifetime: That the last answer stated; None when it stated none.
        offers: Whether its own last document came with validators; where it redirects, others offer them.
        failures: In a row.
        moves: Permanent redirects in a row.
        quiet: Answers 304 in a row; the first document or change starts anew at ``changed_at``.
        direct: Whether it was first asked by itself, and not because a redirect led there.
        adoptable: Whether the last redirect that led here was permanent all the way.
    """

    def __init__(self, *, direct: bool) -> None:
        self.direct = direct
        self.adoptable = False
        self.previous: Exchange | None = None
        self.etag: str | None = None
        self.etags: set[str] = set()
        self.date: str | None = None
        self.dates: set[str] = set()
        self.lifetime: timedelta | None = None
        self.answered_at: datetime | None = None
        self.rhythm = Rhythm()
        self.offers = False
        self.failures = 0
        self.gone_at: datetime | None = None
        self.moves = 0
        self.moved_since: datetime | None = None
        self.is_followed = True
        self.quiet = 0
        self.changed_at: datetime | None = None
        self.is_feed = False

    def learn(self, seen: Exchange) -> None:
        """Take in the answer to a poll of this resource, which may have come from where it redirects to."""
        if seen.has_document:
            self._document(seen)
        elif seen.status >= 400:
            self.failures += 1
            self.gone_at = seen.at if seen.status == 410 else None

    def _document(self, seen: Exchange) -> None:
        self.failures, self.gone_at = 0, None
        self.answered_at, self.lifetime = seen.at, stated_lifetime(seen.given, seen.at)
        etag, date = seen.given.get("etag"), seen.given.get("last-modified")
        self.is_feed = True
        if seen.status == 200:
            self.etag, self.date, self.rhythm = etag, date, seen.rhythm
            self.quiet, self.changed_at = 0, seen.at
        else:
            self.etag, self.date = etag or self.etag, date or self.date
            self.quiet += 1
        self.etags |= {etag} - {None}  # type: ignore[arg-type]
        self.dates |= {date} - {None}  # type: ignore[arg-type]

    def ask(self, seen: Exchange) -> None:
        """Take in that it was asked, and whether it redirected."""
        self.previous = seen
        self.is_followed = seen.leads_to is None
        if seen.leads_to is not None:
            self.offers = False
        elif seen.status == 200 and seen.has_document:
            self.offers = bool(seen.given.keys() & {"etag", "last-modified"})
        if seen.status in PERMANENT:
            self.moves += 1
            self.moved_since = self.moved_since or seen.at
        else:
            self.moves, self.moved_since = 0, None


class HostTrail:
    """What is known of one host."""

    def __init__(self) -> None:
        self.previous: Exchange | None = None
        self.ended = 0.0
        self.ended_at: datetime | None = None
        self.hold_until: datetime | None = None

    def note(self, seen: Exchange) -> None:
        """Take in one exchange."""
        self.previous = seen
        self.ended = max(self.ended, seen.ended)
        self.ended_at = max(self.ended_at or seen.ended_at, seen.ended_at)
        if seen.status in (429, 503) and (until := retry_at(seen)) is not None:
            self.hold_until = max(self.hold_until or until, until)


@dataclass(frozen=True, slots=True)
class Case:
    """A request with what its reader could know.

    Attributes:
        trail: Of the resource asked.
        known: Of the resource whose poll this is: where the redirects began, or ``trail`` itself.
        follows: The redirect that led here; None for a request of its own.
        grace: Within which being early is forgiven.
    """

    exchange: Exchange
    trail: Trail
    known: Trail
    host: HostTrail
    follows: Exchange | None
    grace: timedelta


class Walk:
    """Goes through a reader's requests in their order."""

    def __init__(self, grace: timedelta) -> None:
        self._grace = grace
        self._trails: dict[Resource, Trail] = {}
        self._hosts: defaultdict[str, HostTrail] = defaultdict(HostTrail)
        self._leading: dict[Resource, list[tuple[Exchange, Trail, bool]]] = {}

    def meet(self, asked: Exchange) -> Case:
        """Say what was known when this was asked."""
        follows, known, permanent = self._redirect_to(asked)
        trail = self._trails.setdefault(asked.resource, Trail(direct=follows is None))
        if follows is not None:
            trail.adoptable = permanent
        return Case(asked, trail, known or trail, self._hosts[asked.host], follows, self._grace)

    def note(self, case: Case) -> None:
        """Let it be known for the requests after it."""
        seen = case.exchange
        case.trail.ask(seen)
        self._hosts[seen.host].note(seen)
        case.trail.learn(seen)
        if case.known is not case.trail:
            case.known.learn(seen)
        target = seen.leads_to
        if target is not None:
            permanent = seen.status in PERMANENT and (case.follows is None or case.trail.adoptable)
            self._leading.setdefault(target, []).append((seen, case.known, permanent))

    def _redirect_to(self, asked: Exchange) -> tuple[Exchange | None, Trail | None, bool]:
        for waiting in self._leading.get(asked.resource, []):
            redirect, origin, permanent = waiting
            if redirect.ended <= asked.began and asked.at - redirect.ended_at <= _FOLLOWED_WITHIN:
                self._leading[asked.resource].remove(waiting)
                self._trails[redirect.resource].is_followed = True
                return redirect, origin, permanent
        return None, None, False


def stated_lifetime(given: Mapping[str, str], at: datetime) -> timedelta | None:
    """Read for how long an answer stays fresh; junk is none.

    Follows: RFC 9111, 4.2.1.
    """
    found = _MAX_AGE.search(given.get("cache-control", ""))
    if found:
        age = given.get("age", "")
        seconds = min(int(found[1]), 10**9) - (int(age) if age.isdigit() else 0)
        return min(max(timedelta(seconds=seconds), timedelta()), LONGEST)
    expires = read_date(given.get("expires", ""))
    if expires is None:
        return None
    return min(max(expires - (read_date(given.get("date", "")) or at), timedelta()), LONGEST)


def retry_at(seen: Exchange) -> datetime | None:
    """Read until when a server wants to be left alone; junk and the past are None."""
    text = seen.given.get("retry-after", "").strip()
    until = seen.ended_at + timedelta(seconds=min(int(text), 10**9)) if text.isdigit() else read_date(text)
    if until is None or until <= seen.ended_at:
        return None
    return min(until, seen.ended_at + LONGEST)


def read_date(text: str) -> datetime | None:
    """Read a date of any of HTTP's three forms."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
