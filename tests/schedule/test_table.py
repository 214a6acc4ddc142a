"""Every case of the table, through the functions that a real poll goes through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.fetch.refusals import refusal
from aggregator.fetch.retry_after import read_retry_after
from aggregator.model.fetching import Fetched, FetchFailed, FetchOutcome, NotModified
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Reading
from aggregator.model.source import AUTO, Every, FeedProfile, Rate, Source, SourceState, Validators
from aggregator.schedule import conclude
from aggregator.schedule.interval import PACE
from aggregator.settings.units import parse_every
from tests.builders import NOON, make_source
from tests.schedule.table import TABLE

ALWAYS = 1e9
_SIZE = re.compile(r"(\d+)([dhms])")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def duration(text: str) -> timedelta:
    assert _SIZE.search(text), text
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _SIZE.findall(text)))


def by_itself(text: str) -> tuple[Source, SourceState]:
    """Give a source that would be asked at this interval, if nobody asked for anything else."""
    first, _, second = text.partition(" ")
    if first == "every":
        every, interval = parse_every(second), parse_every(second).shortest
    elif ".." in first:
        every, interval = parse_every(first), duration(second)
    else:
        every, interval = AUTO, duration(first)
    per_day = (PACE / interval) ** 2
    state = SourceState(
        source_id="lwn",
        documents=1,
        interval=_bounded(every, interval),
        rate=Rate(per_day * ALWAYS, ALWAYS, NOON),
    )
    return make_source(every=every), state


def _bounded(every: Every, interval: timedelta) -> timedelta:
    return max(every.shortest, min(every.longest, interval))


def words(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Take apart what came: our own words, and headers."""
    own: dict[str, str] = {}
    while text and (found := re.match(r"(heavy|[a-z]+=\S*)\s*", text)):
        name, _, value = found[1].partition("=")
        own[name] = value
        text = text[found.end() :]
    headers = (pair.partition(":") for pair in text.split("; ") if text.strip())
    return own, {name.strip().lower(): value.strip() for name, _, value in headers}


def hints_of(own: dict[str, str]) -> ScheduleHints:
    period, frequency, base = (*own.get("sy", "").split("/", 2), "", "")[:3]
    return ScheduleHints(
        ttl_minutes=int(own["ttl"]) if "ttl" in own else None,
        skip_hours=tuple(int(hour) for hour in own["hours"].split(",")) if "hours" in own else (),
        skip_days=tuple(own["days"].split(",")) if "days" in own else (),
        update_period=period or None,
        update_frequency=frequency or None,
        update_base=base or None,
    )


def played(state: SourceState, came: str) -> tuple[SourceState, FetchOutcome, Reading | None]:
    """Turn a column of the table into the outcome of a request."""
    status, _, rest = came.partition(" ")
    own, headers = words(rest)
    given = tuple(headers.items())
    changes: dict[str, Any] = {"max_age_s": int(own["remembered"]) if "remembered" in own else None}
    for name in ("silent", "gone"):
        if name in own:
            changes[{"silent": "first_error_at", "gone": "gone_at"}[name]] = NOON - duration(own[name])
    state = replace(state, errors=int(own.get("errors", 0)), **changes)
    hints = hints_of(own)
    validators = Validators(etag=headers.get("etag"))
    if status == "304":
        return replace(state, hints=hints), NotModified(url="https://lwn.example/feed.xml", headers=given), None
    if status == "200":
        size = 2_000_000 if "heavy" in own else 1000
        answer = Fetched(
            url="https://lwn.example/feed.xml",
            status=200,
            headers=given,
            body=b"",
            wire_bytes=size,
            digest="d",
            validators=validators,
        )
        return state, answer, Reading(profile=FeedProfile(), hints=hints, entries=())
    kind, detail = refusal(int(status))
    wish = headers.get("retry-after", "") if status in ("429", "503") else ""
    failed = FetchFailed(kind=kind, detail=detail, status=int(status), retry_after=read_retry_after(wish, NOON))
    return replace(state, hints=hints), failed, None


def cases() -> Iterator[Any]:
    for line in TABLE:
        yield pytest.param(*(part.strip() for part in line.split(" | ")), id=line)


@pytest.mark.parametrize(("itself", "came", "following", "word"), list(cases()))
def test_the_next_poll_is_when_the_table_says_and_says_why(itself, came, following, word):
    source, state = by_itself(itself)
    state, outcome, reading = played(state, came)
    left = conclude(source, state, outcome, NOON, reading=reading).state
    if word == "by itself":
        assert "raised" not in left.next_poll_why
    else:
        assert word in left.next_poll_why
    if following == "never":
        assert left.next_poll_at is None
    elif following.startswith("@"):
        day, hour = following[1:].split()
        assert (_DAYS[left.next_poll_at.weekday()], left.next_poll_at.hour) == (day, int(hour))
    else:
        wanted = duration(following)
        assert wanted <= left.next_poll_at - NOON <= wanted * 1.1


def test_the_table_is_long_enough_and_holds_no_case_twice():
    assert len(TABLE) >= 150
    assert len(set(TABLE)) == len(TABLE)


@pytest.mark.parametrize("line", [line for line in TABLE if " 429" in line or " 503" in line])
def test_a_retry_after_that_means_something_holds_the_host_and_nothing_else_does(line):
    itself, came, _, word = (part.strip() for part in line.split(" | "))
    source, state = by_itself(itself)
    state, outcome, _ = played(state, came)
    conclusion = conclude(source, state, outcome, NOON)
    asked = word.startswith("Retry-After") or "Retry-After: 60" in came or "Retry-After: 1 " in f"{came} "
    assert (conclusion.hold_pace_until is not None) == asked
    if asked:
        assert conclusion.hold_pace_until == NOON + outcome.retry_after
        assert conclusion.state.hold_until == conclusion.hold_pace_until
