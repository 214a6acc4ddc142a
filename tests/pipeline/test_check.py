"""Examples as tests of topics, and what is wrong with topics over what is stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.errors import Problem
from aggregator.model.planned import Proposed
from aggregator.model.topic import Topic, Trial
from aggregator.pipeline.check import Trials, check_over
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import OUTLETS, SITE, House, settled
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore

pytestmark = pytest.mark.anyio

SOURCES = tuple(make_source(outlet, group="sea" if outlet == "ap" else "land") for outlet in OUTLETS)
PLACE = ("topics.yaml", 7, 12)


def ships(*wanted: str, out: tuple[str, ...] = (), **changes: str) -> Topic:
    trials = [Trial(text, wanted=True, at=PLACE, path="in.0") for text in wanted]
    trials += [Trial(text, wanted=False, at=PLACE, path="out.0") for text in out]
    return replace(make_topic("ships", match="ferry NOT film"), trials=tuple(trials), **changes)


async def failures(topic: Topic, house: House | None = None) -> tuple[Problem, ...]:
    store = None if house is None else house.store
    return await Trials([topic, make_topic("all")], SOURCES).failures(store, NOON)


async def test_examples_that_are_on_their_side_are_not_told_of():
    assert await failures(ships("Ferry aground", out=("Ferry film wins prize", "Storm"))) == ()


async def test_an_example_on_the_wrong_side_is_told_with_its_place_and_the_clause_that_decided():
    (problem,) = await failures(ships("A ferry film"))
    assert str(problem) == (
        "topics.yaml:7:12: error: topics.ships.examples.in.0: "
        "'A ferry film' is not let in: NOT film found title: \"film\""
    )
    (problem,) = await failures(ships(out=("Ferry aground",)))
    assert (problem.path, problem.what) == (
        "topics.ships.examples.out.0",
        "'Ferry aground' is let in: title: \"Ferry\"",
    )


async def test_a_headline_may_come_from_any_source_so_it_is_in_when_one_lets_it_in_and_out_when_none_does():
    assert await failures(ships("Ferry aground", match="group:sea ferry")) == ()
    (problem,) = await failures(ships(out=("Ferry aground",), match="group:sea ferry"))
    assert problem.what == '\'Ferry aground\' is let in: group: "sea" · title: "Ferry"'


async def test_an_entry_that_is_kept_is_judged_whole_with_where_it_came_from():
    house = await settled(FakeStore())
    await house.store.sync_sources(SOURCES, NOON)
    entry = await house.arrive("bbc", "Aground", summary="The ferry ran aground.")
    assert entry.url is not None
    assert await failures(ships(entry.key.short, entry.url), house) == ()
    (problem,) = await failures(replace(ships(entry.url), selectors=("sea",)), house)
    assert problem.what.endswith("is not let in: source bbc, group land; from: sea")


async def test_an_address_that_is_not_kept_could_not_be_tried_and_a_word_as_long_as_an_id_is_a_headline():
    house = await settled(FakeStore())
    for store in (house, None):
        (problem,) = await failures(ships("https://a.example/1"), store)
        assert (problem.severity, "it was not tried" in problem.what) == ("warning", True)
    (problem,) = await failures(ships("subscription"), house)
    assert problem.what == "'subscription' is not let in: no ferry"


async def over(house: House, *topics: Topic) -> list[tuple[str, str, str]]:
    proposed = Proposed(sources=SOURCES, topics=topics, site=SITE)
    found = await check_over(house.store, proposed, FakeClock(NOON))
    return [(one.severity, one.path.removeprefix("topics."), one.what) for one in found]


async def test_topics_that_let_in_nothing_and_those_that_contain_each_other_are_found():
    house = await settled(FakeStore())
    for number in range(6):
        await house.arrive("ap", f"Ferry {number} of harbour {number}", hours=-50 + number)
    await house.arrive("bbc", "Harbour festival")
    await house.arrive("cnn", "Parliament votes on budget")
    await house.curate()
    topics = (
        make_topic("ships", match="ferry", place="topics.yaml:3"),
        make_topic("harbour", match="harbour"),
        make_topic("dead", match="zeppelin", place="topics.yaml:9"),
        make_topic("drawn", selectors=("ships",)),
        make_topic("all"),
    )
    assert await over(house, *topics) == [
        ("warning", "dead", "lets in nothing of what the last 2 days brought"),
        ("note", "drawn", "all of its 6 entries of the last 2 days are in 'harbour'"),
        ("note", "ships", "all of its 6 entries of the last 2 days are in 'harbour'"),
    ]
    same = make_topic("boats", match="title:ferry")
    found = await over(house, topics[0], same)
    assert found == [("note", "boats", "all of its 6 entries of the last 2 days are in 'ships', and nothing else is")]


async def test_without_anything_that_is_kept_no_topic_is_called_dead():
    assert await over(await settled(FakeStore()), make_topic("dead", match="zeppelin")) == []
