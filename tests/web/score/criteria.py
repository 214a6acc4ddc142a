"""The criteria: each looks at one request and what its reader could know, and says what is wrong with it.

Follows: Rachel Kroll's feed reader score (validators, spacing, useless headers, reaction to 429), the reader
scores of OpenRSS (max-age, conditional requests, an agent that can be identified, missing feeds left alone), RFC
9110 (conditions, redirects, Retry-After), RFC 9111 (freshness), RSS 2.0 (ttl, skipHours, skipDays).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from tests.web.score.record import Exchange
from tests.web.score.trails import Case, Trail, read_date
from tests.web.score.verdicts import Fault, Kind

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEAST = timedelta(minutes=15)
GAP = timedelta(seconds=1)
REST_AFTER_GONE = timedelta(days=30)
REFETCH_AFTER, REFETCH_QUIET = timedelta(days=7), 100

_PRODUCT = re.compile(r"(?<![\w/])(?!Mozilla/)[A-Za-z][\w.+ -]*/v?\d[\w.]*")
_CONTACT = re.compile(r"https?://|mailto:|[\w.+-]+@[\w-]+\.\w+", re.IGNORECASE)


def unconditional(case: Case) -> Iterator[Fault]:
    """One request without conditions is everybody's right: the first.

    An address that redirects offered no validators itself; those of the document are for where it leads.
    """
    known = case.known
    offered = (known.etag or known.date) if case.follows is not None or case.trail.offers else None
    if offered and not case.exchange.is_conditional and not is_refetch(known, case.exchange):
        yield Fault(Kind.UNCONDITIONAL, case.exchange, f"the last document came with {offered}")


def is_refetch(known: Trail, asked: Exchange) -> bool:
    """Excuse one whole document where a server has said 304 for a week and a hundred times: it may be stuck."""
    since = known.changed_at
    return since is not None and known.quiet >= REFETCH_QUIET and asked.at - since >= REFETCH_AFTER


def validators(case: Case) -> Iterator[Fault]:
    """Validators are repeated to the byte, those of the last document, or not at all."""
    asked, known = case.exchange, case.known
    etag, date = asked.sent.get("if-none-match"), asked.sent.get("if-modified-since")
    if etag is not None and etag != known.etag:
        altered = _bare(etag) in {_bare(tag) for tag in known.etags}
        kind = Kind.ETAG_STALE if etag in known.etags else Kind.ETAG_ALTERED if altered else Kind.ETAG_INVENTED
        yield Fault(kind, asked, f"the last document came with {known.etag or 'no tag'}")
    if date is not None and date != known.date:
        altered = read_date(date) in {read_date(one) for one in known.dates}
        kind = Kind.DATE_STALE if date in known.dates else Kind.DATE_ALTERED if altered else Kind.DATE_INVENTED
        yield Fault(kind, asked, f"the last document came with {known.date or 'no date'}")


def timing(case: Case) -> Iterator[Fault]:
    """Find the gravest way in which a request comes too soon; where a redirect leads is no poll of its own."""
    if case.follows is None:
        found = (look(case) for look in (_gone, _held, _burst, _fresh, _ttl, _skipped, _hammered, _spaced))
        fault = next(filter(None, found), None)
        if fault is not None:
            yield fault


def _gone(case: Case) -> Fault | None:
    gone_at, asked = case.trail.gone_at, case.exchange
    if gone_at is None or asked.at >= gone_at + REST_AFTER_GONE - case.grace:
        return None
    return Fault(Kind.GONE, asked, f"410 at {gone_at:%Y-%m-%d %H:%M:%S}")


def _held(case: Case) -> Fault | None:
    until = case.host.hold_until
    if until is None or case.exchange.at >= until:
        return None
    return Fault(Kind.HOLD, case.exchange, f"{case.exchange.host} was to be left alone until {until:%m-%d %H:%M:%S}")


def _burst(case: Case) -> Fault | None:
    gap = _since_last(case)
    if gap is None or gap >= timedelta(minutes=1):
        return None
    return Fault(Kind.BURST, case.exchange, f"{gap.total_seconds():.0f} s after the last time")


def _fresh(case: Case) -> Fault | None:
    known = case.trail
    if known.answered_at is None or known.lifetime is None:
        return None
    return _too_soon(case, Kind.EARLY, known.answered_at + known.lifetime - case.exchange.at, known.lifetime)


def _ttl(case: Case) -> Fault | None:
    known = case.trail
    if known.answered_at is None or known.rhythm.ttl is None:
        return None
    return _too_soon(case, Kind.TTL, known.answered_at + known.rhythm.ttl - case.exchange.at, known.rhythm.ttl)


def _too_soon(case: Case, kind: Kind, left: timedelta, of: timedelta) -> Fault | None:
    if left <= case.grace:
        return None
    return Fault(kind, case.exchange, f"{left.total_seconds():.0f} s of {of.total_seconds():.0f} s were left")


def _skipped(case: Case) -> Fault | None:
    rhythm, at = case.trail.rhythm, case.exchange.at
    if at.hour in rhythm.skip_hours or f"{at:%A}" in rhythm.skip_days:
        return Fault(Kind.SKIPPED, case.exchange, f"{at:%A}, hour {at.hour} GMT")
    return None


def _hammered(case: Case) -> Fault | None:
    gap, failures = _since_last(case), case.trail.failures
    if gap is None or failures < 4 or gap >= 2 * HOUR - case.grace:
        return None
    return Fault(Kind.HAMMER, case.exchange, f"{gap.total_seconds():.0f} s after the last of {failures} errors")


def _spaced(case: Case) -> Fault | None:
    gap, least = _since_last(case), _least(case)
    if gap is None or gap >= least - case.grace:
        return None
    wanted = f"{least.total_seconds():.0f} s are the least"
    return Fault(Kind.SPACING, case.exchange, f"{gap.total_seconds():.0f} s after the last time; {wanted}")


def _least(case: Case) -> timedelta:
    """Say how far apart requests have to be: an hour, or what the server's own statement allows, or a day."""
    known = case.trail
    if any(unconditional(case)):
        return DAY
    stated = [one for one in (known.lifetime, known.rhythm.ttl) if one]
    return min(HOUR, max(LEAST, *stated)) if stated else HOUR


def _since_last(case: Case) -> timedelta | None:
    previous = case.trail.previous
    return None if previous is None else case.exchange.at - previous.at


def host(case: Case) -> Iterator[Fault]:
    """A host gets one request at a time, and a pause; a redirect on the same host may be followed at once."""
    asked, known = case.exchange, case.host
    if known.previous is None or known.ended_at is None:
        return
    if asked.began < known.ended:
        yield Fault(Kind.PARALLEL, asked, f"{known.previous.path} was not answered yet")
    elif asked.at - known.ended_at < GAP and known.previous is not case.follows:
        gap = (asked.at - known.ended_at).total_seconds()
        yield Fault(Kind.GAP, asked, f"{gap:.3f} s after the answer to {known.previous.path}")


def redirects(case: Case) -> Iterator[Fault]:
    """Redirects are followed; permanent ones are kept in the end, temporary ones never."""
    asked, trail = case.exchange, case.trail
    if case.follows is not None:
        return
    if not trail.is_followed and trail.previous is not None:
        status, target = trail.previous.status, trail.previous.given.get("location")
        yield Fault(Kind.REDIRECT_IGNORED, trail.previous, f"{status} led to {target}")
    if not trail.direct and not (trail.adoptable and trail.is_feed):
        yield Fault(Kind.REDIRECT_ADOPTED, asked, "nothing permanent had led here" if trail.is_feed else "no feed")
    if trail.moves > 10 and trail.moved_since is not None and asked.at - trail.moved_since > timedelta(days=7):
        yield Fault(Kind.MOVE_IGNORED, asked, f"{trail.moves} permanent redirects since {trail.moved_since:%m-%d}")


def headers(case: Case) -> Iterator[Fault]:
    """Nothing is sent that the server has no use for."""
    asked = case.exchange
    if "cookie" in asked.sent:
        yield Fault(Kind.COOKIE, asked, asked.sent["cookie"])
    if "referer" in asked.sent:
        yield Fault(Kind.REFERRER, asked, asked.sent["referer"])
    if asked.query:
        yield Fault(Kind.QUERY, asked, asked.query)


def agent(case: Case) -> Iterator[Fault]:
    """Whoever asks can be named and reached."""
    sent = case.exchange.sent
    said = sent.get("user-agent", "")
    missing = [] if _PRODUCT.search(said) else ["name and version"]
    if not _CONTACT.search(f"{said} {sent.get('from', '')}"):
        missing.append("contact")
    if missing:
        yield Fault(Kind.AGENT, case.exchange, f"{said or 'nothing'!r} lacks {' and '.join(missing)}")


def _bare(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip")


CRITERIA: tuple[Callable[[Case], Iterator[Fault]], ...] = (
    unconditional,
    validators,
    timing,
    host,
    redirects,
    headers,
    agent,
)
