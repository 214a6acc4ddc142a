"""Which entries share a story because of their link, and why; everything else is switched off here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, Granularity, Neighbour, Placement, StoryPolicy
from aggregator.stories import StoryMemory, place, read_texts
from tests.builders import NOON, make_facts, make_stored


def arrival(
    source: str, guid: str, *, link: int | None = 7, title: str = "Drones strike", minutes: int = 0, **stored: Any
) -> Arrival:
    return Arrival(
        number=0,
        stored=make_stored(
            guid,
            source=source,
            link_key=link,
            title=title,
            first_seen_at=NOON + timedelta(minutes=minutes),
            **stored,
        ),
        source=make_facts(source),
    )


LINKS_ONLY = StoryPolicy(granularity=Granularity.OFF, headline_window=timedelta(), text_share=2.0)


def run(*arrivals: Arrival, near: Sequence[Neighbour] = (), policy: StoryPolicy = LINKS_ONLY) -> tuple[Placement, ...]:
    batch = CurateBatch(arrivals=arrivals, neighbours=tuple(near))
    return place(batch, read_texts(arrivals), StoryMemory(policy)).placements


def neighbour_of(arrived: Arrival, story: EntryKey, root: EntryKey | None = None) -> Neighbour:
    entry = arrived.stored.entry
    assert entry.link_key is not None
    return Neighbour(
        key=entry.key,
        link_key=entry.link_key,
        story=story,
        first_seen_at=arrived.stored.first_seen_at,
        title=entry.title,
        root=root,
    )


def stories(placements: Sequence[Placement]) -> list[str]:
    return [f"{placement.story.source}/{placement.story.guid}" for placement in placements]


def repeats(placements: Sequence[Placement]) -> list[EntryKey | None]:
    return [placement.duplicate_of for placement in placements]


def test_an_entry_that_nothing_came_before_founds_its_story():
    (placement,) = run(arrival("ap", "1"))
    assert placement.story == placement.key == EntryKey("ap", "1")
    assert placement.duplicate_of is None
    assert placement.copy_reason is None


def test_entries_without_a_link_stand_alone():
    placements = run(arrival("ap", "1", link=None), arrival("bbc", "1", link=None))
    assert stories(placements) == ["ap/1", "bbc/1"]
    assert {placement.reason.rule for placement in placements} == {"off"}


def test_links_may_be_switched_off():
    assert stories(run(arrival("ap", "1"), arrival("bbc", "1"), policy=replace(LINKS_ONLY, same_link=False))) == [
        "ap/1",
        "bbc/1",
    ]


def test_what_was_old_on_arrival_is_found_by_its_link_only():
    old = {"published_at": NOON - timedelta(days=4)}
    placements = run(
        arrival("ap", "1", **old), arrival("bbc", "1", **old), arrival("cnn", "1", link=9, **old), policy=StoryPolicy()
    )
    assert stories(placements) == ["ap/1", "ap/1", "cnn/1"]
    assert placements[2].reason.rule == "old"


def test_one_link_in_two_sources_is_one_story_and_the_later_entry_a_duplicate():
    placements = run(arrival("ap", "1"), arrival("bbc", "9", title="Own headline", minutes=180))
    assert stories(placements) == ["ap/1", "ap/1"]
    assert repeats(placements) == [None, EntryKey("ap", "1")]
    assert placements[1].reason.evidence == "same link as ap, 3 h earlier"


def test_different_links_are_different_stories():
    assert stories(run(arrival("ap", "1", link=1), arrival("bbc", "1", link=2))) == ["ap/1", "bbc/1"]


def test_a_neighbour_takes_an_arrival_into_its_story():
    near = neighbour_of(arrival("ap", "1", minutes=-30), EntryKey("ap", "0"))
    (placement,) = run(arrival("bbc", "9"), near=[near])
    assert stories([placement]) == ["ap/0"]
    assert placement.duplicate_of == EntryKey("ap", "1"), "the founder was pruned, the oldest left is pointed at"
    assert placement.reason.evidence == "same link as ap, 30 min earlier"


def test_of_several_neighbours_the_oldest_decides():
    younger = neighbour_of(arrival("ap", "1", minutes=-10), EntryKey("ap", "1"))
    older = neighbour_of(arrival("dpa", "2", minutes=-20), EntryKey("dpa", "2"))
    assert stories(run(arrival("bbc", "9"), near=[younger, older])) == ["dpa/2"]


def test_a_duplicate_points_at_the_root_and_never_at_another_duplicate():
    placements = run(*(arrival(source, "1", minutes=n) for n, source in enumerate(["ap", "bbc", "cnn"])))
    assert repeats(placements) == [None, EntryKey("ap", "1"), EntryKey("ap", "1")]


def test_within_one_source_an_equal_title_on_one_link_joins_the_story_but_is_no_duplicate():
    placements = run(arrival("ap", "1"), arrival("ap", "2", title="DRONES strike!"))
    assert stories(placements) == ["ap/1", "ap/1"]
    assert repeats(placements) == [None, None]


def test_within_one_source_different_titles_on_one_link_are_different_stories():
    placements = run(arrival("ap", "1", title="One"), arrival("ap", "2", title="Two"))
    assert stories(placements) == ["ap/1", "ap/2"]
    assert placements[1].copy_reason.rule == "shared-link"


def test_a_neighbour_without_a_title_is_never_taken_for_another_entry_of_its_source():
    near = replace(neighbour_of(arrival("ap", "1"), EntryKey("ap", "1")), title="")
    assert stories(run(arrival("ap", "2"), near=[near])) == ["ap/2"]
    assert stories(run(arrival("bbc", "2"), near=[near])) == ["ap/1"]


def test_a_link_that_one_source_puts_on_everything_is_no_key_for_anybody():
    front_page = [arrival("ap", guid, title=f"Story {guid}") for guid in "123"]
    placements = run(*front_page, arrival("bbc", "1", title="Story 1"))
    assert stories(placements) == ["ap/1", "ap/2", "ap/3", "bbc/1"]
    assert placements[3].copy_reason.evidence == "one source puts 3 titles on this link: it tells no entries apart"


def test_neighbours_too_show_that_a_link_is_no_key():
    near = [neighbour_of(arrival("ap", guid, title=f"Story {guid}"), EntryKey("ap", guid)) for guid in "123"]
    assert stories(run(arrival("bbc", "1", title="Story 1"), near=near)) == ["bbc/1"]


def test_on_a_contested_link_the_title_finds_the_story():
    placements = run(
        arrival("ap", "1", title="One"),
        arrival("ap", "2", title="Two", minutes=1),
        arrival("bbc", "1", title="Two", minutes=2),
        arrival("cnn", "1", title="Three", minutes=3),
    )
    assert stories(placements) == ["ap/1", "ap/2", "ap/2", "cnn/1"]
    assert repeats(placements)[2] == EntryKey("ap", "2")


def test_two_titles_of_one_source_do_not_meet_by_way_of_another_source():
    placements = run(
        arrival("ap", "1", title="One"),
        arrival("bbc", "1", title="Two", minutes=1),
        arrival("ap", "2", title="Two", minutes=2),
    )
    assert stories(placements) == ["ap/1", "ap/1", "ap/2"]


def test_a_revised_arrival_keeps_its_story_and_others_find_it_there():
    kept = replace(arrival("ap", "1", story=EntryKey("dpa", "5"), duplicate_of=EntryKey("dpa", "5")), revised=True)
    placements = run(kept, arrival("bbc", "1", minutes=1))
    assert [placement.key for placement in placements] == [EntryKey("bbc", "1")]
    assert stories(placements) == ["dpa/5"]


def test_an_entry_that_was_edited_while_it_waited_is_placed_once():
    waiting = arrival("ap", "1")
    assert len(run(waiting, replace(waiting, revised=True))) == 1


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "at the same time"),
        (0, "at the same time"),
        (1, "1 min earlier"),
        (119, "119 min earlier"),
        (120, "2 h earlier"),
        (2879, "47 h earlier"),
        (2880, "2 d earlier"),
    ],
)
def test_the_reason_says_how_much_earlier(minutes, said):
    placements = run(arrival("ap", "1"), arrival("bbc", "1", minutes=minutes))
    assert placements[1].reason.evidence == f"same link as ap, {said}"


_ARRIVALS = st.lists(
    st.builds(
        arrival,
        st.sampled_from(["ap", "bbc", "cnn"]),
        st.sampled_from("123456"),
        link=st.sampled_from([None, 1, 2]),
        title=st.sampled_from(["One", "Two", "Three"]),
        minutes=st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda a: a.stored.entry.key,
)


@given(arrivals=_ARRIVALS, cuts=st.lists(st.integers(0, 12), max_size=3))
def test_batches_cut_anywhere_give_the_same_stories(arrivals, cuts):
    placed: list[Placement] = []
    near: list[Neighbour] = []
    edges = sorted({0, *(min(cut, len(arrivals)) for cut in cuts), len(arrivals)})
    for start, end in pairwise(edges):
        batch = arrivals[start:end]
        found = run(*batch, near=near)
        place_of = {placement.key: placement for placement in found}
        for arrived in batch:
            placement = place_of[arrived.stored.entry.key]
            if arrived.stored.entry.link_key is not None:
                near.append(neighbour_of(arrived, placement.story, placement.duplicate_of))
        placed += found
    assert tuple(placed) == run(*arrivals)


@given(arrivals=_ARRIVALS)
def test_every_entry_gets_one_story_whose_founder_founded_it(arrivals):
    placements = run(*arrivals)
    assert [placement.key for placement in placements] == [a.stored.entry.key for a in arrivals]
    story_of = {placement.key: placement.story for placement in placements}
    assert all(story_of[story] == story for story in story_of.values())


@given(arrivals=_ARRIVALS)
def test_a_duplicate_repeats_a_root_of_another_source_in_its_own_story(arrivals):
    placements = {placement.key: placement for placement in run(*arrivals)}
    for placement in placements.values():
        if placement.duplicate_of is not None:
            root = placements[placement.duplicate_of]
            assert root.duplicate_of is None
            assert root.story == placement.story
            assert root.key.source != placement.key.source


@given(arrivals=_ARRIVALS)
def test_two_titles_of_one_source_never_share_a_story(arrivals):
    titles: dict[tuple[EntryKey, str], set[str]] = {}
    for placement, arrived in zip(run(*arrivals), arrivals, strict=True):
        titles.setdefault((placement.story, placement.key.source), set()).add(arrived.stored.entry.title)
    assert all(len(found) == 1 for found in titles.values())


def test_a_document_of_our_own_is_told_as_if_it_came_today():
    old = NOON - timedelta(days=30)
    news = arrival("ap", "1", link=None, published_at=old, title="Ferry aground off Malta coast")
    again = arrival("bbc", "1", link=None, published_at=old, title="Malta: ferry aground off the coast")
    policy = StoryPolicy()
    assert {one.reason.rule for one in run(news, again, policy=policy)} == {"old"}
    ours = [replace(one, source=replace(one.source, url="file:///samples/a.xml")) for one in (news, again)]
    assert stories(run(*ours, policy=policy)) == ["ap/1", "ap/1"]
