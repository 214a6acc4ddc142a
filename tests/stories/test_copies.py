"""What is a copy of what is known, and what only looks like one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model.story import Arrival, CurateBatch, Granularity, Placement, StoryPolicy
from aggregator.stories import StoryMemory, place, read_texts
from aggregator.stories.replay import verdict_again
from tests.builders import NOON, make_facts, make_stored

COPIES_ONLY = StoryPolicy(granularity=Granularity.OFF)
TEXT = (
    "The prime minister of Iraq was not hurt when a drone packed with explosives hit his home in Baghdad early on "
    "Sunday, the army said. Guards were treated for light wounds, and no group has said that it was behind the attack."
)
OTHER = (
    "Ferries to the islands stay in port until Monday because of high waves, the operator said, and passengers may "
    "have their tickets changed or their money back at every counter until the end of the month."
)


def wrote(source: str, title: str, text: str, hours: float = 0.0, *, owner: str = "", **changes: object) -> Arrival:
    at = NOON + timedelta(hours=hours)
    own = {"published_at": at, "first_seen_at": at, "summary": text, "content_html": "", "link_key": None}
    stored = make_stored(f"{source}-{hours}", source=source, title=title, **(own | changes))
    return Arrival(number=0, stored=stored, source=make_facts(source, owner=owner or source))


def run(*arrivals: Arrival, policy: StoryPolicy = COPIES_ONLY) -> tuple[Placement, ...]:
    return place(CurateBatch(arrivals=arrivals), read_texts(arrivals), StoryMemory(policy)).placements


def copied(*arrivals: Arrival, policy: StoryPolicy = COPIES_ONLY) -> list[str | None]:
    return [one.duplicate_of.source if one.duplicate_of else None for one in run(*arrivals, policy=policy)]


def test_a_text_under_another_headline_is_a_copy_and_says_why():
    placements = run(wrote("ap", "Drone hits home", TEXT), wrote("bbc", "Iraq: attack at dawn", TEXT, 2))
    assert placements[1].duplicate_of == placements[0].key
    assert placements[1].story == placements[0].key
    reason = placements[1].copy_reason
    assert reason is not None
    assert (reason.verdict, reason.rule) == ("copy", "text")
    assert reason.evidence.startswith("ap, 2.0 h earlier: 100% of ")
    assert dict(reason.facts)["partner_source"] == "ap"


def test_a_beginning_of_the_text_is_a_copy_and_so_is_the_text_behind_a_paragraph():
    short = " ".join(TEXT.split()[:22])
    assert copied(wrote("ap", "One", TEXT), wrote("bbc", "Two", short, 1)) == [None, "ap"]
    assert copied(wrote("ap", "One", TEXT), wrote("bbc", "Two", f"{OTHER} {TEXT}", 1)) == [None, "ap"]


def test_copies_point_at_the_root_and_never_at_another_copy():
    assert copied(*(wrote(source, source, TEXT, n) for n, source in enumerate(("ap", "bbc", "cnn")))) == [
        None,
        "ap",
        "ap",
    ]


def test_an_equal_headline_over_another_text_is_no_copy():
    title = "Morning briefing: what you need to know today"
    placements = run(wrote("ap", title, TEXT), wrote("bbc", title, OTHER, 1))
    assert placements[1].duplicate_of is None
    assert placements[1].copy_reason is not None
    assert placements[1].copy_reason.verdict == "no copy"


def test_an_equal_headline_that_says_much_is_a_copy_even_without_a_text():
    title = "Hamas names Khalil al-Hayya as new overall leader"
    assert copied(wrote("ap", title, ""), wrote("bbc", title.upper(), "", 47)) == [None, "ap"]
    assert copied(wrote("ap", title, ""), wrote("bbc", title, "", 49)) == [None, None]
    assert copied(wrote("ap", "Markets close mixed", ""), wrote("bbc", "Markets close mixed", "", 1)) == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ferry aground: 12 rescued off the coast of Malta", "Ferry aground: 15 rescued off the coast of Malta"),
        ("Form 8.3 - Alpha Shipping Holdings disclosure", "Form 8.3 - Beta Harbour Trust disclosure"),
    ],
)
def test_headlines_that_differ_in_a_number_or_a_name_are_not_equal(one, other):
    assert copied(wrote("ap", one, ""), wrote("bbc", other, "", 1)) == [None, None]


def test_a_headline_that_returns_in_its_source_proves_nothing():
    title = "Storm warning for the northern islands remains in force"
    arrivals = [wrote("met", title, "", hours) for hours in (0, 24)]
    assert copied(*arrivals, wrote("bbc", title, "", 25)) == [None, None, None]


def test_bulletins_of_one_owner_with_one_description_stay_apart():
    text = "Catch the most important stories from around the world, the latest from politics, culture and travel."
    arrivals = [
        wrote("euro", f"Latest bulletin \N{EN DASH} {part}", text, n) for n, part in enumerate(("Morning", "Midday"))
    ]
    assert copied(*arrivals) == [None, None]


def test_a_series_of_one_owner_that_differs_in_its_numbers_stays_apart():
    one, other = (f"Result of draw {n}. {TEXT}" for n in (12, 13))
    assert copied(wrote("a", "The draw", one), wrote("b", "The draw", other, 24, owner="a")) == [None, None]


def test_one_article_in_two_sections_of_one_owner_is_folded():
    title = "Central bank retains its interest rate"
    assert copied(wrote("a", title, TEXT), wrote("b", f"BREAKING: {title}", TEXT, 1, owner="a")) == [None, "a"]


def test_the_name_of_the_outlet_behind_the_headline_is_taken_off():
    title = "Hamas names Khalil al-Hayya as new overall leader"
    assert copied(wrote("ap", title, ""), wrote("bbc", f"{title} | BBC", "", 1)) == [None, "ap"]


def test_texts_of_other_languages_and_other_weeks_are_never_copies():
    assert copied(wrote("ap", "A", TEXT, language="en"), wrote("bbc", "B", TEXT, 1, language="fr")) == [None, None]
    assert copied(wrote("ap", "A", TEXT), wrote("bbc", "B", TEXT, 24 * 7 + 1)) == [None, None]


def test_copies_may_be_switched_off():
    policy = StoryPolicy(granularity=Granularity.OFF, headline_window=timedelta(), text_share=2.0)
    title = "Hamas names Khalil al-Hayya as new overall leader"
    assert copied(wrote("ap", title, TEXT), wrote("bbc", title, TEXT, 1), policy=policy) == [None, None]


def test_a_copy_has_the_story_of_what_it_repeats_and_adds_no_words_to_it():
    arrivals = (wrote("ap", "Drone hits home", TEXT), wrote("bbc", "Drone hits home of leader", TEXT, 1))
    curated = place(CurateBatch(arrivals=arrivals), read_texts(arrivals), StoryMemory(StoryPolicy()))
    assert [bool(one.terms) for one in curated.recent] == [True, False]
    assert all(one.prints for one in curated.recent)


def test_every_stored_reason_decides_the_same_again():
    arrivals = [
        wrote("a", "Drone hits home of the prime minister", TEXT),
        wrote("b", "Drone hits home of the prime minister", OTHER, 1),
        wrote("c", "Drone hits home of the prime minister", f"{TEXT[:60]} {OTHER}", 2),
        wrote("d", "Another headline", TEXT, 3),
    ]
    reasons = [one.copy_reason for one in run(*arrivals) if one.copy_reason]
    assert len(reasons) == 3
    assert [verdict_again(reason) for reason in reasons] == [reason.verdict for reason in reasons]
