"""Runs of words, and the few of them that are remembered."""

from __future__ import annotations

from hypothesis import given, strategies as st

from aggregator.text.digests import digest64
from aggregator.text.headlines import headline_key, headline_words
from aggregator.text.shingles import containment, fingerprint, shingles
from aggregator.text.tokens import tokens

ONE = tokens(
    "The prime minister of Iraq was not hurt when a drone packed with explosives hit his home in Baghdad early on "
    "Sunday, the army said."
)
OTHER = tokens(
    "BAGHDAD - The prime minister of Iraq was not hurt when a drone packed with explosives hit his residence"
)


def test_check_values():
    assert digest64("the prime minister of") == 957383164682359582
    assert fingerprint(ONE) == (-7623585877601392896, -6741705919388377110, -6394596951062732387)
    assert fingerprint(OTHER) == (-7623585877601392896, -6741705919388377110)
    assert (len(shingles(ONE)), len(shingles(OTHER))) == (22, 15)
    assert round(containment(shingles(ONE), shingles(OTHER)), 3) == 0.867


WORDS = st.lists(st.sampled_from("abcdefghij"), max_size=30)


@given(before=WORDS, shared=st.lists(st.sampled_from("abcdefghij"), min_size=10, max_size=12), after=WORDS)
def test_ten_equal_words_always_give_an_equal_fingerprint(before, shared, after):
    assert set(fingerprint([*before, *shared])) & set(fingerprint([*shared, *after]))


def test_texts_too_short_for_a_run_leave_nothing():
    assert fingerprint(["a", "b", "c"]) == ()
    assert containment(frozenset(), shingles(ONE)) == 0


def test_markers_in_front_of_a_headline_are_not_part_of_it():
    plain = headline_words("Ferry runs aground off Malta")
    for marker in (
        "UPDATE 1-",
        "BREAKING: ",
        "Breaking news - ",
        "WATCH LIVE: ",
        "Exclusive: ",
        "VIDEO \N{EN DASH} ",
        "FACTBOX-",
    ):
        assert headline_words(f"{marker}Ferry runs aground off Malta") == plain
    assert (
        headline_words("Live-in carers strike")[0] == "live-in" or headline_words("Live-in carers strike")[0] == "live"
    )


def test_only_the_outlets_own_name_is_taken_off_an_end():
    assert headline_words("Form 8.3 - Alpha Holdings", "Wire") == headline_words("Form 8.3 - Alpha Holdings")
    assert headline_words("The Wire: one two three", "The Wire") == ("one", "two", "three")
    assert headline_words("Two words - The Wire", "The Wire") == ("two", "words", "the", "wire")


def test_a_headline_of_two_words_has_no_key():
    assert headline_key(("two", "words")) is None
    assert headline_key(("now", "three", "words")) is not None
