"""What every store does for curating: arrivals in order behind a watermark, stories, matches and rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.status import EntryFilter
from aggregator.model.story import (
    MOST_HOLDERS,
    CurateBatch,
    Curated,
    CurateResult,
    Deciding,
    HeadlineUse,
    Placement,
    Recalled,
    Recent,
    StoryMerge,
    TermCounts,
    Traces,
)
from aggregator.model.topic import Match
from aggregator.model.verdict import Revised
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import FOUNDED, MATCHED, REASON, bring, deciding, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
A, B, C = (EntryKey("lwn", guid) for guid in "abc")
WORLD, SHIPS = make_topic("world"), make_topic("ships", match="ferry")


@pytest.fixture
async def store(store: Store) -> Store:
    """Let three entries have arrived."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    for number, guid in enumerate("abc"):
        await bring(store, new(make_entry(guid)), at=NOON + number * HOUR)
    return store


async def curated(store: Store, decided: Curated, limit: int = 99, traces: tuple[Traces, ...] = ()) -> CurateBatch:
    """Decide so about the next batch; say what it was."""
    seen: list[CurateBatch] = []

    def decide(batch: CurateBatch) -> Curated:
        seen.append(batch)
        return decided

    await store.curate(limit, Deciding(trace=lambda _: traces, decide=decide))
    return seen[0]


async def topics(store: Store) -> dict[str, tuple[str, ...]]:
    found = await store.entries(EntryFilter(), NOON)
    return {stored.entry.key.guid: stored.topics for stored, _ in found}


async def edit(store: Store, guid: str, revision: int = 1) -> None:
    edited = make_entry(guid, title="Edited")
    await bring(store, [Revised(entry=edited, revision=revision, reason=REASON)], at=NOON + 9 * HOUR)


async def test_arrivals_are_taken_once_in_the_order_in_which_they_came(store: Store):
    seen: list[CurateBatch] = []
    assert await store.curate(2, deciding(seen=seen)) == CurateResult(arrivals=2)
    assert await store.curate(2, deciding(seen=seen)) == CurateResult(arrivals=1)
    assert await store.curate(2, deciding(seen=seen)) == CurateResult()
    assert [[arrival.stored.entry.key for arrival in batch.arrivals] for batch in seen] == [[A, B], [C]]
    numbers = [arrival.number for batch in seen for arrival in batch.arrivals]
    assert numbers == sorted(set(numbers))
    assert (await store.status((), NOON)).waiting == 0


async def test_a_decision_and_the_watermark_are_committed_together_or_not_at_all(store: Store):
    before = await store.status((), NOON)
    for _ in range(2):
        with pytest.raises(StoreError, match="as told"):
            await store.curate(2, deciding(fail=StoreError("as told")))
    nobody = Placement(key=A, story=EntryKey("lwn", "nobody"), reason=FOUNDED)
    with pytest.raises(StoreError, match="not stored"):
        await curated(store, Curated(placements=(Placement(key=B, story=B, reason=FOUNDED), nobody)))
    assert await store.status((), NOON) == before
    assert {stored.story for stored, _ in await store.entries(EntryFilter(), NOON)} == {None}
    seen: list[CurateBatch] = []
    await store.curate(2, deciding(seen=seen))
    assert [arrival.stored.entry.key for arrival in seen[0].arrivals] == [A, B]


async def test_an_edit_arrives_anew_and_keeps_its_story(store: Store):
    await store.curate(99, deciding())
    await edit(store, "a")
    batch = await curated(store, Curated(placements=(Placement(key=A, story=B, reason=FOUNDED),)))
    (arrival,) = batch.arrivals
    assert (arrival.revised, arrival.stored.entry.title, arrival.stored.story) == (True, "Edited", A)
    found = {stored.entry.key: stored.story for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert found[A] == A


async def test_what_was_revised_while_it_waited_is_decided_about_once_as_it_is_now(store: Store):
    await edit(store, "a")
    batch = await curated(store, Curated())
    assert [(arrival.stored.entry.title, arrival.revised) for arrival in batch.arrivals] == [
        ("Edited", False),
        ("Entry b", False),
        ("Entry c", False),
    ]


async def test_what_a_source_is_known_by_travels_with_its_arrivals(store: Store):
    await store.sync_sources([make_source(title="LWN", tags=("t",), group="g", owner="o", language="en")], NOON)
    facts = (await curated(store, Curated())).arrivals[0].source
    assert (facts.id, facts.title, facts.tags, facts.group, facts.owner) == ("lwn", "LWN", ("t",), "g", "o")
    assert (facts.language, facts.url, facts.private) == ("en", make_source().url, False)


async def test_a_copy_counts_where_it_came_from_and_leads_to_what_it_repeats(store: Store):
    why = Reason("story", "copy", "link")
    copy = Placement(key=B, story=A, duplicate_of=A, reason=FOUNDED, copy_reason=why)
    await curated(store, Curated(placements=(Placement(key=A, story=A, reason=FOUNDED), copy)))
    found = {stored.entry.key: stored for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert (found[B].story, found[B].duplicate_of, found[A].duplicate_of) == (A, A, None)
    polls = (await store.status((), NOON, polls=3)).sources[0].polls
    assert [poll.duplicates for poll in polls] == [0, 1, 0]


# What lies near


async def test_what_is_placed_and_has_the_link_of_an_arrival_is_near_and_what_waits_is_not(store: Store):
    await curated(store, Curated(placements=(Placement(key=A, story=A, reason=FOUNDED),)), limit=1)
    links = [make_entry(guid).link_key for guid in "ab"]
    batch = await curated(store, Curated(), traces=tuple(Traces(key=C, link_key=link) for link in links))
    (neighbour,) = batch.neighbours
    assert (neighbour.key, neighbour.story, neighbour.link_key, neighbour.title) == (A, A, links[0], "Entry a")
    assert (neighbour.owner, neighbour.root, neighbour.first_seen_at) == ("lwn", None, NOON)


async def test_what_was_remembered_of_texts_and_headlines_is_found_by_them(store: Store):
    use = HeadlineUse(headline=7, key=A, first_at=NOON, last_at=NOON + HOUR, times=3)
    recent = Recent(key=A, story=A, seen_at=NOON, language="en", prints=(1, 2))
    placed = (Placement(key=A, story=A, reason=FOUNDED),)
    await curated(store, Curated(placements=placed, recent=(recent,), headlines=(use,)), limit=1)
    batch = await curated(store, Curated(), traces=(Traces(key=B, headline=7), Traces(key=C, prints=(2, 3))))
    assert batch.headlines == (use,)
    assert batch.holders == ((2, A),)
    (neighbour,) = batch.neighbours
    assert (neighbour.key, neighbour.content_html) == (A, "<p>Content of a.</p>")


async def test_of_many_entries_that_share_fingerprints_with_an_arrival_the_few_that_share_most_are_near(store: Store):
    await bring(store, new(*(make_entry(f"{number}") for number in range(9))))
    keys = [EntryKey("lwn", f"{number}") for number in range(9)]
    placed = tuple(Placement(key=key, story=key, reason=FOUNDED) for key in (*keys, A, B, C))
    recent = [
        Recent(key=key, story=key, seen_at=NOON, language="en", prints=tuple(range(number + 1)))
        for number, key in enumerate(keys)
    ]
    await curated(store, Curated(placements=placed, recent=tuple(recent)))
    await edit(store, "c")
    batch = await curated(store, Curated(), traces=(Traces(key=C, prints=tuple(range(8))),))
    assert {neighbour.key for neighbour in batch.neighbours} == {*keys[5:]}
    assert {(one, key) for one, key in batch.holders if key == keys[5]} == {(one, keys[5]) for one in range(6)}


async def test_a_fingerprint_that_many_entries_have_says_nothing(store: Store):
    many = [EntryKey("lwn", f"{number}") for number in range(MOST_HOLDERS)]
    await bring(store, new(*(make_entry(key.guid) for key in many)))
    recent = tuple(Recent(key=key, story=key, seen_at=NOON, language="en", prints=(7,)) for key in many)
    placed = tuple(Placement(key=key, story=key, reason=FOUNDED) for key in (*many, A, B, C))
    await curated(store, Curated(placements=placed, recent=recent))
    await edit(store, "c")
    batch = await curated(store, Curated(), traces=(Traces(key=C, prints=(7,)),))
    assert (batch.holders, batch.neighbours) == ((), ())


async def test_of_a_headline_the_last_use_by_each_source_is_remembered(store: Store):
    await store.curate(99, deciding())
    uses = [HeadlineUse(headline=7, key=key, first_at=NOON, last_at=NOON + HOUR) for key in (A, B)]
    for use in uses:
        await edit(store, "c")
        await curated(store, Curated(headlines=(use,)))
    await edit(store, "c")
    assert (await curated(store, Curated(), traces=(Traces(key=C, headline=7),))).headlines == (uses[1],)


async def test_what_is_recalled_is_what_was_remembered_oldest_first_with_the_story_of_today(store: Store):
    assert await store.recall() == Recalled()
    await store.curate(99, deciding())
    ferry = Recent(key=A, story=A, seen_at=NOON + HOUR, language="en", terms=(("ferry", 3), ("malta", 1)), prints=(1,))
    older = replace(ferry, key=B, story=B, seen_at=NOON)
    copy = replace(ferry, key=C, story=C, terms=())
    counts = TermCounts(language="en", day=NOON.date(), entries=2.5, terms=(("ferry", 1.5), ("old", 1.0)))
    await edit(store, "c")
    await curated(store, Curated(recent=(ferry, older, copy), counts=(counts,)))
    later = replace(counts, entries=3.0, terms=(("ferry", 2.0),))
    merge = StoryMerge(story=A, into=B, reason=FOUNDED)
    await edit(store, "c", 2)
    await curated(store, Curated(counts=(later,), merges=(merge,)))
    recalled = await store.recall()
    assert [(one.key, one.story, one.terms) for one in recalled.recent] == [(B, B, ferry.terms), (A, B, ferry.terms)]
    (found,) = recalled.counts
    assert (found.entries, dict(found.terms), found.complete) == (3.0, {"ferry": 2.0, "old": 1.0}, True)


async def test_counts_that_are_complete_take_the_place_of_those_that_were(store: Store):
    counts = TermCounts(language="en", day=NOON.date(), entries=1.0, terms=(("ferry", 1.0),))
    await curated(store, Curated(counts=(counts,)), limit=1)
    await curated(store, Curated(counts=(replace(counts, terms=(("malta", 1.0),), complete=True),)))
    assert [one.terms for one in (await store.recall()).counts] == [(("malta", 1.0),)]


# Stories that merge


async def test_all_entries_of_a_merged_story_are_found_under_both_ids(store: Store):
    await store.curate(99, deciding())
    await edit(store, "c")
    merges = (StoryMerge(story=C, into=B, reason=FOUNDED), StoryMerge(story=B, into=A, reason=FOUNDED))
    await curated(store, Curated(merges=merges))
    for key in (A, B, C):
        found = await store.entries(EntryFilter(story=key.short), NOON)
        assert {stored.entry.key for stored, _ in found} == {A, B, C}
        assert {short for _, short in found} == {A.short}


# Matches and rules


async def test_matches_are_those_that_were_found_last_and_their_topics_are_told(store: Store):
    assert (await store.curate(99, deciding("world", "ships"))).topics == {"world", "ships"}
    await edit(store, "a")
    assert (await store.curate(99, deciding("world"))).topics == {"world", "ships"}
    assert await topics(store) == {"a": ("world",), "b": ("ships", "world"), "c": ("ships", "world")}
    await edit(store, "b", 2)
    assert (await store.curate(99, deciding())).topics == {"world", "ships"}
    ((topic, reason),) = (await store.entry_views(A.short))[0].topics
    assert (topic, reason) == ("world", MATCHED)


async def test_a_topic_that_shows_a_story_is_told_when_it_grows(store: Store):
    world = Match(topic="world", key=A, reason=MATCHED)
    first = Curated(placements=(Placement(key=A, story=A, reason=FOUNDED),), judged=(A,), matches=(world,))
    await curated(store, first, limit=1)
    grown = Curated(placements=(Placement(key=B, story=A, reason=FOUNDED),), judged=(B,))
    result = await store.curate(1, Deciding(trace=lambda _: (), decide=lambda _: grown))
    assert result.topics == {"world"}
    alone = Curated(placements=(Placement(key=C, story=C, reason=FOUNDED),), judged=(C,))
    assert (await store.curate(1, Deciding(trace=lambda _: (), decide=lambda _: alone))).topics == frozenset()


async def test_a_rule_is_stale_until_everything_was_matched_with_it(store: Store):
    assert await store.stale_topics([WORLD, SHIPS]) == ("world", "ships")
    assert await store.rematch([SHIPS], 9, lambda _: Curated()) is False
    assert await store.stale_topics([WORLD, SHIPS]) == ("world",)
    other = replace(SHIPS, match="ship")
    assert await store.stale_topics([other]) == ("ships",)
    assert await store.stale_topics([replace(SHIPS, title="T")]) == ()


async def test_a_topic_that_retired_is_stale_when_it_returns_and_meanwhile_in_no_entry(store: Store):
    await store.rematch([WORLD, SHIPS], 9, lambda _: Curated())
    await store.curate(99, deciding("world", "ships"))
    assert await store.stale_topics([WORLD]) == ()
    assert set((await topics(store)).values()) == {("world",)}
    await edit(store, "a")
    assert (await store.curate(9, deciding("world"))).topics == {"world"}
    assert await store.stale_topics([WORLD, SHIPS]) == ("ships",)


async def test_a_topic_with_a_new_slug_goes_on_as_its_alias(store: Store):
    await store.rematch([SHIPS], 9, lambda _: Curated())
    await store.curate(99, deciding("ships"))
    boats = replace(SHIPS, slug="boats", aliases=("ships",))
    assert await store.stale_topics([boats]) == ()
    assert set((await topics(store)).values()) == {("boats",)}


async def test_what_is_kept_is_matched_anew_in_slices_for_the_topics_that_changed_only(store: Store):
    await store.curate(2, deciding("world", "ships"))
    seen: list[list[EntryKey]] = []

    def decide(batch: CurateBatch) -> Curated:
        keys = [arrival.stored.entry.key for arrival in batch.arrivals]
        seen.append(keys)
        placed = tuple(Placement(key=key, story=B, reason=FOUNDED) for key in keys)
        named = tuple(
            Match(topic=topic, key=key, reason=MATCHED) for topic in ("ships", "other") for key in keys if key == B
        )
        return Curated(placements=placed, judged=tuple(keys), matches=named)

    more = True
    while more:
        assert await store.stale_topics([WORLD, SHIPS]) == ("world", "ships")
        more = await store.rematch([SHIPS], 1, decide)
    assert seen == [[B], [A]], "what waits is matched when its turn comes"
    assert await topics(store) == {"a": ("world",), "b": ("ships", "world"), "c": ()}
    assert {stored.story for stored, _ in await store.entries(EntryFilter(), NOON)} == {A, B, None}
    assert await store.stale_topics([WORLD, SHIPS]) == ("world",)
