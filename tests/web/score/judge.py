"""The judge: a reader's requests in, its faults and figures out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tests.web.score.criteria import CRITERIA, is_refetch
from tests.web.score.record import Exchange, Resource
from tests.web.score.trails import Case, Walk
from tests.web.score.verdicts import Fault, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a reader's behaviour comes to.

    Attributes:
        sources: Resources that were asked by themselves first, so not only because a redirect led there.
        unconditional: The most unconditional requests that a source which offers validators got.
        excused: Whole documents fetched again from servers that had said 304 for a week and a hundred times.
    """

    requests: int
    sources: int
    not_modified: int
    unconditional: int
    excused: int
    span: timedelta
    faults: tuple[Fault, ...]

    @property
    def counts(self) -> dict[Kind, int]:
        """Faults by kind, those that do not occur left out."""
        found = Counter(fault.kind for fault in self.faults)
        return {kind: found[kind] for kind in Kind if found[kind]}

    @property
    def polls_a_day(self) -> float:
        """Requests a source and day; less than a day counts as one."""
        days = max(self.span / timedelta(days=1), 1.0)
        return self.requests / max(self.sources, 1) / days


def judge(exchanges: Iterable[Exchange], *, grace: timedelta = timedelta()) -> Score:
    """Judge one reader.

    Args:
        exchanges: All of its requests, and nobody else's.
        grace: By how much being early is forgiven: readers that cron starts are a few seconds off.
    """
    ordered = sorted(exchanges, key=lambda one: (one.began, one.number))
    walk = Walk(grace)
    faults: list[Fault] = []
    whole: Counter[Resource] = Counter()
    direct: set[Resource] = set()
    excused = 0
    for asked in ordered:
        case = walk.meet(asked)
        for criterion in CRITERIA:
            faults += criterion(case)
        if case.trail.direct:
            direct.add(asked.resource)
        excused += not asked.is_conditional and is_refetch(case.known, asked)
        whole[asked.resource] += _is_whole(case)
        walk.note(case)
    return Score(
        requests=len(ordered),
        sources=len(direct),
        not_modified=sum(one.status == 304 for one in ordered),
        unconditional=max(whole.values(), default=0),
        excused=excused,
        span=ordered[-1].at - ordered[0].at if ordered else timedelta(),
        faults=tuple(faults),
    )


def _is_whole(case: Case) -> bool:
    """Say whether a whole document was given to a request without conditions, and could be asked for with some."""
    asked = case.exchange
    offers = "etag" in asked.given or "last-modified" in asked.given
    return asked.status == 200 and offers and not asked.is_conditional
