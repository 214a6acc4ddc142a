from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.schedule.told_limits import told_limit
from tests.builders import NOON

_IN_AN_HOUR = str(int(NOON.timestamp()) + 3600)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "3540"}, 60),
        ({"x-ratelimit-remaining": "60", "x-ratelimit-reset": _IN_AN_HOUR}, 60),
        ({"x-ratelimit-remaining": "60", "x-ratelimit-reset": f"{_IN_AN_HOUR}000"}, 60),
        ({"x-ratelimit-remaining": "98.5", "x-ratelimit-reset": "197"}, 2),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
        ({"ratelimit-limit": "10", "ratelimit-remaining": "5", "ratelimit-reset": "50"}, 10),
        ({"ratelimit": "limit=10, remaining=5, reset=50"}, 10),
        ({"ratelimit": '"default";r=50;t=100'}, 2),
        ({"ratelimit-policy": '"default";q=100;w=60'}, 0.6),
        ({"ratelimit-policy": "10;w=60"}, 6),
        ({"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400'}, 86.4),
        ({"ratelimit-policy": "10;w=60", "ratelimit": '"default";r=1;t=59'}, 59),
    ],
)
def test_the_tightest_limit_that_is_told_holds(headers, seconds):
    limit = told_limit(headers.items(), NOON)
    assert limit is not None
    assert limit.spacing == timedelta(seconds=seconds)
    assert limit.why


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"etag": '"1"'},
        {"x-ratelimit-remaining": "5"},
        {"x-ratelimit-reset": "5"},
        {"x-ratelimit-remaining": "soon", "x-ratelimit-reset": "later"},
        {"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "-60"},
        {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "0"},
        {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "99999999999999"},
        {"x-ratelimit-remaining": "5", "x-ratelimit-reset": "1000"[:1] + "0" * 8},
        {"ratelimit-policy": "0;w=60"},
        {"ratelimit-policy": "10;w=0"},
        {"ratelimit-policy": ",;=,"},
        {"ratelimit": "r=;t="},
    ],
)
def test_junk_is_as_good_as_nothing(headers):
    assert told_limit(headers.items(), NOON) is None
