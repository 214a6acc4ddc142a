"""Words are found in every script, and compared as a reader would compare them."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings, strategies as st

from aggregator.text.folding import fold
from aggregator.text.tokens import FoldedText, index_words, locate_words, placed_tokens, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("—!? …", ()),
        ("Iraq and Iraq's, Iraq\u2019s", ("iraq", "and", "iraq", "iraq")),
        ("don't rock'n'roll", ("don't", "rock'n", "roll")),
        ("café cafe\u0301 CAFÉ", ("cafe", "cafe", "cafe")),
        ("Straße STRASSE STRAẞE", ("strasse", "strasse", "strasse")),
        ("Łódź Ørsted Đoković", ("lodz", "orsted", "dokovic")),
        ("I İ i \u0131 DIŞ d\u0131ş", ("i", "i", "i", "i", "dis", "dis")),
        ("\uff21\uff22\uff23 \U0001d401old \ufb01re", ("abc", "bold", "fire")),
        ("x² ½", ("x2", "1", "2")),
        ("Ёлка Война", ("елка", "воина")),
        ("\u0386\u03a3 \u03b1\u03c2", ("\u03b1\u03c3", "\u03b1\u03c3")),
        ("الْعِراق العراق العـراق", ("العراق", "العراق", "العراق")),
        ("שָׁלוֹם שלום", ("שלום", "שלום")),
        ("काम कम", ("काम", "कम")),
        (
            "Donau\u00addampf \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            ("donaudampf", "\u0645\u06cc\u062e\u0648\u0627\u0647\u0645"),
        ),
        ("❤\ufe0f", ()),
        ("snake_case _x_ __", ("snake", "case", "x")),
        ("foo-bar AT&T 3.14 node.js", ("foo", "bar", "at", "t", "3", "14", "node", "js")),
    ],
)
def test_words_are_folded(text: str, expected: tuple[str, ...]):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京都", ("東京", "京都")),
        ("猫", ("猫",)),
        ("東京 都", ("東京", "都")),
        ("iPhone15発売中", ("iphone15", "発売", "売中")),
        ("서울시", ("서울", "울시")),
        ("ガス ｶﾞｽ", ("ガス", "ガス")),
        ("カ ガ", ("カ", "ガ")),
        ("กรุง", ("กร", "รุ", "ุง")),
        (".東京'x", ("東京", "x")),
    ],
)
def test_scripts_without_spaces_become_pairs_of_characters(text: str, expected: tuple[str, ...]):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++ c#, F#. Disney+", ("c++", "c#", "f#", "disney+")),
        ("C++20", ("c++", "20")),
        ("1+1 100+ a+b #tag", ("1", "1", "100", "a", "b", "tag")),
        (".NET (.net) asp.net end.\n.5", (".net", ".net", "asp", "net", "end", "5")),
        ("...and so on", ("and", "so", "on")),
    ],
)
def test_signs_belong_to_a_word_where_they_name_something(text: str, expected: tuple[str, ...]):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a C++ c", {"a": [0], "c++": [1], "c": [1, 2]}),
        (".NET", {".net": [0], "net": [0]}),
        ("d'Irak O'Brien", {"d'irak": [0], "irak": [0], "o'brien": [1]}),
        ("東京都 x", {"東京": [0], "京都": [1], "東": [0], "京": [1], "都": [2], "x": [3]}),
    ],
)
def test_a_word_is_indexed_under_each_of_its_names_at_one_place(text: str, expected: dict[str, list[int]]):
    assert index_words([text]) == expected


def test_parts_of_a_field_lie_far_apart():
    index = index_words(["prime", "minister prime"])
    assert index["minister"][0] - index["prime"][0] > 100
    assert index["prime"] == sorted(index["prime"])


def test_the_words_of_a_query_have_the_distances_of_the_index():
    assert placed_tokens("東京都 tower") == ((0, "東京"), (1, "京都"), (3, "tower"))


def test_a_located_word_is_the_one_that_was_indexed():
    parts = ["½ of 東京都,", "C++20 and snake_case"]
    index = index_words(parts)
    for word in locate_words(parts):
        written = parts[word.part][word.start : word.end]
        for offset, token in placed_tokens(written):
            assert word.position + offset in index[token]
    assert [parts[w.part][w.start : w.end] for w in locate_words(parts)][-1] == "snake_case"


@given(st.text())
@example("\u0345\u1fb3\u1e9e\u0149")
@example("\ufdfa \u33a2 \u2488")
def test_any_text_gives_folded_words_at_rising_positions(text: str):
    placed = placed_tokens(text)
    assert tuple(token for _, token in placed) == tokens(text)
    assert [position for position, _ in placed] == sorted(position for position, _ in placed)
    assert all(token and not token.isspace() for _, token in placed)
    index = index_words([text])
    assert all(position in index[token] for position, token in placed)
    located = list(locate_words([text]))
    assert all(a.position + a.width == b.position for a, b in pairwise(located))


@given(
    st.text(st.sampled_from("aAbç'+. _½\u0301\u0130東-"), max_size=30),
    st.sampled_from(["a", "b", "ab", "c", "1", "i", "c++"]),
)
@example("l'ab C++ c", "ab")
@example("xab ab", "ab")
@settings(max_examples=400)
def test_a_written_word_is_found_without_an_index(text: str, name: str):
    first = next(iter(index_words([text]).get(name, ())), None)
    written = FoldedText(text).find(name)
    if first is None:
        assert written is None
        return
    (word, *_) = locate_words([text], first, first + 1)
    assert written == (word.start, word.end)


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.sampled_from("aB'+#._- éЁßΣж")))
def test_case_makes_no_difference(text: str):
    assert tokens(text.upper()) == tokens(text) == tokens(text.lower())


@pytest.mark.parametrize(
    "text", ["'" * 50_000, "a'" * 50_000, "+" * 50_000, ".a" * 50_000, "a\u0301" * 50_000, "_" * 99_999]
)
def test_no_text_takes_long(text: str):
    started = time.perf_counter()
    index_words([text])
    assert time.perf_counter() - started < 1.0
