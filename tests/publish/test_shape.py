"""The shape of a topic: its promises on random weeks, and each gate by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from aggregator.model.editing import ActKind, Mark, Scope
from aggregator.model.reason import Reason
from aggregator.model.shape import Fate, Quiet, Rate, Shape
from aggregator.publish import compose
from aggregator.publish.replay import fate_again, score_again
from tests.builders import NOON
from tests.publish.lives import MINUTE, Life, News
from tests.publish.shape_properties import DAY, HOUR, PROPERTIES, hold, told
from tests.publish.views import SITE, make_candidate


@pytest.mark.parametrize("name", PROPERTIES)
def test_promise(name: str):
    hold(name, examples=8)


def story(number: int, *outlets: str, minutes: float = 0.0, weight: float = 1.0) -> list[News]:
    return [News(NOON + minutes * MINUTE, number, outlet, weight) for outlet in outlets]


def last(life: Life, number: int) -> tuple[Fate, str]:
    subject = life.stories[number].subject
    found = [one for one in life.decisions() if one.subject == subject]
    return found[-1].fate, found[-1].reason.rule


def test_a_story_waits_for_others_to_tell_it_and_enters_when_they_do():
    life = Life(Shape(min_outlets=2))
    life.live(story(1, "ap") + story(1, "bbc", minutes=90), NOON + DAY)
    assert told(life) == [NOON + 90 * MINUTE]


def test_copies_and_further_entries_of_one_owner_make_no_more_outlets():
    life = Life(Shape(min_outlets=2))
    life.live(story(1, "ap", "bbc"), NOON + MINUTE)
    one, other = life.stories[1].members
    life = Life(Shape(min_outlets=2))
    for changed in (
        replace(other, stored=replace(other.stored, duplicate_of=one.stored.entry.key)),
        replace(other, source=replace(other.source, owner=one.source.owner)),
    ):
        life.stories[1] = replace(life.stories.get(1) or make_candidate(one), members=(one, changed))
        assert life.look(NOON).announced == ()


def test_settling_lets_a_better_outlet_speak():
    shape = Shape(settle=10 * MINUTE, weights=(("bbc", 5.0),))
    life = Life(shape)
    life.live(story(1, "ap") + story(1, "bbc", minutes=5), NOON + DAY)
    assert told(life) == [NOON + 10 * MINUTE]
    assert life.entries()[0].source.id == "bbc"


def test_a_story_that_waited_too_long_is_left_out_and_comes_back_with_news():
    life = Life(Shape(min_outlets=2))
    life.live(story(1, "ap"), NOON + HOUR)
    life.look(NOON + 4 * DAY)
    assert last(life, 1) == (Fate.CUT, "patience")
    life.live(story(1, "bbc", minutes=5 * 24 * 60), NOON + 6 * DAY)
    assert last(life, 1) == (Fate.ANNOUNCED, "min-outlets")


@pytest.mark.parametrize(("told_there", "fate"), [(True, Fate.CUT), (False, Fate.WAITS)])
def test_what_is_in_another_topic_stays_out_and_what_waits_there_waits_here(told_there, fate):
    life = Life(Shape(unless_in=("world",)))
    life.live(story(1, "ap"), NOON + MINUTE)
    life.stories[1] = replace(life.stories[1], announced_at=None, elsewhere=(("world", told_there),))
    life.look(NOON + MINUTE)
    assert last(life, 1) == (fate, "unless-in")


def test_weights_of_a_topic_decide_which_story_is_better():
    life = Life(Shape(budget=Rate(1, DAY), weights=(("tag:good", 3.0), ("dpa", 0.1))))
    life.live(story(0, "cnn"), NOON + MINUTE)
    life.live(story(1, "dpa", minutes=5, weight=9.0) + story(2, "efe", minutes=4), NOON + 2 * DAY)
    assert [subject.guid for _, subject in life.announced()] == ["0-cnn", "2-efe", "1-dpa"][:2]


def test_an_editors_pin_passes_every_gate_and_a_hiding_stops_before_all():
    mark = Mark(number=1, kind=ActKind.PIN, scope=Scope.STORY, at=NOON, topic="world", who="ann")
    night = NOON.replace(hour=23)
    shape = Shape(budget=Rate(1, DAY), quiet=Quiet(time(22), time(7)), min_outlets=3, settle=HOUR)
    life = Life(shape)
    life.live(story(1, "ap", minutes=11 * 60), night + MINUTE)
    assert life.announced() == []
    one = life.stories[1]
    (member,) = one.members
    member = replace(member, stored=replace(member.stored, story=one.subject))
    view = replace(life.view(), candidates=(replace(one, members=(member,)),))
    pinned = compose(replace(view, marks=(replace(mark, key=one.subject),)), night, SITE)
    assert pinned.announced == (one.subject,)
    hidden = replace(mark, kind=ActKind.HIDE, key=one.subject, until=night + DAY)
    (decision,) = compose(replace(view, marks=(hidden,)), night, SITE).decisions
    assert (decision.fate, decision.reason.rule, decision.again_at) == (Fate.CUT, "hide", night + DAY)
    assert fate_again(decision.reason) == (Fate.CUT, "hide")


def test_what_waits_says_for_what_with_the_terms_of_its_score():
    life = Life(Shape(budget=Rate(1, DAY)))
    life.live(story(1, "ap", weight=2.0) + story(2, "bbc", "cnn", minutes=30), NOON + HOUR)
    decision = life.looks[-1].composed.decisions[-1]
    assert decision.reason.verdict == "waits"
    assert decision.reason.evidence == (
        "budget: 1 of 1 told within 24 h; score 2 = weight 1 * (1 + log2 2) * 0.5^(0 min / 24 h)"
    )
    assert decision.again_at == NOON + DAY


def test_a_clock_that_was_wrong_once_does_not_silence_a_topic():
    shape = Shape(budget=Rate(4, DAY))
    life = Life(shape)
    life.live([News(NOON + 9000 * DAY, 1, "ap")], NOON + 9001 * DAY)
    assert len(life.announced()) == 1
    life.due_at = None
    life.live(story(2, "bbc"), NOON + 2 * DAY)
    assert len(life.announced()) == 2


def test_reasons_of_other_stages_are_no_decisions_about_what_waits():
    assert fate_again(Reason("topic", "entered", "match")) is None
    assert score_again(Reason("publish", "cut", "match", facts=(("matched", False),))) is None
