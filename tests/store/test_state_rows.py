"""What a poll writes of its source: the rhythm each time, the rest when it changed, and no field twice or never."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model.changing import changed
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import FeedProfile, Kinship, Move, Rate, SourceCondition, SourceState, Validators
from aggregator.model.websub import PushState
from aggregator.store.sqlite.state_rows import rhythm_columns, same_but_for_rhythm, state_columns

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BEFORE = SourceState(source_id="a", documents=2, profile=FeedProfile(title="A"))
OTHERWISE = {
    "validators": Validators(etag='"2"'),
    "body_digest": "ab",
    "interval": timedelta(hours=5),
    "next_poll_at": NOW,
    "next_poll_why": "because",
    "hold_until": NOW,
    "errors": 3,
    "first_error_at": NOW,
    "last_ok_at": NOW,
    "last_error": "no",
    "condition": SourceCondition.FAILING,
    "hints": ScheduleHints(ttl_minutes=5),
    "moves": (Move(NOW, "http://a/", "http://b/", "so it was"),),
    "rate": Rate(2.0, 3.0, NOW),
    "redirect_to": "http://b/",
    "redirect_count": 1,
    "documents": 3,
    "profile": FeedProfile(title="B"),
    "redirect_since": NOW,
    "redirect_kin": Kinship.SAME,
    "moved_to": "http://b/",
    "validators_url": "http://b/",
    "read_by": 99,
    "max_age_s": 60,
    "body_at": NOW,
    "body_bytes": 5,
    "not_modified": 1,
    "full_fetch": True,
    "untrusted": True,
    "partial_bodies": 1,
    "deltas_refused": True,
    "gone_at": NOW,
    "push": PushState(pushes=1),
    "findings": (),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_that_a_changed_field_is_either_written_with_the_rhythm_or_makes_the_poll_a_loud_one(name: str) -> None:
    after = changed(BEFORE, **{name: OTHERWISE[name]})  # type: ignore[arg-type]
    with_rhythm = rhythm_columns(after) != rhythm_columns(BEFORE)
    assert with_rhythm is same_but_for_rhythm(BEFORE, after)
    assert state_columns(after) != state_columns(BEFORE)


def test_that_what_documents_said_is_the_same_when_it_says_the_same() -> None:
    assert same_but_for_rhythm(BEFORE, replace(BEFORE, profile=FeedProfile(title="A"), errors=1))


def test_that_every_field_has_columns() -> None:
    said = {"validators": {"etag", "last_modified"}, "rate": {"rate_entries", "rate_days", "rate_at"}}
    said |= {"interval": {"interval_s"}, "source_id": set(), "version": set()}
    expected = set().union(*(said.get(field.name, {field.name}) for field in fields(SourceState)))
    assert set(state_columns(BEFORE)) == expected


def test_that_a_changed_copy_leaves_the_first_as_it_was() -> None:
    assert changed(BEFORE, errors=2) == replace(BEFORE, errors=2)
    assert changed(BEFORE) is not BEFORE
    assert BEFORE.errors == 0
    with pytest.raises(TypeError, match="SourceState has no colour"):
        changed(BEFORE, colour="red")  # type: ignore[call-arg]
