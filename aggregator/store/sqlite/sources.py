"""Taking over the configured sources: which stored one each of them is, and under which id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.source import Source, SourceState
from aggregator.store.sqlite.paces import place
from aggregator.store.sqlite.rows import Row, all_rows, moment
from aggregator.store.sqlite.source_rows import settings_text
from aggregator.store.sqlite.state_rows import state_columns
from aggregator.text.domains import family_of

# An answer of the old address that is still on its way must not be taken for one of the new: the version rises.
_MOVE: Final = """
UPDATE sources SET version = version + 1, etag = NULL, last_modified = NULL, body_digest = '', hold_until = NULL,
  redirect_to = NULL, redirect_count = 0, redirect_since = NULL, redirect_kin = '', moved_to = NULL,
  validators_url = NULL, max_age_s = NULL, body_at = NULL, body_bytes = 0, not_modified = 0, full_fetch = 0,
  untrusted = 0, partial_bodies = 0, deltas_refused = 0, gone_at = NULL,
  errors = 0, first_error_at = NULL, last_error = NULL, condition = 'ok',
  next_poll_at = :now, next_poll_why = 'the address changed: due at once',
  push = json_remove(push, '$.offer')
WHERE id = :id
"""
# The settings have followed to where the source had moved: nothing of what is known of it changes.
_SETTLE: Final = "UPDATE sources SET version = version + 1, moved_to = NULL, condition = 'ok' WHERE id = :id"
_UPDATE: Final = """
UPDATE sources SET id_given = :id_given, url = :url, pace_key = :pace_key, family = :family, active = :active,
  position = :position, longest_s = :longest_s, keep_s = :keep_s, settings = :settings
WHERE id = :id
"""


def sync(db: Database, sources: Sequence[Source], now: datetime) -> tuple[Source, ...]:
    """Take over the configured sources; give them back with their frozen ids, in the same order."""
    stored = all_rows(db, "SELECT * FROM sources ORDER BY active, id", ())
    found = _recognise(sources, stored)
    names = _name(sources, found, stored)
    _rename(db, found, names, stored)
    named = tuple(replace(source, id=name) for source, name in zip(sources, names, strict=True))
    placed = list(enumerate(zip(named, found, strict=True)))
    changed = [(source, row) for _, (source, row) in placed if row is not None and row["url"] != source.url]
    db.conn.executemany(
        _MOVE, [{"id": row["id"], "now": moment(now)} for source, row in changed if row["moved_to"] != source.url]
    )
    db.conn.executemany(_SETTLE, [{"id": row["id"]} for source, row in changed if row["moved_to"] == source.url])
    updates = [_kept_place(source, position, row) | {"id": row["id"]} for position, (source, row) in placed if row]
    by_id = {row["id"]: row for row in stored}
    db.conn.executemany(_UPDATE, [update for update in updates if _differs(update, by_id[update["id"]])])
    fresh = [_new_columns(source, position, now) for position, (source, row) in placed if row is None]
    if fresh:
        db.conn.executemany(_insert(fresh[0]), fresh)
    kept = {row["id"] for row in found if row is not None}
    gone = [(row["id"],) for row in stored if row["active"] and row["id"] not in kept]
    db.conn.executemany("UPDATE sources SET active = 0 WHERE id = ?", gone)
    place(db)
    return named


def _recognise(sources: Sequence[Source], stored: Sequence[Row]) -> list[Row | None]:
    """Find the stored source of each configured one: by the id that the user gave, else by one of its addresses.

    A slug that we gave yields to the same id given by the user, unless its own address is still configured.
    """
    by_name = {row["source"]: row for row in stored}
    by_url = {row["moved_to"]: row for row in stored if row["moved_to"]} | {row["url"]: row for row in stored}
    urls = {source.url for source in sources}
    found: list[Row | None] = [None] * len(sources)
    taken: set[int] = set()
    for index, source in enumerate(sources):
        row = by_name.get(source.id) if source.id_given else None
        if row is None or row["id"] in taken:
            continue
        if row["id_given"] or source.url in (row["url"], row["moved_to"]) or row["url"] not in urls:
            found[index] = row
            taken.add(row["id"])
    for index, source in enumerate(sources):
        row = by_url.get(source.url)
        if found[index] is None and row is not None and row["id"] not in taken:
            found[index] = row
            taken.add(row["id"])
    return found


def _name(sources: Sequence[Source], found: Sequence[Row | None], stored: Sequence[Row]) -> list[str]:
    """Give each source its id: the user's, the frozen one, or a slug that is still free."""
    given = {source.id for source in sources if source.id_given}
    taken = given | {row["source"] for row in stored}
    names: list[str] = []
    for source, row in zip(sources, found, strict=True):
        if source.id_given:
            name = source.id
        elif row is not None and row["source"] not in given:
            name = row["source"]
        else:
            name = _free(source.id, taken)
        taken.add(name)
        names.append(name)
    return names


def _free(slug: str, taken: set[str]) -> str:
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def _rename(db: Database, found: Sequence[Row | None], names: Sequence[str], stored: Sequence[Row]) -> None:
    """Put new ids in force; entries follow, since they refer to the row.

    Every new id passes through a name that nobody can have, so that two sources may exchange theirs. A source that
    is no longer configured makes way for the one that was given its id.
    """
    renamed = {
        row["id"]: name for row, name in zip(found, names, strict=True) if row is not None and row["source"] != name
    }
    kept = {row["id"] for row in found if row is not None}
    wanted = frozenset(names)
    taken = {*names, *(row["source"] for row in stored)}
    for row in stored:
        if row["id"] not in kept and row["source"] in wanted:
            renamed[row["id"]] = _free(row["source"], taken)
            taken.add(renamed[row["id"]])
    db.conn.executemany("UPDATE sources SET source = ' ' || id WHERE id = ?", [(row_id,) for row_id in renamed])
    for row_id, name in renamed.items():
        db.execute("UPDATE sources SET source = ?, version = version + 1 WHERE id = ?", [name, row_id])
        _add_aliases(db, row_id, name)


def _add_aliases(db: Database, row_id: int, name: str) -> None:
    """Let entries be found by the short ids of their new keys too; the ones they were shown under stay good."""
    entries = db.execute("SELECT id, guid FROM entries WHERE source_id = ?", [row_id]).fetchall()
    db.conn.executemany(
        "INSERT OR IGNORE INTO short_aliases (short, entry_id) VALUES (?, ?)",
        [(EntryKey(name, guid).short, entry_id) for entry_id, guid in entries],
    )


def _settings_columns(source: Source, position: int) -> dict[str, Any]:
    return {
        "id_given": int(source.id_given),
        "url": source.url,
        "pace_key": source.pace_key,
        "family": family_of(source.url, source.pace_key),
        "active": 1,
        "position": position,
        "longest_s": source.every.longest.total_seconds(),
        "keep_s": source.keep.total_seconds(),
        "settings": settings_text(source),
    }


def _kept_place(source: Source, position: int, row: Row) -> dict[str, Any]:
    """Leave a source that has moved under the pace key of where it is polled."""
    columns = _settings_columns(source, position)
    if row["moved_to"] and row["url"] == source.url:
        columns |= {"pace_key": row["pace_key"], "family": row["family"]}
    return columns


def _new_columns(source: Source, position: int, now: datetime) -> dict[str, Any]:
    state = replace(SourceState(source_id=source.id), next_poll_at=now, next_poll_why="new: due at once")
    return {"source": source.id, **_settings_columns(source, position), "version": 0, **state_columns(state)}


def _insert(columns: Mapping[str, Any]) -> str:
    values = ", ".join(f":{name}" for name in columns)
    return f"INSERT INTO sources ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - names of columns, from above


def _differs(columns: Mapping[str, Any], row: Row) -> bool:
    return any(row[name] != value for name, value in columns.items())
