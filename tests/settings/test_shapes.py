"""The shape of topics, as it is read."""

from __future__ import annotations

from datetime import time, timedelta

from aggregator.model.shape import NO_SHAPE, Quiet, Rate, Shape
from aggregator.model.timetable import Timetable
from tests.settings.configs import load

TEXT = """
site: {timezone: Europe/London}
sources: {news: [{id: ap, url: "https://ap.example/f", tags: [wire]}]}
topics:
  plain: {}
  world:
    lang: [en, de]
    budget: 20/day
    per-source: 3/hour
    min-outlets: 2
    settle: 10m
    quiet: 22:00-07:00
    unless-in: [plain]
    half-life: 8h
    least-score: 0.5
    weights: {ap: 2, "tag:wire": 0.5, news: 1}
  morning: {digest: daily at 07:00}
  paris: {digest: weekdays at 7:30 Europe/Paris}
"""


def test_what_a_topic_says_of_its_shape_is_read_with_the_zone_of_the_site(tmp_path):
    plain, world, morning, paris = load(tmp_path, TEXT).topics
    assert plain.shape == NO_SHAPE
    assert plain.shape.plain
    assert world.languages == ("en", "de")
    assert world.shape == Shape(
        weights=(("ap", 2.0), ("tag:wire", 0.5), ("news", 1.0)),
        half_life=timedelta(hours=8),
        least_score=0.5,
        min_outlets=2,
        per_source=Rate(3, timedelta(hours=1)),
        budget=Rate(20, timedelta(days=1)),
        unless_in=("plain",),
        settle=timedelta(minutes=10),
        quiet=Quiet(time(22), time(7), "Europe/London"),
    )
    assert morning.shape.digest == Timetable(at=time(7), zone="Europe/London")
    assert paris.shape.digest == Timetable(at=time(7, 30), days=frozenset(range(5)), zone="Europe/Paris")


def test_weights_alone_keep_nothing_waiting():
    assert Shape(weights=(("ap", 2.0),), half_life=timedelta(hours=1)).plain


def test_a_change_of_the_shape_changes_its_fingerprint_and_no_rule(tmp_path):
    before, after = (load(tmp_path, TEXT.replace("20/day", rate)).topics[1] for rate in ("20/day", "21/day"))
    assert before.shape.fingerprint != after.shape.fingerprint
    assert before.rule_digest == after.rule_digest
