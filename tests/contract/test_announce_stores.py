"""What every store does for announcing: what a topic may show, and what it showed for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.edition import Composed, Edition, SiteFacts, TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.shape import Queue, Shape
from aggregator.model.source import Source
from aggregator.model.story import Curated, Deciding, Placement, StoryMerge
from aggregator.model.topic import Match, Topic, TopicMode
from aggregator.model.verdict import New, Revised
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import FOUNDED, MATCHED, REASON, bring, deciding, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
WORLD = make_topic("world")
A, B = EntryKey("lwn", "a"), EntryKey("lwn", "b")


@pytest.fixture
async def store(store: Store) -> Store:
    """Let two entries be stories of their own, in one topic."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await bring(store, new(make_entry("a"), make_entry("b")))
    await store.curate(99, deciding("world"))
    return store


async def announce(store: Store, topic: Topic = WORLD, at: datetime = NOON) -> tuple[Edition, TopicView]:
    views: list[TopicView] = []

    def composing(view: TopicView) -> Composed:
        views.append(view)
        return compose(view, at, SITE)

    return await store.announce(topic, at, composing), views[0]


async def decide(store: Store, decided: Curated) -> None:
    await store.curate(99, Deciding(trace=lambda _: (), decide=lambda _: decided))


async def edit(store: Store, guid: str, at: datetime = NOON + HOUR) -> None:
    await bring(store, [Revised(entry=make_entry(guid, title="Edited"), revision=1, reason=REASON)], at=at)


def ids(edition: Edition) -> set[str]:
    return {entry.id for entry in edition.entries}


async def test_what_waits_is_shown_to_who_composes_with_all_that_is_known_of_it(store: Store):
    _, view = await announce(store)
    assert (view.topic, view.last_digest, view.last_changed_at, view.taken_ids) == (WORLD, "", None, frozenset())
    assert view.feed_id == f"tag:{view.authority}:topic/world"
    assert view.authority.startswith("t.example,")
    assert {one.subject for one in view.candidates} == {A, B}
    for one in view.candidates:
        (member,) = one.members
        assert (member.stored.entry.key, member.reason, member.source.id) == (one.subject, MATCHED, "lwn")
        assert (one.ledger, one.announced_at) == (None, None)


async def test_with_nothing_new_the_edition_is_the_one_that_was_there(store: Store):
    first, _ = await announce(store)
    again, view = await announce(store, at=NOON + HOUR)
    assert again == first
    assert (view.last_digest, view.last_changed_at) == (first.digest, first.changed_at)
    assert {one.announced_at for one in view.candidates} == {NOON}


async def test_what_was_announced_is_in_the_ledger_for_every_topic_as_it_was_then(store: Store):
    first, view = await announce(store)
    await edit(store, "a")
    await store.curate(99, deciding("world", "ships"))
    second, later = await announce(store, make_topic("ships"), NOON + 2 * HOUR)
    (candidate,) = later.candidates
    assert candidate.ledger is not None
    assert (candidate.subject, candidate.announced_at, candidate.ledger.lead) == (A, None, A)
    assert candidate.ledger.first_announced_at == NOON
    assert candidate.ledger.atom_id in ids(first) & ids(second)
    assert view.feed_id != later.feed_id


async def test_what_was_announced_waits_no_more_in_what_is_told_of_it(store: Store):
    await announce(store, replace(WORLD, shape=Shape(settle=HOUR)))
    ((slug, waits, again_at),) = (await store.entry_views(A.short))[0].fates
    assert (slug, waits.verdict, waits.rule, again_at) == ("world", "waits", "settle", NOON + HOUR)
    edition, _ = await announce(store, at=NOON + HOUR / 2)
    assert len(edition.entries) == 2
    assert (await store.entry_views(A.short))[0].fates == ()


async def test_what_waits_is_counted_gate_by_gate_with_the_next_moment_until_it_is_told(store: Store):
    await bring(store, new(make_entry("c", source="other")), at=NOON + HOUR, source_id="other")
    await store.curate(99, deciding("world"))
    settling = replace(WORLD, shape=Shape(settle=3 * HOUR, min_outlets=2))
    await announce(store, settling, NOON + HOUR)
    waiting = (Queue(rule="settle", waiting=3, next_at=NOON + 3 * HOUR),)
    assert await queues(store, settling) == {"world": waiting}
    await announce(store, settling, NOON + 3 * HOUR)
    assert await queues(store, settling) == {
        "world": (
            Queue(rule="min-outlets", waiting=2),
            Queue(rule="settle", waiting=1, next_at=NOON + 4 * HOUR),
        )
    }
    await announce(store, at=NOON + 3 * HOUR)
    assert await queues(store, settling) == {}


async def test_what_waits_in_a_topic_that_was_taken_out_is_not_told(store: Store):
    settling = replace(WORLD, shape=Shape(settle=3 * HOUR))
    await announce(store, settling)
    await store.stale_topics([])
    assert (await store.activity(NOON)).queues == ()


async def queues(store: Store, topic: Topic) -> dict[str, tuple[Queue, ...]]:
    """Tell what waits, as the status and what happened lately say alike."""
    lately = (await store.activity(NOON)).queues
    of_status = {one.slug: one.queues for one in (await store.status([topic], NOON)).topics if one.queues}
    assert dict(lately) == of_status
    return of_status


async def test_what_a_failing_composer_had_begun_is_not_kept(store: Store):
    def failing(view: TopicView) -> Composed:
        raise StoreError("as told")

    with pytest.raises(StoreError, match="as told"):
        await store.announce(WORLD, NOON, failing)
    _, view = await announce(store)
    assert {one.announced_at for one in view.candidates} == {None}


async def test_a_topic_shows_all_that_waits_and_of_what_was_announced_no_more_than_it_has_room_for(store: Store):
    small = replace(WORLD, limit=1)
    first, view = await announce(store, small)
    assert (len(first.entries), len(view.candidates)) == (1, 2)
    _, later = await announce(store, small, NOON + HOUR)
    assert [one.subject.short for one in later.candidates] == [first.entries[0].story_id]


async def test_what_was_kept_only_never_brings_its_subject_into_a_feed(store: Store):
    await bring(store, [New(entry=make_entry("old"), reason=REASON, backfilled=True)], at=NOON + HOUR)
    await store.curate(99, deciding("world"))
    _, view = await announce(store)
    assert {one.subject for one in view.candidates} == {A, B}


async def test_a_match_that_goes_takes_what_was_not_announced_and_leaves_what_was(store: Store):
    first, _ = await announce(store)
    await bring(store, new(make_entry("c")), at=NOON + HOUR)
    await store.curate(99, deciding("world"))
    await edit(store, "a")
    await bring(store, [Revised(entry=make_entry("c", title="E"), revision=1, reason=REASON)], at=NOON + 2 * HOUR)
    await store.curate(99, deciding())
    again, view = await announce(store, at=NOON + 3 * HOUR)
    assert ids(again) == ids(first)
    assert EntryKey("lwn", "c") not in {one.subject for one in view.candidates}


async def test_an_id_that_another_subject_holds_is_told_as_taken(store: Store):
    for source in ("lwn", "other"):
        await bring(store, new(make_entry("urn:example:1", source=source)), source_id=source)
        await store.curate(99, deciding("world"))
        edition, view = await announce(store, at=NOON + HOUR)
        assert view.taken_ids == ({"urn:example:1"} if source == "other" else frozenset())
    assert len(ids(edition)) == 4


async def test_a_subject_that_bears_a_key_of_old_gets_an_id_of_its_own(store: Store):
    known: list[Source] = []
    shown: list[set[str]] = [set()]
    for name in ("press", "herald", "mail"):
        # The source is given an id, and the name that it had goes to the next one, which uses the same guids.
        url = f"https://{name}.example/feed.xml"
        *_, slug = await store.sync_sources([*known, make_source("s", id_given=False, url=url)], NOON)
        assert slug.id == "s"
        await bring(store, new(make_entry("x", source="s")), source_id="s")
        await store.curate(99, deciding("world"))
        shown.append(ids((await announce(store, at=NOON + HOUR))[0]))
        assert shown[-1] > shown[-2]
        known.append(make_source(name, url=url))
        await store.sync_sources(known, NOON)
    assert len(shown[-1]) == 5


async def test_of_a_story_all_members_are_shown_those_with_a_reason_and_those_that_it_brought(store: Store):
    await bring(store, new(make_entry("c", source="other")), source_id="other", at=NOON + HOUR)
    joined = Placement(key=EntryKey("other", "c"), story=A, reason=FOUNDED)
    await decide(store, Curated(placements=(joined,), judged=(joined.key,)))
    _, view = await announce(store)
    (story,) = (one for one in view.candidates if one.subject == A)
    assert [(member.stored.entry.key, member.reason) for member in story.members] == [
        (A, MATCHED),
        (EntryKey("other", "c"), None),
    ]


async def test_a_copy_is_the_subject_that_it_repeats_also_where_each_entry_is_shown(store: Store):
    topic = replace(WORLD, mode=TopicMode.ENTRIES)
    await bring(store, new(make_entry("c")), at=NOON + HOUR)
    copy = Placement(key=EntryKey("lwn", "c"), story=B, duplicate_of=A, reason=FOUNDED)
    await decide(
        store,
        Curated(placements=(copy,), judged=(copy.key,), matches=(Match(topic="world", key=copy.key, reason=MATCHED),)),
    )
    _, view = await announce(store, topic)
    assert {one.subject: len(one.members) for one in view.candidates} == {A: 2, B: 1}


async def test_a_story_that_merges_goes_on_under_the_id_that_the_topics_readers_know(store: Store):
    await decide(store, Curated())
    other = make_topic("ships")
    await edit(store, "b")
    ships = Match(topic="ships", key=B, reason=MATCHED)
    await decide(store, Curated(judged=(B,), matches=(ships, Match(topic="world", key=B, reason=MATCHED))))
    (known,) = ids((await announce(store, other))[0])
    both, _ = await announce(store)
    await edit(store, "a", NOON + 2 * HOUR)
    await decide(store, Curated(merges=(StoryMerge(story=B, into=A, reason=FOUNDED),)))
    edition, view = await announce(store, other, NOON + 3 * HOUR)
    assert ids(edition) == {known}
    (story,) = view.candidates
    assert (story.subject, story.ledger.subject if story.ledger else None, len(story.members)) == (A, B, 2)
    assert ids((await announce(store, at=NOON + 3 * HOUR))[0]) == ids(both) - {known}


async def test_a_topic_that_changes_its_mode_announces_its_subjects_of_the_other_kind_under_ids_of_their_own(
    store: Store,
):
    await bring(store, new(make_entry("c")), at=NOON + HOUR)
    joined = Placement(key=EntryKey("lwn", "c"), story=A, reason=FOUNDED)
    match = Match(topic="world", key=joined.key, reason=MATCHED)
    await decide(store, Curated(placements=(joined,), judged=(joined.key,), matches=(match,)))
    stories, _ = await announce(store)
    entries, _ = await announce(store, replace(WORLD, mode=TopicMode.ENTRIES), NOON + HOUR)
    assert (len(ids(stories)), len(ids(entries))) == (2, 3)
    assert ids(stories) < ids(entries)


async def test_the_name_of_a_feed_stays_whatever_becomes_of_the_slug(store: Store):
    _, before = await announce(store)
    moved = make_topic("globe", aliases=("world",))
    await store.stale_topics([moved])
    _, after = await announce(store, moved, NOON + HOUR)
    assert after.feed_id == before.feed_id
    assert {one.announced_at for one in after.candidates} == {NOON}
