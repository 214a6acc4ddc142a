"""Languages are recognised where that is clear, and nothing is claimed where it is not."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from aggregator.model.language import Recogniser
from aggregator.semantic import can_recognise, load_recogniser

NEWS = Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent")) / "news" / "og2021"
pytestmark = pytest.mark.skipif(not can_recognise(), reason="the extra 'language' is not installed")


def expecting(*languages: str) -> Recogniser:
    found = load_recogniser(languages)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return expecting("en", "de")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The river burst its banks after heavy rain", "en"),
        ("Der Fluss trat nach starkem Regen über die Ufer", "de"),
        ("Das Wetter", "de"),
        ("DER FLUSS TRAT NACH STARKEM REGEN ÜBER DIE UFER", "de"),
        ("La rivière est sortie de son lit après de fortes pluies", "fr"),
        ("De rivier trad na hevige regen buiten haar oevers", "nl"),
        ("Після сильних дощів річка вийшла з берегів", "uk"),
        ("北京大雨 河水暴涨", "zh"),
        ("https://example.com/the/river/and/the/rain Der Fluss trat über die Ufer", "de"),
    ],
)
def test_a_sentence_is_recognised_also_in_a_language_that_nobody_expects(recogniser: Recogniser, text: str, tag: str):
    found = recogniser.recognise(text)
    assert found is not None
    assert found.tag == tag
    assert 0.8 <= found.sure <= 0.99


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "OK", "12:30", "🐝🐝🐝", "\x00\x07", "\ud800", "iPhone 17", "Berlin", "Comments", "Star Wars"),
        *("a" * 100_000, "https://www.example.de/der-fluss-trat-ueber-die-ufer", "zxcv qwer asdf"),
    ],
)
def test_what_could_be_any_language_is_not_claimed(recogniser: Recogniser, text: str):
    assert recogniser.recognise(text) is None


def test_what_is_expected_decides_where_a_text_alone_does_not():
    text = "Windows 11 update"
    assert expecting("en").recognise(text) is not None
    assert expecting("sn").recognise(text) is None


def test_of_a_long_text_the_beginning_is_looked_at(recogniser: Recogniser):
    beginning = "Der Fluss trat nach starkem Regen über die Ufer. " * 25
    found = recogniser.recognise(beginning)
    assert recogniser.recognise(beginning + "The river burst its banks. " * 100_000) == found


def test_a_language_bears_the_name_that_was_expected():
    text = "Elva gikk over sine bredder etter kraftig regn, og mange måtte forlate hjemmene sine"
    assert {str(expecting(tag).recognise(text))[:3] for tag in ("nb-NO", "no")} == {"nb,", "no,"}


def test_the_same_text_is_always_told_alike_and_another_expectation_has_another_name(recogniser: Recogniser):
    text = "Der Fluss trat über die Ufer"
    assert recogniser.recognise(text) == expecting("de", "EN-gb").recognise(text)
    assert recogniser == expecting("de", "EN-gb")
    assert recogniser != expecting("de", "en", "fr")
    assert recogniser.name.startswith("py3langid 0.")


@pytest.mark.skipif(not NEWS.is_dir(), reason="AGGREGATOR_CORPORA names no folder of corpora; headlines are not judged")
def test_headlines_are_told_apart_and_others_are_not_taken_for_what_is_expected(recogniser: Recogniser):
    claims: dict[str, list[str]] = {}
    for name in ("eng-dev", "spa"):
        with (NEWS / f"og2021-{name}.tsv").open(encoding="utf-8", newline="") as file:
            titles = [row["title"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][:600]
        claims[name] = [found.tag if (found := recogniser.recognise(title)) else "" for title in titles]
    english, spanish = claims["eng-dev"], claims["spa"]
    assert english.count("en") > 0.85 * len(english)
    assert english.count("en") > 0.99 * sum(map(bool, english))
    assert sum(tag in {"en", "de"} for tag in spanish) < 0.01 * len(spanish)
