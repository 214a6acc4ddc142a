"""What the shape of a topic promises: bounds hold, nothing starves, nothing is taken back, nothing told twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, seed, settings, strategies as st

from aggregator.model.shape import Fate, Quiet, Rate, Shape
from aggregator.model.timetable import Timetable
from aggregator.publish import compose
from aggregator.publish.replay import fate_again, score_again
from aggregator.publish.tokens import SLOT
from tests.builders import NOON
from tests.publish.lives import MINUTE, OUTLETS, Life, News, weeks
from tests.publish.views import SITE

PROPERTIES: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {}


def holds(**strategies: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note a promise, and for what it is made."""

    def note(promise: Callable[..., None]) -> Callable[..., None]:
        PROPERTIES[promise.__name__] = (promise, strategies)
        return promise

    return note


def hold(name: str, examples: int) -> None:
    """Hold a promise against so many examples, always the same."""
    promise, strategies = PROPERTIES[name]
    checked = settings(max_examples=examples, deadline=None, database=None)(given(**strategies)(promise))
    seed(20261125)(checked)()


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
RATES = st.builds(Rate, st.integers(1, 12), st.sampled_from([HOUR, DAY]))
SHAPES = st.builds(
    Shape,
    half_life=st.sampled_from([HOUR, 8 * HOUR, DAY]),
    least_score=st.sampled_from([0.0, 0.0, 0.8]),
    min_outlets=st.sampled_from([1, 1, 2]),
    per_source=st.one_of(st.none(), RATES),
    budget=st.one_of(st.none(), RATES),
    settle=st.sampled_from([timedelta(), 10 * MINUTE]),
    quiet=st.one_of(st.none(), st.just(Quiet(time(22), time(7), "Europe/London"))),
    digest=st.one_of(st.none(), st.none(), st.just(Timetable(at=time(7), zone="Europe/London"))),
)
# Two nights on which clocks are set, and one on which they are not.
STARTS = st.sampled_from([NOON, datetime(2026, 10, 24, 9, tzinfo=UTC), datetime(2027, 3, 27, 9, tzinfo=UTC)])


def lived(shape: Shape, news: Sequence[News], start: datetime = NOON, days: float = 7) -> Life:
    life = Life(shape)
    life.live(news, start + days * DAY)
    return life


def told(life: Life) -> list[datetime]:
    return [at for at, _ in life.announced()]


def most_within(times: Sequence[datetime], period: timedelta) -> int:
    return max((sum(at - period < other <= at for other in times) for at in times), default=0)


@holds(shape=SHAPES, news=weeks(), start=st.just(NOON))
def nothing_is_told_twice_or_taken_back_and_everything_that_is_not_told_is_accounted_for(shape, news, start):
    life = lived(shape, news, start)
    assert max(Counter(subject for _, subject in life.announced()).values(), default=1) == 1
    shown: set[str] = set()
    for look in life.looks:
        ids = {entry.id for entry in look.composed.edition.entries}
        assert shown <= ids, "what was shown stays"
        shown = ids
        undecided = {one.subject for one in look.view.candidates if one.announced_at is None}
        decided = Counter(one.subject for one in look.composed.decisions)
        assert max(decided.values(), default=1) == 1
        silent = undecided - set(look.composed.announced)
        assert {one.subject for one in look.composed.decisions if one.fate is not Fate.ANNOUNCED} == silent
        assert set(decided) <= undecided


@holds(shape=SHAPES, news=weeks())
def every_decision_is_made_again_from_its_facts_also_after_it_was_stored(shape, news):
    decisions = lived(shape, news).decisions()
    for one in decisions:
        facts = tuple(json.loads(json.dumps(dict(one.reason.facts))).items())
        stored = replace(one.reason, facts=facts)
        assert fate_again(stored) == (one.fate, one.reason.rule)
        assert score_again(stored) == one.score
        assert one.reason.evidence or one.fate is Fate.ANNOUNCED


@holds(budget=RATES, news=weeks())
def a_budget_is_never_passed_and_bursts_are_a_quarter_of_it(budget, news):
    times = told(lived(Shape(budget=budget), news))
    assert most_within(times, budget.period) <= budget.count
    assert max(Counter(times).values(), default=0) <= max(1, budget.count // 4)
    slots = Counter((at - datetime(1970, 1, 1, tzinfo=UTC)) // SLOT for at in times)
    assert max(slots.values(), default=0) <= max(1, budget.count // 4)


@holds(cap=RATES, news=weeks())
def no_source_speaks_more_often_than_it_may(cap, news):
    life = lived(Shape(per_source=cap), news)
    for outlet in OUTLETS:
        assert most_within([one.at for one in life.tellings if one.source == outlet], cap.period) <= cap.count


@holds(budget=st.builds(Rate, st.integers(4, 12), st.just(DAY)), news=weeks(hours=24, most=20))
def nothing_starves_while_there_is_room(budget, news):
    life = lived(Shape(budget=budget), news, days=9)
    for one in life.waiting():
        (last,) = [it for it in life.looks[-1].composed.decisions if it.subject == one.subject]
        assert (last.fate, last.reason.rule) == (Fate.CUT, "patience")
    # A day's worth waits two days at the longest: less than stories have patience.
    if len(life.stories) <= 2 * budget.count:
        assert life.waiting() == []


@holds(budget=RATES, news=weeks())
def the_best_go_first_and_no_room_is_left_while_something_waits_for_it(budget, news):
    for look in lived(Shape(budget=budget), news).looks:
        by_fate = {fate: [one for one in look.composed.decisions if one.fate is fate] for fate in Fate}
        kept = [one for one in by_fate[Fate.WAITS] if one.reason.rule == "budget"]
        released = by_fate[Fate.ANNOUNCED]
        if kept and released:
            assert min(one.score or 0 for one in released) >= max(one.score or 0 for one in kept)
        for one in kept:
            assert one.again_at is not None
            assert look.at.replace(microsecond=0) < one.again_at, "or it would be told now"


@holds(start=STARTS, data=st.data(), digest=st.booleans())
def nothing_is_told_in_quiet_hours_and_all_of_it_when_they_end(start, data, digest):
    news = data.draw(weeks(start=start, hours=40))
    times = Timetable(at=time(23), zone="Europe/London") if digest else None
    life = lived(Shape(quiet=Quiet(time(22), time(7), "Europe/London"), digest=times), news, start, days=5)
    clocks = [at.astimezone(LONDON) for at in told(life)]
    assert not [at for at in clocks if at.hour >= 22 or at.hour < 7]
    assert life.waiting() == []


@holds(start=STARTS, data=st.data(), most=st.one_of(st.none(), st.integers(1, 6)))
def a_digest_is_one_item_a_day_at_its_time_by_the_clocks_and_holds_every_story_once(start, data, most):
    news = data.draw(weeks(start=start, hours=40, most=25))
    shape = Shape(
        digest=Timetable(at=time(1, 30), zone="Europe/London"), budget=Rate(most, DAY) if most is not None else None
    )
    life = lived(shape, news, start, days=9)
    days = [one.at.astimezone(LONDON) for one in life.digests]
    assert len({day.date() for day in days}) == len(days)
    # In the night on which clocks are set forward there is no half past one.
    assert {(day.hour, day.minute) for day in days} <= {(1, 30), (2, 30)}
    assert all(one.made_at == one.at for one in life.digests)
    assert [entry.id for entry in life.entries()] == [one.atom_id for one in reversed(life.digests)]
    assert len({one.atom_id for one in life.digests}) == len(life.digests)
    assert sum(one.stories for one in life.digests) == len(life.announced())
    if most is None:
        assert life.waiting() == []
    else:
        assert max((one.stories for one in life.digests), default=0) <= most
    texts = Counter(part for one in life.digests for part in one.content_html.split("<li>")[1:])
    assert len(texts) == len(life.announced())


@holds(shape=SHAPES, news=weeks(), seed=st.integers(0, 99))
def the_same_view_gives_the_same_whatever_order_it_comes_in(shape, news, seed):
    for look in lived(shape, news).looks[:12]:
        mixed = list(look.view.candidates)
        Random(seed).shuffle(mixed)
        assert compose(replace(look.view, candidates=tuple(mixed)), look.at, SITE) == look.composed


@holds(shape=SHAPES, news=weeks(most=30))
def a_topic_that_is_looked_at_when_it_said_misses_nothing_that_looking_all_the_time_finds(shape, news):
    called, watched = Life(shape), Life(shape)
    called.live(news, NOON + 4 * DAY)
    # Looking in between changes nothing that is not due.
    for look in called.looks[:40]:
        watched.stories = dict(enumerate(look.view.candidates))
        watched.tellings, watched.rhythm = list(look.view.recent), look.view.rhythm
        watched.digests, watched.looks = list(reversed(look.view.digests)), []
        watched.look(look.at)
        later = watched.due_at
        between = look.at + ((later - look.at) / 2 if later else HOUR)
        if later is None or between.replace(microsecond=0) > look.at:
            assert watched.look(between).announced == ()
