"""The encoder brings texts about the same together, also across languages, and always in the same way."""

from __future__ import annotations

import math

import pytest

from aggregator.model.liking import Meaning
from aggregator.semantic import is_installed, load_meaning
from aggregator.topics.likeness import product

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra 'semantic' is not installed")


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    found = load_meaning()
    assert found is not None
    return found


def test_texts_about_the_same_lie_closer_in_any_words_and_language(meaning: Meaning):
    here = meaning.encode("The river burst its banks after heavy rain")
    near = ["Towns under water as storm brings flooding", "Der Fluss trat nach starkem Regen über die Ufer"]
    far = meaning.encode("Chess champion wins with a queen sacrifice")
    for text in near:
        assert product(here, meaning.encode(text)) > product(here, far) + 0.2


def test_a_text_has_one_vector_of_length_one_whatever_was_asked_before(meaning: Meaning):
    first = meaning.encode("Bees swarm in May")
    load_again = load_meaning()
    assert load_again is not None
    load_again.encode("something else altogether")
    assert load_again.encode("Bees swarm in May") == first
    assert math.hypot(*first) == pytest.approx(1, abs=1e-4)
    assert load_again.name == meaning.name


@pytest.mark.parametrize("text", ["", " ", "\x00", "🐝" * 50, "東京で大雨"])
def test_any_text_can_be_asked(meaning: Meaning, text: str):
    assert all(map(math.isfinite, meaning.encode(text)))
