"""What is left of a headline and a text, and how much of them it still tells."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from aggregator.model.verdict import Trace
from aggregator.text.shingles import containment, shingles
from aggregator.text.tokens import tokens
from aggregator.text.traces import MOST_RUNS, MOST_WORDS, runs_share, trace_of

TITLE = "Ferry with 120 aboard runs aground off Malta"
TEXT = " ".join(f"word{number}" for number in range(60))
WORDS = st.lists(st.sampled_from([f"word{number}" for number in range(30)]), min_size=8, max_size=60).map(" ".join)


def test_a_trace_is_small_and_holds_no_word():
    trace = trace_of("a long headline " * 40 + " ".join(map(str, range(99))), TEXT * 50)
    assert len(trace.words) == MOST_WORDS
    assert len(trace.runs) == MOST_RUNS
    assert all(0 <= digest < 1 << 32 for digest in (*trace.words, *trace.runs, trace.numbers, trace.text))
    assert trace.runs == tuple(sorted(trace.runs))


def test_case_and_punctuation_leave_the_same_words():
    assert trace_of(TITLE, "").words == trace_of(f"“{TITLE.upper()}”!", "").words


@pytest.mark.parametrize(("other", "same"), [("120 saved", True), ("121 saved", False), ("All saved", False)])
def test_the_numbers_of_headlines_are_told_apart(other, same):
    assert (trace_of(TITLE, "").numbers == trace_of(other, "").numbers) is same


def test_nothing_leaves_nothing():
    assert trace_of("", "") == Trace()
    assert runs_share(Trace(), trace_of("", TEXT)) == 0.0


@given(WORDS)
def test_a_text_has_all_of_itself(text):
    one = trace_of("", text)
    assert runs_share(one, trace_of("Another headline", text)) == (1.0 if one.runs else 0.0)


@given(WORDS, WORDS)
def test_the_share_is_the_same_from_both_sides(one, other):
    assert runs_share(trace_of("", one), trace_of("", other)) == runs_share(trace_of("", other), trace_of("", one))


def test_the_share_is_near_that_of_the_texts():
    cut = [TEXT.rsplit(" ", words)[0] for words in range(1, 40, 3)]
    assert [runs_share(trace_of("", TEXT), trace_of("", part)) for part in cut] == [1.0] * len(cut)
    mixed = [f"{TEXT} {' '.join(f'new{number}' for number in range(size))}" for size in (10, 30, 50)]
    halves = [" ".join(text.split()[30:]) for text in mixed]
    for text, half in zip(mixed, halves, strict=True):
        exact = containment(shingles(tokens(TEXT)), shingles(tokens(half)))
        assert abs(runs_share(trace_of("", TEXT), trace_of("", half)) - exact) < 0.35, text


def test_other_texts_share_nothing():
    other = " ".join(f"else{number}" for number in range(60))
    assert runs_share(trace_of("", TEXT), trace_of("", other)) == 0.0
