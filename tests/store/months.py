"""A month of a store with topics of every shape; what was decided is decided again from what is stored."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from random import Random

from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.reason import Reason
from aggregator.model.shape import Quiet, Rate, Shape
from aggregator.model.status import EntryFilter
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Topic, TopicMode
from aggregator.pipeline.announce import in_turn
from aggregator.publish.replay import fate_again, score_again
from aggregator.store.sqlite.rows import read_reason
from aggregator.topics import TopicSet
from tests.builders import NOON, make_facts, make_source, make_topic
from tests.contract.house import OUTLETS, House
from tests.store.living import live

DAY = timedelta(days=1)
TOPICS: tuple[Topic, ...] = (
    make_topic("plain", match="ferry OR storm"),
    make_topic("world", shape=Shape(budget=Rate(8, DAY), per_source=Rate(3, DAY), weights=(("bbc", 3.0),))),
    make_topic("rest", shape=Shape(unless_in=("world",), settle=timedelta(minutes=20))),
    make_topic("wide", shape=Shape(min_outlets=2, quiet=Quiet(time(22), time(7), "Europe/London"))),
    make_topic("morning", shape=Shape(digest=Timetable(at=time(7), zone="Europe/London"), least_score=0.4)),
    make_topic("each", mode=TopicMode.ENTRIES, match="vote", shape=Shape(budget=Rate(3, timedelta(hours=12)))),
)
_WORDS = (
    *("ferry", "storm", "vote", "harbour", "budget", "minister", "bridge", "school"),
    *("river", "strike", "court", "island", "museum", "tax", "forest"),
)
_NAMES = (
    *("Valletta", "Rabat", "Mdina", "Sliema", "Gozo", "Comino"),
    *("Birgu", "Senglea", "Marsa", "Qormi", "Mosta", "Naxxar"),
)
_TWICE = """
SELECT a.topic, a.subject_id FROM announcements a JOIN shaped w USING (topic, subject_id) WHERE w.fate = 'waits'
"""


@dataclass(slots=True)
class Told:
    """What was decided, and decided again."""

    decisions: int = 0
    scores: int = 0
    matches: int = 0
    wrong: list[str] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)


def month(path: Path, days: float, seed: int) -> Told:
    """Let so many days pass, a look every two hours and whenever a topic is due; decide all that is stored again."""
    told, chance = Told(), Random(seed)

    async def story(house: House) -> None:
        await house.store.sync_sources([make_source(one) for one in OUTLETS], NOON)
        hours, headline = 0.0, "A first ferry"
        while hours < days * 24:
            for _ in range(chance.choice([0, 1, 1, 2, 4])):
                if chance.random() < 0.7:
                    words = " ".join(chance.sample(_WORDS, 3))
                    headline = f"{chance.choice(_NAMES)} {words} {chance.choice(_NAMES)}"
                await house.arrive(chance.choice(OUTLETS), headline, hours + chance.random() / 9)
            touched = await house.curate()
            if chance.random() < 0.05:
                await _mark(house, chance, hours)
            await _announce(house, touched, hours)
            for minutes in (30, 60, 90):
                await _announce(
                    house,
                    await house.store.due_topics(NOON + timedelta(hours=hours, minutes=minutes)),
                    hours + minutes / 60,
                )
            _decide_again(path, told)
            hours += 2
        await _match_again(house, told)

    live(path, story, *TOPICS)
    return told


async def _announce(house: House, slugs: frozenset[str] | tuple[str, ...], hours: float) -> None:
    for topic in in_turn(house.topics, slugs):
        await house.announce(topic, hours)


async def _mark(house: House, chance: Random, hours: float) -> None:
    found = await house.store.entries(EntryFilter(limit=20), NOON)
    stored, _ = chance.choice(found)
    act = Act(
        kind=chance.choice([ActKind.PIN, ActKind.HIDE]),
        named=(stored.entry.key.short,),
        topic=chance.choice([None, "world", "wide", "morning"]),
        scope=chance.choice([Scope.ENTRY, Scope.STORY]),
        until=NOON + timedelta(hours=hours + 30),
    )
    at = NOON + timedelta(hours=hours)
    edited = await house.store.edit(act, at)
    await _announce(house, edited.topics, hours)


def _decide_again(path: Path, told: Told) -> None:
    with closing(sqlite3.connect(path / "a.db")) as db:
        rows = db.execute("SELECT topic, subject_id, fate, score, reason FROM shaped").fetchall()
        twice = db.execute(_TWICE).fetchall()
    told.wrong.extend(f"{row} waits and is announced" for row in twice)
    for topic, subject, fate, score, text in rows:
        reason = read_reason(text)
        assert reason is not None
        again = fate_again(reason)
        told.decisions += 1
        told.rules[f"{fate} {reason.rule}"] += 1
        if again is None or (again[0].value, again[1]) != (fate, reason.rule):
            told.wrong.append(f"{topic} {subject}: {fate} {reason.rule}, now {again}")
        if score is not None:
            told.scores += 1
            if score_again(reason) != score:
                told.wrong.append(f"{topic} {subject}: score {score}")


async def _match_again(house: House, told: Told) -> None:
    """Judge everything that is kept again: the same topics, for the same reasons."""
    rules = TopicSet.compile(house.topics)
    for stored, _ in await house.store.entries(EntryFilter(), NOON):
        (view,) = await house.store.entry_views(stored.entry.key.short)
        now = {match.topic: match.reason for match in rules.judge(stored, make_facts(stored.entry.key.source))}
        then: dict[str, Reason] = {topic: reason for topic, reason in view.topics if reason.rule != "pin"}
        told.matches += len(then)
        if json.dumps(_plain(then)) != json.dumps(_plain(now)):
            told.wrong.append(f"{stored.entry.title}: {then} now {now}")


def _plain(reasons: dict[str, Reason]) -> list[tuple[str, str, str, str]]:
    return [(topic, one.verdict, one.rule, one.evidence) for topic, one in sorted(reasons.items())]
