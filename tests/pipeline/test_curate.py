from __future__ import annotations

import pytest

from aggregator.errors import StoreError
from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, StoryPolicy
from aggregator.pipeline.curate import Desk, deciding, rematch, with_context
from aggregator.stories import StoryMemory
from aggregator.text.digests import digest64
from aggregator.topics import TopicSet
from tests.builders import make_facts, make_source, make_stored, make_topic
from tests.contract.house import AGROUND, POLICY, settled
from tests.fakes.store import FakeStore

SHARED = digest64("link", "https://wire.example/1")


def test_a_batch_gets_its_stories_and_its_topics_in_one_decision():
    topics = TopicSet.compile([make_topic("drones", match="drone")])
    batch = CurateBatch(
        arrivals=(
            Arrival(number=1, stored=make_stored("1", title="A drone", link_key=SHARED), source=make_facts("lwn")),
            Arrival(
                number=2, stored=make_stored("2", source="ap", title="A kite", link_key=SHARED), source=make_facts("ap")
            ),
        )
    )
    how = deciding(topics, StoryMemory(StoryPolicy()))
    how.trace(batch.arrivals)
    curated = how.decide(batch)
    assert [placement.story for placement in curated.placements] == [EntryKey("lwn", "1")] * 2
    assert [(match.topic, match.key.guid) for match in curated.matches] == [("drones", "1")]
    assert curated.judged == (EntryKey("lwn", "1"), EntryKey("ap", "2"))


def digests(topics, sources):
    return {topic.slug: topic.rule_digest for topic in with_context(topics, sources)}


def test_a_rule_is_another_one_when_sources_change_their_group_or_tags():
    topics = [make_topic("all"), make_topic("tagged", selectors=("tag:x",))]
    before = digests(topics, [make_source("lwn", tags=("x",))])
    after = digests(topics, [make_source("lwn", tags=("y",))])
    assert before["all"] == after["all"]
    assert before["tagged"] != after["tagged"]


def test_a_source_that_becomes_private_changes_every_rule():
    topics = [make_topic("all"), make_topic("tagged", selectors=("tag:x",))]
    before = digests(topics, [make_source("lwn", tags=("x",))])
    after = digests(topics, [make_source("lwn", tags=("x",), private=True)])
    assert before["all"] != after["all"]
    assert before["tagged"] != after["tagged"]


def test_a_topic_that_draws_on_another_changes_with_its_rule():
    def rules(match):
        return digests([make_topic("a", match=match), make_topic("b", selectors=("a",)), make_topic("c")], [])

    before, after = rules("x"), rules("y")
    assert before["b"] != after["b"]
    assert before["c"] == after["c"]


def test_rules_are_the_same_whatever_title_and_limit_are():
    before, after = (digests([make_topic("a", title=title)], []) for title in ("A", "B"))
    assert before == after


@pytest.mark.anyio
async def test_what_was_learned_for_a_commit_that_failed_is_forgotten():
    store = FakeStore()
    house = await settled(store)
    await house.arrive("ap", AGROUND)
    store.fail_commits()
    with pytest.raises(StoreError):
        await house.curate()
    await house.curate()
    (counts,) = (await store.recall()).counts
    assert counts.entries == 1.0, "the words of the one entry are counted once"
    kept, loaded = await house.desk.memory(store), await Desk(POLICY).memory(store)
    assert (kept.stories, kept.weights) == (loaded.stories, loaded.weights)


@pytest.mark.anyio
async def test_topics_whose_rule_changed_stay_stale_until_the_last_slice_is_committed():
    store = FakeStore()
    house = await settled(store, make_topic("world"))
    await house.arrive("ap", AGROUND)
    await house.curate()
    changed = [make_topic("world", match="ferry")]
    store.fail_commits()
    with pytest.raises(StoreError):
        await rematch(store, changed)
    assert await rematch(store, changed) == {"world"}
    assert await rematch(store, changed) == frozenset()
