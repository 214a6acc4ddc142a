from __future__ import annotations

import pytest

from aggregator.model.finding import Finding, Flaw
from aggregator.pages.advice import ADVICE, by_weight, finding_json, letter, sentence, weight

IDS = Finding(flaw=Flaw.NO_ID, count=2, of=10, sample="A title")
PLAIN = Finding(flaw=Flaw.NO_LIFETIME)


@pytest.mark.parametrize("flaw", list(Flaw))
def test_every_flaw_has_words_and_something_to_do(flaw):
    advice = ADVICE[flaw]
    assert advice.weight in {1, 3, 9}
    assert advice.what[0].isupper()
    assert not advice.what.endswith(".")
    assert advice.remedy.endswith((".", "/>."))


def test_a_letter_names_the_gravest_first_and_what_to_do():
    text = letter("https://a.example/feed", "A blog", (PLAIN, IDS))
    assert text.startswith("Hello,\n\nthank you for the feed of A blog:\n  https://a.example/feed\n")
    assert text.index("1. Entries have no guid or id (2 of 10; for example: A title).") < text.index(
        "2. Answers do not say"
    )
    assert "Give each entry an id that never changes" in text


def test_there_is_no_letter_about_nothing_or_about_what_only_concerns_us():
    moved = Finding(flaw=Flaw.MOVED, count=5, sample="https://b.example/")
    assert letter("u", "t", ()) == letter("u", "t", (moved,)) == ""
    assert sentence(moved) == "The address redirects for good (5 times; https://b.example/)"


def test_findings_are_weighed_and_shaped():
    assert by_weight((PLAIN, IDS)) == [IDS, PLAIN]
    assert weight((PLAIN, IDS)) == 10
    assert finding_json(IDS)["flaw"] == "no-id"
    assert set(finding_json(PLAIN)) == {"flaw", "weight", "count", "of", "sample", "what", "remedy"}
