"""What happened lately, as pictures: bars by the hour or day, lines of fourteen days. Geometry and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.looking import Activity, Stretch
from aggregator.pages.words import count, day, size, span

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
    """Bars by the hour, or by the day.

    Attributes:
        said: What the picture shows, in a sentence or two, for who does not see it.
        legend: Kind and what it stands for.
        rows: Beginning and figures in words, of every stretch that has any; the same as the bars say.
        ago: How long ago the picture begins.
        daily: Whether each bar is a day.
    """

    name: str
    title: str
    said: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    rows: tuple[tuple[datetime, str], ...]
    width: int
    ago: str
    daily: bool
    bar: int = _BAR


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of some days: ``points`` for a polyline in a box of ``width`` by 20."""

    points: str
    width: int
    said: str


Series = tuple[str, str, Callable[[Stretch], float]]


@dataclass(frozen=True, slots=True)
class _Period:
    """Stretches of time of one length, and how they are called."""

    stretches: Sequence[Stretch]
    name: str
    all: str
    one: str
    ago: str


def charts_of_day(activity: Activity) -> tuple[Chart, ...]:
    """Draw polls, failures, entries, delay and bytes of the last hours."""
    return _charts(_Period(activity.hours, "hours", f"{len(activity.hours)} hours", "hour", "a day ago"))


def charts_of_month(activity: Activity) -> tuple[Chart, ...]:
    """Draw the same of the last days."""
    days = len(activity.month)
    return _charts(_Period(activity.month, "days", f"{days} days", "day", f"{days} days ago")) if days else ()


def _charts(period: _Period) -> tuple[Chart, ...]:
    stretches = period.stretches
    entries = sum(one.entries for one in stretches)
    busiest = max((one.entries for one in stretches), default=0)
    came = f"{count(entries, 'entry', 'entries')} in {period.all}, {busiest:,} in the busiest."
    return (
        _chart(
            period,
            ("polls", "Polls", _asked(period)),
            (("news", "brought news", _news), ("quiet", "nothing new", _quiet)),
            lambda one: f"{_news(one):,} with news, {_quiet(one):,} without",
        ),
        _chart(period, ("failures", "Failed polls", _failures(period)), (("failed", "failed", _failed),), _outcomes),
        _chart(
            period,
            ("entries", "New entries", came),
            (("news", "new entries", lambda one: one.entries),),
            lambda one: count(one.entries, "entry", "entries"),
        ),
        _chart(
            period,
            ("delay", "From publishing to here", _delays(period)),
            (("quiet", "middle delay", lambda one: one.delay.total_seconds() / _MINUTE if one.delay else 0.0),),
            lambda one: span(one.delay) if one.delay is not None else "none came",
        ),
        _chart(
            period,
            ("bytes", "Read from sources", _read(period)),
            (("quiet", "read", lambda one: one.bytes),),
            lambda one: size(one.bytes) or "nothing",
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
    period: _Period, told: tuple[str, str, str], series: Sequence[Series], say: Callable[[Stretch], str]
) -> Chart:
    stretches = period.stretches
    most = max((sum(value(one) for _, _, value in series) for one in stretches), default=0) or 1
    bars: list[Bar] = []
    for number, one in enumerate(stretches):
        top = float(HEIGHT)
        for kind, _, value in series:
            height = round(HEIGHT * value(one) / most, 2)
            if height:
                top = round(top - height, 2)
                bars.append(Bar(number * _STEP, top, height, kind))
    name, title, said = told
    return Chart(
        name=f"{name}-{period.name}",
        title=title,
        said=said,
        ago=period.ago,
        daily=period.one == "day",
        legend=tuple((kind, meaning) for kind, meaning, _ in series),
        bars=tuple(bars),
        rows=tuple((one.at, say(one)) for one in stretches if any(value(one) for _, _, value in series)),
        width=len(stretches) * _STEP,
    )


def _news(one: Stretch) -> int:
    return sum(number for outcome, number in one.polls if outcome in _NEWS)


def _quiet(one: Stretch) -> int:
    return sum(number for outcome, number in one.polls if outcome in _QUIET)


def _failed(one: Stretch) -> int:
    return sum(number for outcome, number in one.polls if outcome not in _NEWS | _QUIET)


def _outcomes(one: Stretch) -> str:
    failed = [(outcome, number) for outcome, number in one.polls if outcome not in _NEWS | _QUIET]
    return ", ".join(f"{number:,} {outcome.replace('_', ' ')}" for outcome, number in failed)


def _polls(period: _Period) -> int:
    return sum(number for one in period.stretches for _, number in one.polls)


def _asked(period: _Period) -> str:
    polls, news = _polls(period), sum(map(_news, period.stretches))
    share = f"{100 * news / polls:.0f} % of them brought news." if polls else "Nobody was asked."
    return f"{count(polls, 'poll', 'polls')} in {period.all}. {share}"


def _failures(period: _Period) -> str:
    failed = sum(map(_failed, period.stretches))
    if not failed:
        return f"None in {period.all}."
    worst = max(period.stretches, key=_failed)
    when = f"on {day(worst.at)}" if period.one == "day" else f"in the hour from {worst.at:%H:%M} UTC"
    return f"{count(failed, 'poll', 'polls')} of {_polls(period):,} failed; most of them {when}, {_failed(worst):,}."


def _delays(period: _Period) -> str:
    delays = [one.delay for one in period.stretches if one.delay is not None]
    if not delays:
        return "Nothing came that had been published within a day."
    return (
        f"The middle one of the entries of each {period.one} that had been published within a day: "
        f"between {span(min(delays))} and {span(max(delays))}."
    )


def _read(period: _Period) -> str:
    total = sum(one.bytes for one in period.stretches)
    polls = _polls(period)
    if not total:
        return f"Nothing in {period.all}."
    return f"{size(total)} in {period.all}, {size(total // max(1, polls)) or 'less than a byte'} a poll."
