"""Which entries tell one story by what they say, and that a memory that was loaded is the one that was."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings, strategies as st

from aggregator.model.entry import EntryKey
from aggregator.model.story import (
    Arrival,
    CurateBatch,
    Curated,
    Granularity,
    Recalled,
    StoryPolicy,
    TermCounts,
)
from aggregator.stories import StoryMemory, place, read_texts
from aggregator.stories.index import THRESHOLDS, StoryIndex, _among_most
from aggregator.stories.replay import verdict_again
from tests.builders import NOON, make_facts, make_stored

TITLES_ONLY = StoryPolicy(headline_window=timedelta())
DRONES = (
    (0.0, "Iraqi PM survives drone attack on his home in Baghdad"),
    (0.3, "Iraq's prime minister unhurt after drone strike on residence"),
    (0.5, "Iraq: PM al-Kadhimi survives assassination attempt by drone"),
    (6.0, "Drone attack on Iraqi prime minister Kadhimi condemned by Moscow"),
)


def said(hours: float, title: str, number: int = 0, **changes: object) -> Arrival:
    source = f"outlet-{number}"
    at = NOON + timedelta(hours=hours)
    stored = make_stored(
        str(number),
        source=source,
        title=title,
        first_seen_at=at,
        **({"published_at": at, "summary": "", "content_html": "", "language": "en", "link_key": number} | changes),
    )
    return Arrival(number=number, stored=stored, source=make_facts(source))


def run(arrivals: Sequence[Arrival], memory: StoryMemory | None = None) -> Curated:
    memory = memory or StoryMemory(TITLES_ONLY)
    return place(CurateBatch(arrivals=tuple(arrivals)), read_texts(arrivals), memory)


def stories(curated: Curated) -> list[str]:
    into = {merge.story: merge.into for merge in curated.merges}
    found = []
    for placement in curated.placements:
        story = placement.story
        while story in into:
            story = into[story]
        found.append(story.guid)
    return found


def test_four_headlines_about_one_attack_are_one_story():
    curated = run([said(hours, title, number) for number, (hours, title) in enumerate(DRONES)])
    assert stories(curated) == ["0", "0", "0", "0"]
    assert "shared" in curated.placements[2].reason.evidence


def test_what_has_nothing_in_common_stays_apart():
    titles = ("Parliament votes on the budget", "Storm closes the harbour of Dover", "Striker signs for a record fee")
    curated = run([said(n, title, n) for n, title in enumerate(titles)])
    assert stories(curated) == ["0", "1", "2"]
    assert {placement.reason.rule for placement in curated.placements} == {"nothing-like-it"}


def test_a_name_of_two_words_makes_no_story_of_entries_with_summaries():
    texts = (
        (
            "Hong Kong insurers ride record sales",
            "Affluent customers buy policies for retirement, industry figures show.",
        ),
        ("Hong Kong mandates escape hoods in hotels", "The fire department wants guest houses to protect visitors."),
    )
    curated = run([said(n, title, n, summary=summary) for n, (title, summary) in enumerate(texts)])
    assert stories(curated) == ["0", "1"]


def test_an_entry_like_two_stories_makes_them_one_under_the_older_id():
    arrivals = [
        said(0, "Ferry aground off Malta coast", 0),
        said(1, "Rescue helicopters lift passengers", 1),
        said(2, "Ferry aground off Malta: rescue helicopters lift passengers", 2),
    ]
    curated = run(arrivals)
    assert [(merge.story.guid, merge.into.guid) for merge in curated.merges] == [("1", "0")]
    assert stories(curated) == ["0", "0", "0"]


def test_a_story_takes_nothing_after_three_days_and_the_next_chapter_names_it():
    title = "Ferry aground off Malta coast"
    curated = run([said(0, title, 0), said(60, title, 1), said(80, title, 2)])
    assert stories(curated) == ["0", "0", "2"]
    assert curated.placements[2].reason.rule == "chapter"
    assert dict(curated.placements[2].reason.facts)["former_guid"] == "0"


def test_languages_are_apart():
    curated = run([said(0, "Emmanuel Macron Paris", 0), said(1, "Emmanuel Macron Paris", 1, language="fr")])
    assert stories(curated) == ["0", "1"]


def test_granularity_off_joins_nothing():
    policy = replace(TITLES_ONLY, granularity=Granularity.OFF)
    arrivals = [said(n, title, n) for n, (_, title) in enumerate(DRONES)]
    assert stories(run(arrivals, StoryMemory(policy))) == ["0", "1", "2", "3"]


def test_words_of_the_user_stand_for_others():
    titles = ("ECB raises rates again", "Frankfurt raises borrowing costs")
    policy = replace(TITLES_ONLY, equivalents=(("ECB", "Frankfurt"),))
    arrivals = [said(n, title, n) for n, title in enumerate(titles)]
    assert stories(run(arrivals, StoryMemory(policy))) == ["0", "0"]


WORDS = tuple(map("".join, itertools.product("bdfgk", "aou", "rst")))
STREAMS = st.lists(
    st.tuples(st.floats(0, 30), st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique=True)), max_size=24
)


def stream(drawn: Sequence[tuple[float, list[str]]]) -> list[Arrival]:
    hours = 0.0
    arrivals = []
    for number, (later, words) in enumerate(drawn):
        hours += later
        arrivals.append(said(hours, " ".join(words), number))
    return arrivals


@settings(deadline=None)
@given(drawn=STREAMS, cut=st.integers(0, 24))
def test_a_memory_that_is_loaded_goes_on_as_if_it_had_never_stopped(drawn, cut):
    arrivals = stream(drawn)
    whole = StoryMemory(TITLES_ONLY)
    before = run(arrivals[:cut], whole)
    into = {merge.story: merge.into for merge in before.merges}

    def last(story: EntryKey) -> EntryKey:
        return last(into[story]) if story in into else story

    loaded = StoryMemory(TITLES_ONLY)
    recent = tuple(replace(one, story=last(one.story)) for one in before.recent)
    counts = tuple(replace(one, complete=True, terms=_all_terms(before)) for one in before.counts)
    loaded.load(Recalled(recent=recent, counts=counts))
    assert loaded.weights == whole.weights
    assert loaded.stories == whole.stories
    after_whole, after_loaded = run(arrivals[cut:], whole), run(arrivals[cut:], loaded)
    assert after_loaded.placements == after_whole.placements
    assert after_loaded.merges == after_whole.merges


def _all_terms(curated: Curated) -> tuple[tuple[str, float], ...]:
    (counts,) = curated.counts
    return counts.terms


@settings(deadline=None)
@given(drawn=STREAMS)
def test_stored_reasons_decide_the_same_again(drawn):
    curated = run(stream(drawn))
    for placement in curated.placements:
        if verdict_again(placement.reason) is not None:
            assert verdict_again(placement.reason) == placement.reason.verdict
    assert all(verdict_again(merge.reason) == "merged" for merge in curated.merges)


VECTORS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 700), min_size=1, max_size=6)


@given(vectors=st.lists(VECTORS, min_size=1, max_size=14), asked=VECTORS)
def test_no_story_that_is_like_enough_is_overlooked(vectors, asked):
    index = StoryIndex(THRESHOLDS[Granularity.NORMAL])
    for number, vector in enumerate(vectors):
        index.add(EntryKey("s", str(number)), vector, 0.0)
    found = {one.story.key.guid for one in index.probe(asked, 0.0).best}
    length = sum(weight**2 for weight in asked.values()) ** 0.5
    scores = sorted(
        (
            sum(weight * vector.get(term, 0) for term, weight in asked.items())
            / (length * sum(weight**2 for weight in vector.values()) ** 0.5),
            str(number),
        )
        for number, vector in enumerate(vectors)
    )
    sure = {number for score, number in scores if score > 0.25 + 1e-9}
    assert found <= {number for score, number in scores if score > 0.25 - 1e-9}
    assert len(found) >= min(5, len(sure))


def test_a_closed_story_leaves_nothing_behind_for_the_one_that_takes_its_number():
    index = StoryIndex(THRESHOLDS[Granularity.NORMAL])
    day = 24 * 3600.0
    for number in range(30):
        index.expire(number * day)
        terms = {"ferry": 600, f"a{number}": 600, f"b{number}": 500}
        found = {one.story.key.guid for one in index.probe(terms, number * day).best}
        assert found <= {str(number - back) for back in (1, 2, 3, 4)}
        assert index.add(EntryKey("s", str(number)), terms, number * day).number < 6
        assert index.weights == 3 * len(index)
    assert index.probe({"a3": 1000}, 30 * day).nearest is None


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=300), count=st.integers(1, 30))
def test_the_greatest_are_bounded_without_sorting_all(values, count):
    count = min(count, len(values))
    assert _among_most(values, count) == sorted(values)[-count]


def test_counts_grow_old_and_are_forgotten():
    memory = StoryMemory(TITLES_ONLY)
    run([said(0, "Ferry aground off Malta", 0)], memory)
    later = run([said(24 * 60, "Budget vote delayed", 1)], memory)
    (counts,) = later.counts
    assert isinstance(counts, TermCounts)
    assert counts.complete
    assert "ferry" not in dict(counts.terms)
    assert counts.entries < 1.1
