from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.retry_after import read_retry_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("1", timedelta(seconds=1)),
        (" 3600 ", timedelta(hours=1)),
        ("Mon, 23 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 23 Nov 2026 13:00:60 GMT", timedelta(hours=1, seconds=59)),
        ("Monday, 23-Nov-26 13:00:00 GMT", timedelta(hours=1)),
        ("Mon Nov 23 13:00:00 2026", timedelta(hours=1)),
        ("Tue Dec  1 13:00:00 2026", WEEK),
        ("316800", timedelta(hours=88)),
        ("604801", WEEK),
        ("Fri, 31 Dec 9999 23:59:59 GMT", WEEK),
        ("9" * 5000, WEEK),
    ],
)
def test_a_wish_is_read(value: str, wait: timedelta) -> None:
    assert read_retry_after(value, NOW) == wait


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "-1",
        "1.5",
        "1e3",
        "٣",
        "soon",
        "120, 60",
        "Mon, 23 Nov 2026 11:00:00 GMT",
        "Mon, 23 Nov 2026 13:00:00 CET",
        "Mon, 31 Feb 2027 13:00:00 GMT",
        "Mon, 23 Foo 2026 13:00:00 GMT",
        "Mon, 23 Nov 2026 25:00:00 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "2026-11-23T13:00:00Z",
    ],
)
def test_junk_and_the_past_are_no_wish(value: str) -> None:
    assert read_retry_after(value, NOW) is None
