"""A host with a past: what was asked of it and what came, told in a line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aggregator.model.pace import Pace, Sighting
from aggregator.model.verdict import PollRecord
from aggregator.schedule import Asked
from tests.builders import NOON, make_source

HOST = "one.example"
_STATUS = {"rate_limited": 429, "http_4xx": 404, "http_5xx": 500, "not_modified": 304, "new": 200, "forbidden": 403}


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


def seen(seconds_ago: float, source: str, outcome: str = "not_modified", host: str = HOST, key: str = "") -> Sighting:
    """One poll of the past; ``forbidden`` stands for 403."""
    named = "http_4xx" if outcome == "forbidden" else outcome
    return Sighting(ago(seconds_ago), source, host, key or host, named, _STATUS.get(outcome))


def asked(
    source: str = "s1",
    outcome: str = "not_modified",
    *,
    host: str = HOST,
    retry_after: float | None = None,
    at: datetime = NOON,
    headers: tuple[tuple[str, str], ...] = (),
    **poll: Any,
) -> Asked:
    named = "http_4xx" if outcome == "forbidden" else outcome
    return Asked(
        source=make_source(source, url=f"https://{host}/{source}.xml", pace_key=host),
        host=host,
        family=".".join(host.split(".")[-2:]),
        poll=PollRecord(at=at, outcome=named, status=_STATUS.get(outcome), **poll),
        retry_after=timedelta(seconds=retry_after) if retry_after is not None else None,
        headers=headers,
    )


def limited(seconds: float = 60, **changes: Any) -> Pace:
    """A host whose limit was learned an hour ago."""
    values: dict[str, Any] = {"key": HOST, "spacing": timedelta(seconds=seconds), "set_at": ago(3600)}
    return Pace(**(values | changes))
