"""Sources, as the settings give them, to columns and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from aggregator.model.entry import SourceFacts
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
from aggregator.model.source import (
    ContentPolicy,
    Every,
    Source,
)
from aggregator.store.sqlite.rows import (
    Row,
    decode,
    encode,
)
from aggregator.store.sqlite.state_rows import read_profile


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
    profile = read_profile(row["profile"])
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
