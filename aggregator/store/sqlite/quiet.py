"""Polls that bring nothing new, which nearly all are: many of them share a few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.source import SourceState
from aggregator.model.verdict import Ask, ChangeSet, Committed, Known
from aggregator.store.sqlite.polls import RECORD, record_columns, transact, update_of
from aggregator.store.sqlite.recognition import release
from aggregator.store.sqlite.rows import decode, encode
from aggregator.store.sqlite.state_rows import rhythm_columns, same_but_for_rhythm
from aggregator.store.sqlite.tallies import count_polls

QuietPoll = tuple[Ask, Callable[[Known], ChangeSet]]

# One row whatever their number: each row that SQLite hands out costs a turn of the interpreter's lock. Where something
# is known of the host it may change with every answer, and a push changes a state under way: neither is quiet.
_PLACES: Final = """
SELECT json_group_array(json_array(source, id, version, polls)) FROM sources
WHERE source IN (SELECT value FROM json_each(?)) AND push IS NULL AND pace NOT IN (SELECT pace_key FROM hosts)
"""
_RHYTHM: Final = update_of(rhythm_columns)


def transact_quiet(db: Database, polls: Sequence[QuietPoll]) -> list[Committed]:
    """Decide and write polls without entries, each fenced by its version; what is not so quiet is done one by one."""
    conn = db.conn
    (text,) = conn.execute(_PLACES, (encode([ask.source_id for ask, _ in polls]),)).fetchone()
    places = {source: place for source, *place in decode(text)}
    done: list[Committed | None] = []
    states: list[dict[str, Any]] = []
    records: list[tuple[Any, ...]] = []
    for ask, decide in polls:
        # Taken out: a second poll of the same source has to see what the first one left.
        row_id, version, number = places.pop(ask.source_id, (0, -1, 0))
        alone = ask.state is not None and ask.sightings_since is None and version == ask.version
        changes = decide(Known(state=ask.state)) if alone and ask.state is not None else None
        if ask.state is None or changes is None or not _is_quiet(ask.state, changes):
            done.append(None)
            continue
        states.append(rhythm_columns(changes.state) | {"id": row_id, "new_entries": 0, "raised": 1})
        records.append(record_columns(row_id, number, changes.poll))
        done.append(Committed(source_id=ask.source_id, poll=changes.poll))
    conn.executemany(_RHYTHM, states)
    conn.executemany(RECORD, records)
    count_polls(conn, records)
    ended = [found or transact(db, *poll) for found, poll in zip(done, polls, strict=True)]
    ended[-1] = replace(ended[-1], released=ended[-1].released + release(conn, ended[-1].poll.at))
    return ended


def _is_quiet(before: SourceState, changes: ChangeSet) -> bool:
    placed_anew = changes.pace is not None or changes.pace_key is not None
    return not changes.verdicts and not placed_anew and same_but_for_rhythm(before, changes.state)
