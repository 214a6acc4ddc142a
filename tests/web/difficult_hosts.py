"""The hosts that are hard to poll, as scripts; and days spent with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aggregator.model.source import Every as HowOften
from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.web.gates import Away, BadRoute, Banning, Every, Gate, Telling
from tests.web.newsrooms import GatedWeb, newsrooms
from tests.web.turned_days import Days, Span, TurnedDays, oracle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WARM = 1.0
"""Days that are not scored: what was published before the first poll is nobody's delay."""

_QUARTERLY = HowOften(shortest=15 * MINUTE, adaptive=False)
_HOURLY = HowOften(shortest=HOUR, adaptive=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difficult:
    """A host, or several, that is hard to poll.

    Attributes:
        hosts: One name for each of its feeds.
        gates: Made anew for every run.
        every: How often its feeds may be asked at most.
        away: When it is away each day.
        bad: Path of the route that never works.
    """

    hosts: tuple[str, ...]
    gates: Callable[[], tuple[Gate, ...]]
    every: HowOften = _QUARTERLY
    away: Away | None = None
    bad: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What days with difficult hosts came to.

    Attributes:
        unwell: Sources that ought to work and are not ok at the end.
        refused: Requests that the limit turned away.
    """

    days: Days
    mean: timedelta
    told: timedelta
    per_day: float
    bans: int
    refused: int
    unwell: int

    @property
    def ratio(self) -> float:
        return self.mean / self.told

    def line(self) -> str:
        return (
            f"mean delay {self.mean / MINUTE:.1f} min, oracle {self.told / MINUTE:.1f} min, ratio {self.ratio:.3f}; "
            f"{self.per_day:.0f} requests a day, {self.refused} refused, {self.bans} bans, {self.unwell} sources not ok"
        )


_ONE = ("one.example",)
_MANY = tuple(f"h{number}.many.example" for number in range(40))

HOSTS: dict[str, Difficult] = {
    "one a minute for an address, 60 feeds": Difficult(hosts=_ONE * 60, gates=lambda: (Banning(Every(MINUTE), 10),)),
    "one a minute for an address, 60 feeds, without Retry-After": Difficult(
        hosts=_ONE * 60, gates=lambda: (Banning(Every(MINUTE, retry_after=False), 10),)
    ),
    "one a minute over 40 sub-domains": Difficult(hosts=_MANY, gates=lambda: (Banning(Every(MINUTE), 10),)),
    "one a minute over 40 sub-domains, without Retry-After": Difficult(
        hosts=_MANY, gates=lambda: (Banning(Every(MINUTE, retry_after=False), 10),)
    ),
    "one in five minutes, 30 feeds, without Retry-After": Difficult(
        hosts=_ONE * 30, gates=lambda: (Banning(Every(5 * MINUTE, retry_after=False), 10),)
    ),
    "one a minute, 30 feeds that choose their own rhythm": Difficult(
        hosts=_ONE * 30, gates=lambda: (Banning(Every(MINUTE), 10),), every=HowOften(shortest=15 * MINUTE)
    ),
    "one route of 20 answers 429 with a day's Retry-After": Difficult(
        hosts=_ONE * 20,
        gates=lambda: (BadRoute("/7.xml", 429, ("Retry-After", "86400")),),
        every=_HOURLY,
        bad="/7.xml",
    ),
    "one route of 20 answers 429": Difficult(
        hosts=_ONE * 20, gates=lambda: (BadRoute("/7.xml", 429),), every=_HOURLY, bad="/7.xml"
    ),
    "one route of 20 answers 404": Difficult(
        hosts=_ONE * 20, gates=lambda: (BadRoute("/7.xml", 404),), every=_HOURLY, bad="/7.xml"
    ),
    "404 for seven hours each day, 20 feeds": Difficult(
        hosts=_ONE * 20, gates=lambda: (Away(2, 9),), every=_HOURLY, away=Away(2, 9)
    ),
    "404 for seven hours each day, feeds alone on their hosts": Difficult(
        hosts=tuple(f"host{number}.example" for number in range(20)),
        gates=lambda: (Away(2, 9),),
        every=_HOURLY,
        away=Away(2, 9),
    ),
    "a quota of 60 an hour that is told": Difficult(hosts=_ONE * 60, gates=lambda: (Telling(60, HOUR),)),
}


async def spend(difficult: Difficult, folder: Path, *, days: float, seed: int = 3) -> Spent:
    """Poll a difficult host for so many days."""
    gates = difficult.gates()
    rooms = newsrooms(list(difficult.hosts), start=NOON, days=days, rates=(0.25, 24), seed=seed)
    clock = FakeClock(NOON)
    turned = TurnedDays(rooms, GatedWeb(rooms, gates, clock.now), every=difficult.every, clock=clock)
    span = Span(start=NOON, warm=NOON + timedelta(days=WARM), end=NOON + timedelta(days=days))
    found = await turned.run(folder, span)
    return score(turned, found, span, difficult, gates)


def score(turned: TurnedDays, found: Days, span: Span, difficult: Difficult, gates: tuple[Gate, ...]) -> Spent:
    """Set what came beside what one who was told all would have had for as many requests."""
    good = {name: room for name, room in turned.rooms.items() if room.path != difficult.bad}
    per_day = found.requests.total() / ((span.end - span.warm) / timedelta(days=1))
    banning = [gate for gate in gates if isinstance(gate, Banning)]
    return Spent(
        days=found,
        mean=found.mean_delay(good),
        told=oracle(good, per_day, difficult.every.shortest, span, difficult.away),
        per_day=per_day,
        bans=sum(len(gate.bans) for gate in banning),
        refused=sum(len(gate.refused) for gate in banning),
        unwell=sum(found.conditions[name] != "ok" for name in good),
    )
