"""Values to columns and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from aggregator.model.entry import CandidateKey, Enclosure, Entry, EntryKey, KeyKind, StoredEntry
from aggregator.model.extras import NO_EXTRAS, Extras, Person, Transcript
from aggregator.model.reason import Reason

Row = Mapping[str, Any]

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
decode = json.JSONDecoder().decode

NOTHING = "[]"
EMPTY = "{}"


def all_rows(db: Database, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read rows by the names of their columns; quicker than ``Database.query``, which guards itself first."""
    cursor = db.conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first_row(db: Database, sql: str, parameters: Sequence[Any]) -> Row | None:
    """Read one row by the names of its columns."""
    return next(iter(all_rows(db, sql, parameters)), None)


def moment(at: datetime) -> str:
    """Write a moment so that texts sort as moments do.

    >>> moment(datetime(2026, 11, 23, 12, tzinfo=UTC))
    '2026-11-23T12:00:00.000000+00:00'
    """
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def moment_or_none(at: datetime | None) -> str | None:
    """Write a moment, if there is one."""
    return None if at is None else moment(at)


def read_moment(text: str | None) -> datetime | None:
    """Read a moment, if there is one."""
    return None if text is None else datetime.fromisoformat(text)


def known_moment(text: str) -> datetime:
    """Read a moment that is always there."""
    return datetime.fromisoformat(text)


def reason_text(reason: Reason | None) -> str | None:
    """Write a reason."""
    if reason is None:
        return None
    return encode(_said(reason) | {"facts": dict(reason.facts)}) if reason.facts else _without_facts(reason)


# Many entries are here for the same reason, word for word.
@lru_cache(maxsize=256)
def _without_facts(reason: Reason) -> str:
    return encode(_said(reason))


def _said(reason: Reason) -> dict[str, Any]:
    return {"stage": reason.stage, "verdict": reason.verdict, "rule": reason.rule, "evidence": reason.evidence}


def read_reason(text: str | None) -> Reason | None:
    """Read a reason."""
    return None if text is None else known_reason(text)


def known_reason(text: str) -> Reason:
    """Read a reason that is always there."""
    said = decode(text)
    return Reason(**said | {"facts": tuple(said.get("facts", {}).items())})


def keys_text(keys: Iterable[CandidateKey]) -> str:
    """Write candidate keys, in their order."""
    said = ",".join([f'["{key.kind.value}",{key.digest}]' for key in keys])
    return f"[{said}]"


def read_keys(text: str) -> tuple[CandidateKey, ...]:
    """Read candidate keys."""
    return tuple(CandidateKey(KeyKind(kind), digest) for kind, digest in decode(text))


def content_columns(entry: Entry) -> tuple[Any, ...]:
    """Write all that a revision may change, in the order of the columns from ``title`` to ``extras``."""
    return (
        entry.title,
        entry.url,
        entry.link_key,
        moment_or_none(entry.published_at),
        moment_or_none(entry.updated_at),
        reason_text(entry.date_reason),
        encode(entry.authors) if entry.authors else NOTHING,
        entry.summary,
        entry.content_html,
        encode(entry.categories) if entry.categories else NOTHING,
        _enclosures_text(entry.enclosures) if entry.enclosures else NOTHING,
        entry.image_url,
        entry.comments_url,
        entry.language,
        entry.rights,
        entry.fingerprint,
        extras_text(entry.extras),
    )


def stored_of(row: Row) -> StoredEntry:
    """Read a row of ``v_entries``."""
    return StoredEntry(
        entry=_entry_of(row),
        first_seen_at=known_moment(row["first_seen_at"]),
        revision=row["revision"],
        backfilled=bool(row["backfilled"]),
        story=None if row["story_id"] is None else EntryKey(row["story_source"], row["story_guid"]),
        duplicate_of=None if row["duplicate_of"] is None else EntryKey(row["root_source"], row["root_guid"]),
        topics=tuple(decode(row["topics"])),
        bumped_at=read_moment(row["bumped_at"]),
    )


def _entry_of(row: Row) -> Entry:
    return Entry(
        key=EntryKey(row["source"], row["guid"]),
        keys=read_keys(row["keys"]),
        title=row["title"],
        url=row["url"],
        link_key=row["link_key"],
        published_at=read_moment(row["published_at"]),
        updated_at=read_moment(row["updated_at"]),
        date_reason=read_reason(row["date_reason"]),
        authors=tuple(decode(row["authors"])),
        summary=row["summary"],
        content_html=row["content_html"],
        categories=tuple(decode(row["categories"])),
        enclosures=_read_enclosures(row["enclosures"]),
        image_url=row["image_url"],
        comments_url=row["comments_url"],
        language=row["language"],
        rights=row["rights"],
        fingerprint=row["fingerprint"],
        extras=read_extras(row["extras"]),
    )


def extras_text(extras: Extras) -> str:
    """Write the extras, without those that an entry has not; most have none."""
    # An entry that came from another process has extras of its own, equal to none.
    if extras is NO_EXTRAS or extras == NO_EXTRAS:
        return EMPTY
    return encode({name: value for name, value in asdict(extras).items() if value is not None and value != ()})


def read_extras(text: str) -> Extras:
    """Read extras."""
    if text == EMPTY:
        return NO_EXTRAS
    values = decode(text)
    values["transcripts"] = tuple(Transcript(**one) for one in values.get("transcripts", ()))
    values["people"] = tuple(Person(**one) for one in values.get("people", ()))
    if "place" in values:
        values["place"] = tuple(values["place"])
    return Extras(**values)


def _enclosures_text(enclosures: Iterable[Enclosure]) -> str:
    return encode(
        [
            {
                "url": one.url,
                "media_type": one.media_type,
                "length": one.length,
                "duration_seconds": one.duration_seconds,
                "title": one.title,
            }
            for one in enclosures
        ]
    )


def _read_enclosures(text: str) -> tuple[Enclosure, ...]:
    return () if text == NOTHING else tuple(Enclosure(**one) for one in decode(text))
