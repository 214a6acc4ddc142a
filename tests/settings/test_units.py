"""Durations, sizes and intervals, there and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from aggregator.model.source import Every
from aggregator.settings.units import (
    Unfit,
    format_duration,
    format_every,
    format_size,
    parse_duration,
    parse_every,
    parse_percent,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), ("2w", 1209600), ("1y", 31536000)],
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["", "h", "1.5h", "-1h", "1h 30m", "1 fortnight", True, None, [], 1.5, "1H", "\u0661h"]
)
def test_what_is_no_duration_is_refused(value):
    with pytest.raises(Unfit):
        parse_duration(value)


@pytest.mark.parametrize(
    ("text", "size"),
    [("500KB", 500_000), ("5MB", 5_000_000), ("1.5 MB", 1_500_000), ("1MiB", 1_048_576), ("2000B", 2000)],
)
def test_sizes_are_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(("text", "hint"), [("5mb", "5MB"), ("5", "5MB"), ("5M", "5MB"), ("800k", "800KB")])
def test_a_size_that_is_nearly_right_is_answered_with_what_was_meant(text, hint):
    with pytest.raises(Unfit) as caught:
        parse_size(text)
    assert caught.value.hint == f"did you mean {hint}?"


@pytest.mark.parametrize(("text", "share"), [("50%", 0.5), ("100%", 1.0), ("12.5%", 0.125), ("250%", 2.5)])
def test_percentages_are_read(text, share):
    assert parse_percent(text) == share


@pytest.mark.parametrize("value", [50, "50", 0.5])
def test_a_number_without_its_sign_is_answered_with_what_was_meant(value):
    with pytest.raises(Unfit) as caught:
        parse_percent(value)
    assert caught.value.hint == f"did you mean {value}%?"


@pytest.mark.parametrize("value", ["0%", "%", "-5%", "half", True, None, "50 %", "99999%", []])
def test_what_is_no_percentage_is_refused(value):
    with pytest.raises(Unfit):
        parse_percent(value)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_duration_that_is_written_is_read_back(seconds):
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.integers(min_value=1000, max_value=10**9))
def test_a_size_that_is_written_is_read_back(size):
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize("text", ["2h", "6h..1d", "1h..1d12h"])
def test_an_interval_that_is_written_is_read_back(text):
    assert format_every(parse_every(text)) == text


def test_auto_adapts_between_an_hour_and_a_day():
    assert parse_every("auto") == Every(shortest=timedelta(hours=1), longest=timedelta(days=1), yields=True)
