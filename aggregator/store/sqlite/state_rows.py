"""What is remembered of a source between two polls, to columns and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from aggregator.model.changing import changed
from aggregator.model.finding import Finding, Flaw
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import (
    FeedProfile,
    Kinship,
    Move,
    Rate,
    SourceCondition,
    SourceState,
    Validators,
)
from aggregator.store.sqlite.push_rows import push_text, read_push
from aggregator.store.sqlite.rows import (
    NOTHING,
    Row,
    decode,
    encode,
    known_moment,
    moment,
    moment_or_none,
    read_moment,
)


def profile_text(profile: FeedProfile) -> str:
    """Write what a document said of itself."""
    return encode({name: value for name in _PROFILE if (value := getattr(profile, name))})


_PROFILE = tuple(FeedProfile.__dataclass_fields__)


# Read with every poll, and hardly ever another one.
@lru_cache(maxsize=8192)
def read_profile(text: str) -> FeedProfile:
    """Read what a document said of itself."""
    return FeedProfile(**decode(text))


_BLANK = SourceState(source_id="")


def state_of(row: Row) -> SourceState:
    """Read a state from the row of its source."""
    return changed(
        _BLANK,
        source_id=row["source"],
        version=row["version"],
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        body_digest=row["body_digest"],
        interval=timedelta(seconds=row["interval_s"]),
        next_poll_at=read_moment(row["next_poll_at"]),
        next_poll_why=row["next_poll_why"],
        hold_until=read_moment(row["hold_until"]),
        errors=row["errors"],
        first_error_at=read_moment(row["first_error_at"]),
        last_ok_at=read_moment(row["last_ok_at"]),
        last_error=row["last_error"],
        condition=SourceCondition(row["condition"]),
        redirect_to=row["redirect_to"],
        redirect_count=row["redirect_count"],
        documents=row["documents"],
        profile=read_profile(row["profile"]),
        **_scheduling_of(row),
        push=read_push(row["push"]),
        findings=_read_findings(row["findings"]),
    )


def shown_state_of(row: Row) -> SourceState:
    """Read a state as it is shown: a source that is paused will not be asked, whatever was planned."""
    state = state_of(row)
    if row["paused_at"] is None:
        return state
    why = f"paused since {row['paused_at'][:16].replace('T', ' ')} UTC, until somebody resumes it"
    return replace(state, condition=SourceCondition.PAUSED, next_poll_at=None, next_poll_why=why)


def _scheduling_of(row: Row) -> dict[str, Any]:
    """Read what politeness remembers."""
    return {
        "hints": _read_hints(row["hints"]),
        "redirect_since": read_moment(row["redirect_since"]),
        "redirect_kin": Kinship(row["redirect_kin"]),
        "moved_to": row["moved_to"],
        "moves": _read_moves(row["moves"]),
        "validators_url": row["validators_url"],
        "read_by": row["read_by"],
        "max_age_s": row["max_age_s"],
        "rate": Rate(row["rate_entries"], row["rate_days"], read_moment(row["rate_at"])),
        "body_at": read_moment(row["body_at"]),
        "body_bytes": row["body_bytes"],
        "not_modified": row["not_modified"],
        "full_fetch": bool(row["full_fetch"]),
        "untrusted": bool(row["untrusted"]),
        "partial_bodies": row["partial_bodies"],
        "deltas_refused": bool(row["deltas_refused"]),
        "gone_at": read_moment(row["gone_at"]),
    }


def state_columns(state: SourceState) -> dict[str, Any]:
    """Write a state, all but its version, as columns by name."""
    return rhythm_columns(state) | {
        "body_digest": state.body_digest,
        "redirect_to": state.redirect_to,
        "redirect_count": state.redirect_count,
        "redirect_since": moment_or_none(state.redirect_since),
        "redirect_kin": state.redirect_kin.value,
        "moved_to": state.moved_to,
        "moves": _moves_text(state.moves),
        "documents": state.documents,
        "read_by": state.read_by,
        "body_bytes": state.body_bytes,
        "untrusted": state.untrusted,
        "partial_bodies": state.partial_bodies,
        "deltas_refused": state.deltas_refused,
        "profile": profile_text(state.profile),
        "hints": _hints_text(state.hints),
        "push": push_text(state.push),
        "findings": None
        if state.findings is None
        else encode([(one.flaw.value, one.count, one.of, one.sample) for one in state.findings]),
    }


def same_but_for_rhythm(before: SourceState, after: SourceState) -> bool:
    """Say whether a poll changed nothing but what ``rhythm_columns`` writes."""
    return _LASTING(before) == _LASTING(after)


# Equal tuples of the same values: what is the same object is not looked into.
_LASTING = attrgetter(
    "body_digest",
    "redirect_to",
    "redirect_count",
    "redirect_since",
    "redirect_kin",
    "moved_to",
    "moves",
    "documents",
    "read_by",
    "body_bytes",
    "untrusted",
    "partial_bodies",
    "deltas_refused",
    "profile",
    "hints",
    "push",
    "findings",
)


def rhythm_columns(state: SourceState) -> dict[str, Any]:
    """Write what every poll may change, whether or not a document came."""
    return {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "interval_s": state.interval.total_seconds(),
        "next_poll_at": moment_or_none(state.next_poll_at),
        "next_poll_why": state.next_poll_why,
        "hold_until": moment_or_none(state.hold_until),
        "errors": state.errors,
        "first_error_at": moment_or_none(state.first_error_at),
        "last_ok_at": moment_or_none(state.last_ok_at),
        "last_error": state.last_error,
        "condition": state.condition.value,
        "validators_url": state.validators_url,
        "max_age_s": state.max_age_s,
        "rate_entries": state.rate.entries,
        "rate_days": state.rate.days,
        "rate_at": moment_or_none(state.rate.at),
        "body_at": moment_or_none(state.body_at),
        "not_modified": state.not_modified,
        "full_fetch": state.full_fetch,
        "gone_at": moment_or_none(state.gone_at),
    }


@lru_cache(maxsize=8192)
def _read_findings(text: str | None) -> tuple[Finding, ...] | None:
    """Read findings; those of a newer version that we do not know are passed over."""
    if text is None:
        return None
    rows = (row for row in decode(text) if row[0] in Flaw._value2member_map_)
    return tuple(Finding(flaw=Flaw(flaw), count=count, of=of, sample=sample) for flaw, count, of, sample in rows)


_NO_HINTS = ScheduleHints()
_HINTS = tuple(ScheduleHints.__dataclass_fields__)


def _hints_text(hints: ScheduleHints) -> str:
    if hints == _NO_HINTS:
        return "{}"
    return encode({name: value for name in _HINTS if (value := getattr(hints, name))})


def _read_hints(text: str) -> ScheduleHints:
    if text == "{}":
        return _NO_HINTS
    written: dict[str, Any] = decode(text)
    several = {name: tuple(value) for name, value in written.items() if isinstance(value, list)}
    return ScheduleHints(**written | several)


def _moves_text(moves: tuple[Move, ...]) -> str:
    return encode([(moment(move.at), move.from_url, move.to_url, move.why) for move in moves]) if moves else NOTHING


def _read_moves(text: str) -> tuple[Move, ...]:
    if text == NOTHING:
        return ()
    return tuple(Move(known_moment(at), *rest) for at, *rest in decode(text))
