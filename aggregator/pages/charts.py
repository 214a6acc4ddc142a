"""What happened lately, as pictures: bars by the hour, lines of fourteen days. Geometry and words; markup elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.looking import Activity, Hour
from aggregator.pages.words import count, span

HEIGHT = 100
_STEP = 10
_BAR = 8
_QUIET = frozenset({"not_modified", "unchanged", "redirected"})
_NEWS = frozenset({"new", "revised"})
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart: in units of its box, with the kind that gives it its colour."""

    x: int
    y: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars by the hour.

    Attributes:
        said: What the picture shows, in a sentence or two, for who does not see it.
        legend: Kind and what it stands for.
        rows: Hour and the figures of it in words, for every hour that has any; the same as the bars say.
    """

    name: str
    title: str
    said: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    rows: tuple[tuple[datetime, str], ...]
    width: int
    bar: int = _BAR


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of some days: ``points`` for a polyline in a box of ``width`` by 20."""

    points: str
    width: int
    said: str


Series = tuple[str, str, Callable[[Hour], float]]


def charts_of(activity: Activity) -> tuple[Chart, ...]:
    """Draw polls, failures, entries and delay of the last hours."""
    hours = activity.hours
    polls = sum(number for hour in hours for _, number in hour.polls)
    failed = sum(map(_failed, hours))
    entries = sum(hour.entries for hour in hours)
    delays = [hour.delay for hour in hours if hour.delay is not None]
    busiest = max((hour.entries for hour in hours), default=0)
    return (
        _chart(
            hours,
            ("polls", "Polls", f"{count(polls, 'poll', 'polls')} in {len(hours)} hours. " + _share(hours, polls)),
            (("news", "brought news", _news), ("quiet", "nothing new", _quiet)),
            lambda hour: f"{_news(hour):,} with news, {_quiet(hour):,} without",
        ),
        _chart(
            hours,
            ("failures", "Failed polls", _failures(hours, failed, polls)),
            (("failed", "failed", _failed),),
            _outcomes,
        ),
        _chart(
            hours,
            (
                "entries",
                "New entries",
                f"{count(entries, 'entry', 'entries')} in {len(hours)} hours, {busiest:,} in the busiest.",
            ),
            (("news", "new entries", lambda hour: hour.entries),),
            lambda hour: count(hour.entries, "entry", "entries"),
        ),
        _chart(
            hours,
            ("delay", "From publishing to here", _delays(delays)),
            (("quiet", "middle delay", lambda hour: hour.delay.total_seconds() / _MINUTE if hour.delay else 0.0),),
            lambda hour: span(hour.delay) if hour.delay is not None else "none came",
        ),
    )


def spark_of(days: Sequence[int]) -> Spark:
    """Draw how much came on each of some days.

    >>> spark_of((0, 4, 2))
    Spark(points='0,19 10,1 20,10', width=20, said='6 in the last 3 days, 2 of them today')
    """
    most = max((*days, 1))
    points = " ".join(f"{number * _STEP},{19 - 18 * day / most:g}" for number, day in enumerate(days))
    today = days[-1] if days else 0
    said = f"{sum(days):,} in the last {len(days)} days, {today:,} of them today"
    return Spark(points, max(0, len(days) - 1) * _STEP, said)


def _chart(
    hours: Sequence[Hour], told: tuple[str, str, str], series: Sequence[Series], say: Callable[[Hour], str]
) -> Chart:
    most = max((sum(value(hour) for _, _, value in series) for hour in hours), default=0) or 1
    bars: list[Bar] = []
    for number, hour in enumerate(hours):
        top = float(HEIGHT)
        for kind, _, value in series:
            height = round(HEIGHT * value(hour) / most, 2)
            if height:
                top = round(top - height, 2)
                bars.append(Bar(number * _STEP, top, height, kind))
    name, title, said = told
    return Chart(
        name=name,
        title=title,
        said=said,
        legend=tuple((kind, meaning) for kind, meaning, _ in series),
        bars=tuple(bars),
        rows=tuple((hour.at, say(hour)) for hour in hours if any(value(hour) for _, _, value in series)),
        width=len(hours) * _STEP,
    )


def _news(hour: Hour) -> int:
    return sum(number for outcome, number in hour.polls if outcome in _NEWS)


def _quiet(hour: Hour) -> int:
    return sum(number for outcome, number in hour.polls if outcome in _QUIET)


def _failed(hour: Hour) -> int:
    return sum(number for outcome, number in hour.polls if outcome not in _NEWS | _QUIET)


def _outcomes(hour: Hour) -> str:
    failed = [(outcome, number) for outcome, number in hour.polls if outcome not in _NEWS | _QUIET]
    return ", ".join(f"{number:,} {outcome.replace('_', ' ')}" for outcome, number in failed)


def _share(hours: Sequence[Hour], polls: int) -> str:
    news = sum(map(_news, hours))
    return f"{100 * news / polls:.0f} % of them brought news." if polls else "Nobody was asked."


def _failures(hours: Sequence[Hour], failed: int, polls: int) -> str:
    if not failed:
        return f"None in {len(hours)} hours."
    worst = max(hours, key=_failed)
    most = f"most of them in the hour from {worst.at:%H:%M} UTC, {_failed(worst):,}"
    return f"{count(failed, 'poll', 'polls')} of {polls:,} failed; {most}."


def _delays(delays: Sequence[timedelta]) -> str:
    if not delays:
        return "Nothing came that had been published within a day."
    best, worst = min(delays), max(delays)
    return (
        "The middle one of the entries of each hour that had been published within a day: "
        f"between {span(best)} and {span(worst)}."
    )
