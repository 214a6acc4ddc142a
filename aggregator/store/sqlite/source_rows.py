"""Sources and their states to columns and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from aggregator.model.entry import SourceFacts
from aggregator.model.finding import Finding, Flaw
from aggregator.model.habits import Updates
from aggregator.model.overrides import (
    NO_OVERRIDES,
    DateSource,
    FutureDates,
    Identity,
    Ignored,
    Overrides,
    TextType,
)
from aggregator.model.parsed import ScheduleHints
from aggregator.model.source import (
    ContentPolicy,
    Every,
    FeedProfile,
    Kinship,
    Move,
    Rate,
    Source,
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


def settings_text(source: Source) -> str:
    """Write what the settings say of a source, but nothing that is or may hold a secret."""
    every = source.every
    return encode(
        {
            "title": source.title,
            "group": source.group,
            "tags": source.tags,
            "weight": source.weight,
            "owner": source.owner,
            "language": source.language,
            "every": (every.shortest.total_seconds(), every.longest.total_seconds(), every.adaptive, every.yields),
            "timeout_s": source.timeout.total_seconds(),
            "max_bytes": source.max_bytes,
            "keep_s": source.keep.total_seconds(),
            "backfill": source.backfill,
            "content": source.content.value,
            "private": source.private,
            "spacing_s": source.spacing.total_seconds(),
            "deltas": source.deltas,
            "overrides": _overrides_values(source.overrides),
            "drop": source.drop,
            "page": source.page,
            "updates": source.updates.value,
        }
    )


def source_of(row: Row) -> Source:
    """Read a source from its row, without its secrets: those are in the settings only."""
    settings = decode(row["settings"])
    # Before migration 0002 nothing was said of yielding; the next start writes it.
    shortest, longest, adaptive, yields = (*settings["every"], False)[:4]
    return Source(
        id=row["source"],
        url=row["url"],
        id_given=bool(row["id_given"]),
        title=settings["title"],
        group=settings["group"],
        tags=tuple(settings["tags"]),
        weight=settings["weight"],
        owner=settings["owner"],
        language=settings["language"],
        every=Every(
            shortest=timedelta(seconds=shortest),
            longest=timedelta(seconds=longest),
            adaptive=adaptive,
            yields=yields,
        ),
        timeout=timedelta(seconds=settings["timeout_s"]),
        max_bytes=settings["max_bytes"],
        keep=timedelta(seconds=settings["keep_s"]),
        backfill=settings["backfill"],
        content=ContentPolicy(settings["content"]),
        private=settings["private"],
        pace_key=row["pace_key"],
        spacing=timedelta(seconds=settings["spacing_s"]),
        deltas=settings.get("deltas", True),
        overrides=_overrides_of(settings.get("overrides") or {}),
        drop=settings.get("drop"),
        page=settings.get("page", False),
        updates=Updates(settings.get("updates", Updates.SILENT)),
    )


def _overrides_values(overrides: Overrides) -> dict[str, Any]:
    """Write what differs from the rule, which is nothing for most."""
    if overrides == NO_OVERRIDES:
        return {}
    return {name: value for name, value in asdict(overrides).items() if value != getattr(NO_OVERRIDES, name)}


def _overrides_of(values: dict[str, Any]) -> Overrides:
    if not values:
        return NO_OVERRIDES
    return Overrides(**{name: _OVERRIDES[name](value) for name, value in values.items() if name in _OVERRIDES})


_OVERRIDES: dict[str, Callable[[Any], Any]] = {
    "identity": Identity,
    "dates": DateSource,
    "future_dates": FutureDates,
    "title_type": TextType,
    "name_type": TextType,
    "content_type": TextType,
    "base": str,
    "strip_title": tuple,
    "ignore": lambda names: tuple(map(Ignored, names)),
}


def facts_of(row: Row) -> SourceFacts:
    """Read what the judging of an entry may know: settings first, then what the document says."""
    settings = decode(row["settings"])
    profile = FeedProfile(**decode(row["profile"]))
    return SourceFacts(
        id=row["source"],
        title=settings["title"] or profile.title or row["source"],
        url=row["url"],
        group=settings["group"],
        tags=tuple(settings["tags"]),
        weight=settings["weight"],
        owner=settings["owner"] or row["source"],
        language=settings["language"] or profile.language,
        private=settings["private"],
        profile=profile,
    )


def facts_by_row(db: Database, row_ids: set[int]) -> dict[int, SourceFacts]:
    """Read the facts of several sources."""
    rows = db.query(
        "SELECT id, source, url, settings, profile FROM sources WHERE id IN (SELECT value FROM json_each(?))",
        [encode(sorted(row_ids))],
    )
    return {row["id"]: facts_of(row) for row in rows}


def profile_text(profile: FeedProfile) -> str:
    """Write what a document said of itself."""
    return encode({name: value for name in _PROFILE if (value := getattr(profile, name))})


_PROFILE = tuple(FeedProfile.__dataclass_fields__)


def state_of(row: Row) -> SourceState:
    """Read a state from the row of its source."""
    return SourceState(
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
        profile=FeedProfile(**decode(row["profile"])),
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
    return {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_digest": state.body_digest,
        "interval_s": state.interval.total_seconds(),
        "next_poll_at": moment_or_none(state.next_poll_at),
        "next_poll_why": state.next_poll_why,
        "hold_until": moment_or_none(state.hold_until),
        "errors": state.errors,
        "first_error_at": moment_or_none(state.first_error_at),
        "last_ok_at": moment_or_none(state.last_ok_at),
        "last_error": state.last_error,
        "condition": state.condition.value,
        "redirect_to": state.redirect_to,
        "redirect_count": state.redirect_count,
        "documents": state.documents,
        "profile": profile_text(state.profile),
        "hints": _hints_text(state.hints),
        "redirect_since": moment_or_none(state.redirect_since),
        "redirect_kin": state.redirect_kin.value,
        "moved_to": state.moved_to,
        "moves": _moves_text(state.moves),
        "validators_url": state.validators_url,
        "read_by": state.read_by,
        "max_age_s": state.max_age_s,
        "rate_entries": state.rate.entries,
        "rate_days": state.rate.days,
        "rate_at": moment_or_none(state.rate.at),
        "body_at": moment_or_none(state.body_at),
        "body_bytes": state.body_bytes,
        "not_modified": state.not_modified,
        "full_fetch": state.full_fetch,
        "untrusted": state.untrusted,
        "partial_bodies": state.partial_bodies,
        "deltas_refused": state.deltas_refused,
        "gone_at": moment_or_none(state.gone_at),
        "push": push_text(state.push),
        "findings": None
        if state.findings is None
        else encode([(one.flaw.value, one.count, one.of, one.sample) for one in state.findings]),
    }


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
