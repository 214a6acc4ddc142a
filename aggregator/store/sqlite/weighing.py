"""Stories that are due to be weighed, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, Curated, CurateResult, StoryFacts
from aggregator.store.sqlite.matches import Entering, row_of, write_matches
from aggregator.store.sqlite.rows import Row, encode, known_moment, moment, stored_of
from aggregator.store.sqlite.source_rows import facts_by_row

# What is due at once bears an empty moment, which is before all others.
SCHEMA: Final = """
CREATE TABLE weighings (
  story_id INTEGER PRIMARY KEY REFERENCES entries (id),
  due_at TEXT NOT NULL
) STRICT;
CREATE INDEX weighings_due ON weighings (due_at, story_id);
"""
_DUE: Final = "SELECT story_id FROM weighings WHERE due_at <= ? ORDER BY due_at, story_id LIMIT ?"
_MAKE_DUE: Final = """
INSERT OR REPLACE INTO weighings (story_id, due_at)
SELECT DISTINCT story_id, '' FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND story_id IS NOT NULL
"""
_MAKE_DUE_AT: Final = """
INSERT INTO weighings (story_id, due_at) VALUES (?, ?)
ON CONFLICT (story_id) DO UPDATE SET due_at = min(due_at, excluded.due_at)
"""
_MEMBERS: Final = """
SELECT * FROM v_entries WHERE story_id IN (SELECT value FROM json_each(?)) ORDER BY first_seen_at, id
"""
# What was pruned goes on counting: a story does not shrink by housekeeping.
_TELLERS: Final = """
SELECT story_id, source_id, sum(duplicate_of IS NULL), min(first_seen_at) FROM entries
WHERE story_id IN (SELECT value FROM json_each(?)) GROUP BY story_id, source_id
"""


@dataclass(slots=True)
class _Tally:
    first_at: str
    owners: set[str] = field(default_factory=set)
    items: int = 0


def story_facts(db: Database, story_ids: Iterable[int]) -> dict[int, StoryFacts]:
    """Count who tells these stories; copies count for nothing."""
    rows = db.execute(_TELLERS, [encode(sorted(set(story_ids)))]).fetchall()
    facts = facts_by_row(db, {source_id for _, source_id, _, _ in rows})
    tallies: dict[int, _Tally] = {}
    for story_id, source_id, items, first_at in rows:
        tally = tallies.setdefault(story_id, _Tally(first_at))
        tally.first_at = min(tally.first_at, first_at)
        if items:
            tally.owners.add(facts[source_id].owner)
            tally.items += items
    return {
        story_id: StoryFacts(outlets=len(one.owners), items=one.items, first_at=known_moment(one.first_at))
        for story_id, one in tallies.items()
    }


def stories_of(db: Database, rows: Iterable[Row]) -> tuple[tuple[EntryKey, StoryFacts], ...]:
    """Give the facts of the stories that rows of ``v_entries`` belong to."""
    keys = {row["story_id"]: EntryKey(row["story_source"], row["story_guid"]) for row in rows}
    facts = story_facts(db, keys)
    return tuple((key, facts[story_id]) for story_id, key in keys.items())


def make_due(db: Database, entry_ids: Iterable[int]) -> None:
    """Note that the stories of these entries are to be weighed at once."""
    db.execute(_MAKE_DUE, [encode(sorted(entry_ids))])


def note_due(db: Database, due: Iterable[tuple[EntryKey, datetime]], rows: Mapping[EntryKey, int]) -> None:
    """Note when stories are to be weighed; what is due sooner stays so."""
    db.conn.executemany(_MAKE_DUE_AT, [(row_of(db, key, rows), moment(at)) for key, at in due])


def next_weighing_at(db: Database) -> datetime | None:
    """Say when the next story is due."""
    (text,) = db.execute("SELECT min(due_at) FROM weighings").fetchone()
    if text is None:
        return None
    return known_moment(text) if text else datetime.min.replace(tzinfo=UTC)


def weigh(db: Database, now: datetime, limit: int, decide: Callable[[CurateBatch], Curated]) -> CurateResult:
    """Take stories that are due, decide about their entries, and note when they are due again."""
    due = [row[0] for row in db.execute(_DUE, [moment(now), limit])]
    if not due:
        return CurateResult()
    found = list(db.query(_MEMBERS, [encode(due)]))
    sources = facts_by_row(db, {row["source_id"] for row in found})
    rows = {EntryKey(row["source"], row["guid"]): row["id"] for row in found}
    stories = {EntryKey(row["story_source"], row["story_guid"]): row["story_id"] for row in found}
    batch = CurateBatch(
        arrivals=tuple(
            Arrival(number=number, stored=stored_of(row), source=sources[row["source_id"]], revised=True)
            for number, row in enumerate(found, 1)
        ),
        stories=stories_of(db, found),
    )
    decided = decide(batch)
    judged = {row_of(db, key, rows) for key in decided.judged}
    touched = write_matches(db, judged, decided.matches, rows, only=dict.fromkeys(decided.restless, Entering.LOUD))
    db.conn.executemany("DELETE FROM weighings WHERE story_id = ?", [(story_id,) for story_id in due])
    note_due(db, decided.due, stories)
    retired = {row[0] for row in db.execute("SELECT topic FROM topics WHERE retired = 1")}
    return CurateResult(arrivals=len(due), topics=touched - retired)
