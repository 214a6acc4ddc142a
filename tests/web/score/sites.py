"""The sites of the score: feeds that change at their own pace and behave as servers do, well and badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from tests.web.score.record import NONE, Rhythm

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SCORE_START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday; the score starts then where nothing else is said."""
_ITEMS = 10
_PERIODS = tuple(timedelta(minutes=minutes) for minutes in (20, 60, 190, 420, 1440, 5760, 500_000))
_A_DAY = timedelta(days=1)

When = Callable[[datetime, "Site"], bool]


@dataclass(frozen=True, slots=True)
class Trouble:
    """When a site answers otherwise than with its feed, and how.

    Attributes:
        status: 0 cuts the document off in the middle.
        retry: In which form ``Retry-After`` is sent: seconds, one of the three dates, or what it says verbatim.
        to: Where a redirect leads: ``moved`` is the feed at another path, ``away`` on another host, ``page`` no feed.
    """

    status: int
    when: When
    retry: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a site serves its feed.

    Attributes:
        validators: both, etag, weak, date, none; churn: a new tag each time; stuck: never another tag.
        expires: From the time of the answer.
        wait: Real seconds that an answer takes.
    """

    validators: str = "both"
    headers: tuple[tuple[str, str], ...] = ()
    expires: timedelta | None = None
    rhythm: Rhythm = NONE
    trouble: Trouble | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        name: Of its behaviour, and its number.
        period: It has something new every so often.
        address: On loopback; some sites share one.
        start: Of the score: some behave otherwise after some days.
    """

    number: int
    name: str
    behaviour: Behaviour
    period: timedelta
    address: str
    start: datetime = SCORE_START

    def revision(self, now: datetime) -> int:
        """Count the entries that it has ever had."""
        phase = self.period * (self.number * 0.6180339887 % 1)
        return _ITEMS + int((now - EPOCH + phase) / self.period)

    def changed_at(self, revision: int) -> datetime:
        """Say when an entry appeared, to the second."""
        phase = self.period * (self.number * 0.6180339887 % 1)
        return (EPOCH - phase + self.period * (revision - _ITEMS)).replace(microsecond=0)

    def document(self, revision: int) -> bytes:
        """Write the feed as it is with so many entries."""
        return _document(self, revision)


@lru_cache(maxsize=4096)
def _document(site: Site, revision: int) -> bytes:
    items = "".join(
        f"<item><title>{site.name}: note {number}</title><link>http://{site.name}.example/{number}</link>"
        f'<guid isPermaLink="false">{site.name}-{number}</guid>'
        f"<pubDate>{format_datetime(site.changed_at(number), usegmt=True)}</pubDate></item>\n"
        for number in range(revision, revision - _ITEMS, -1)
    )
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>{site.name}</title>'
        f"<link>http://{site.name}.example/</link><description>For readers.</description>{_wishes(site)}\n"
        f"{items}</channel></rss>\n"
    ).encode()


def _wishes(site: Site) -> str:
    rhythm = site.behaviour.rhythm
    said = f"<ttl>{rhythm.ttl // timedelta(minutes=1)}</ttl>" if rhythm.ttl else ""
    if rhythm.skip_hours:
        said += f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in sorted(rhythm.skip_hours))}</skipHours>"
    if rhythm.skip_days:
        said += f"<skipDays>{''.join(f'<day>{day}</day>' for day in sorted(rhythm.skip_days))}</skipDays>"
    return said


# When a site is in trouble


def always(_now: datetime, _site: Site) -> bool:
    """From the first day to the last."""
    return True


def daily(start: int, hours: int) -> When:
    """For some hours of each day, at another time for each site."""

    def when(now: datetime, site: Site) -> bool:
        return (now.hour - start - 5 * site.number) % 24 < hours

    return when


def after(days: float) -> When:
    """So many days after the start of the score."""

    def when(now: datetime, site: Site) -> bool:
        return now - site.start >= timedelta(days=days)

    return when


def between(start: float, end: float) -> When:
    """For some days."""

    def when(now: datetime, site: Site) -> bool:
        return after(start)(now, site) and not after(end)(now, site)

    return when


def at_times(now: datetime, site: Site) -> bool:
    """Now and then, for a quarter of an hour at a time."""
    return (int((now - EPOCH) / timedelta(minutes=15)) * 7919 + site.number) % 11 < 3


def _cached(value: str, *more: tuple[str, str]) -> Behaviour:
    return Behaviour(headers=(("Cache-Control", value), *more))


def _troubled(status: int, when: When, *, retry: str = "", to: str = "") -> Behaviour:
    return Behaviour(trouble=Trouble(status, when, retry, to))


_NIGHT = frozenset(range(7))
_WEEKEND = frozenset({"Saturday", "Sunday"})

BEHAVIOURS: dict[str, Behaviour] = {
    "plain": Behaviour(),
    "etag": Behaviour("etag"),
    "weak": Behaviour("weak"),
    "date": Behaviour("date"),
    "bare": Behaviour("none"),
    "churn": Behaviour("churn"),
    "stuck": Behaviour("stuck"),
    "slow": Behaviour(wait=0.02),
    "max-age-15-min": _cached("public, max-age=900"),
    "max-age-30-min": _cached("max-age=1800"),
    "max-age-5-min": _cached("max-age=300, must-revalidate"),
    "max-age-3-h": _cached("max-age=10800"),
    "max-age-2-d-aged": _cached("max-age=172800", ("Age", "7200")),
    "max-age-junk": _cached("max-age=always"),
    "no-store": _cached("no-cache, no-store, must-revalidate"),
    "expires-4-h": Behaviour(expires=timedelta(hours=4)),
    "expired": Behaviour(headers=(("Expires", "0"), ("Pragma", "no-cache"))),
    "ttl-20": Behaviour(rhythm=Rhythm(ttl=timedelta(minutes=20))),
    "ttl-360": Behaviour(rhythm=Rhythm(ttl=timedelta(hours=6))),
    "skip-hours": Behaviour(rhythm=Rhythm(skip_hours=_NIGHT)),
    "skip-days": Behaviour(rhythm=Rhythm(skip_days=_WEEKEND)),
    "cookies": Behaviour(headers=(("Set-Cookie", "visitor=42; Path=/; Max-Age=31536000"), ("Vary", "Cookie"))),
    "429-seconds": _troubled(429, daily(12, 4), retry="seconds"),
    "429-date": _troubled(429, daily(12, 4), retry="imf"),
    "429-rfc850": _troubled(429, daily(12, 4), retry="rfc850"),
    "429-asctime": _troubled(429, daily(12, 4), retry="asctime"),
    "429-silent": _troubled(429, daily(12, 4)),
    "429-junk": _troubled(429, daily(12, 4), retry="-5"),
    "503-seconds": _troubled(503, daily(15, 5), retry="seconds"),
    "503-silent": _troubled(503, daily(15, 5)),
    "moved": _troubled(301, after(2), to="moved"),
    "moved-308": _troubled(308, always, to="moved"),
    "moved-away": _troubled(301, always, to="away"),
    "found": _troubled(302, always, to="moved"),
    "see-other": _troubled(303, daily(12, 8), to="moved"),
    "temporary": _troubled(307, always, to="away"),
    "portal": _troubled(301, daily(0, 3), to="page"),
    "gone": _troubled(410, after(3)),
    "missing": _troubled(404, always),
    "missing-by-day": _troubled(404, daily(12, 9)),
    "missing-for-days": _troubled(404, between(4, 8)),
    "forbidden": _troubled(403, daily(12, 6)),
    "failing": _troubled(500, at_times),
    "cut": _troubled(0, at_times),
}


def sites(count: int, *, shared_hosts: int = 5, on_each: int = 8, start: datetime = SCORE_START) -> tuple[Site, ...]:
    """Lay out the sites: every behaviour in turn, changing at all paces, some of them on hosts that they share."""
    names = tuple(BEHAVIOURS)
    together = min(shared_hosts * on_each, count // 5)
    laid_out = []
    for number in range(count):
        name = names[number % len(names)]
        # The last of them share hosts, so that every behaviour is also met alone.
        place = number - (count - together)
        address = f"127.200.0.{1 + place // on_each}" if place >= 0 else f"127.201.{number // 250}.{1 + number % 250}"
        period = _PERIODS[number % len(_PERIODS)]
        laid_out.append(Site(number, f"{name}-{number}", BEHAVIOURS[name], period, address, start))
    return tuple(laid_out)
