"""Curating: arrivals in order, what lies near them, and the decision about them, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.story import Arrival, CurateBatch, Curated, CurateResult, Deciding, Placement
from aggregator.store.sqlite.matches import Entering, row_of, write_matches
from aggregator.store.sqlite.merging import merge_stories
from aggregator.store.sqlite.near import find_near, remember
from aggregator.store.sqlite.rows import Row, encode, reason_text, stored_of
from aggregator.store.sqlite.source_rows import facts_by_row
from aggregator.store.sqlite.weighing import make_due

_ENTRIES: Final = "SELECT * FROM v_entries WHERE id IN (SELECT value FROM json_each(?))"
_TOPICS_OF: Final = "SELECT topic FROM topic_entries WHERE entry_id IN (SELECT value FROM json_each(?))"
_PLACE: Final = """
UPDATE entries SET story_id = ?, duplicate_of = ?, story_reason = ?, copy_reason = ? WHERE id = ? AND story_id IS NULL
"""
# The poll that brought an entry is the one at which it was first seen.
_COUNT_DUPLICATE: Final = """
UPDATE polls SET duplicates = duplicates + 1
WHERE (source_id, at) = (SELECT source_id, first_seen_at FROM entries WHERE id = ?)
"""
# A topic shows a story when it has, or had, one of its entries; and an entry when it has, or had, what that repeats.
_TOPICS_OF_STORIES: Final = """
SELECT m.topic FROM topic_entries m JOIN entries e ON e.id = m.entry_id
WHERE e.story_id IN (SELECT value FROM json_each(:stories))
UNION
SELECT topic FROM announcements
WHERE subject_id IN (SELECT value FROM json_each(:stories) UNION SELECT value FROM json_each(:entries))
"""
_SUBJECTS: Final = """
SELECT story_id FROM entries WHERE id IN (SELECT value FROM json_each(:entries)) AND story_id IS NOT NULL
UNION SELECT duplicate_of FROM entries WHERE id IN (SELECT value FROM json_each(:entries)) AND duplicate_of IS NOT NULL
"""


def curate(db: Database, limit: int, deciding: Deciding) -> CurateResult:
    """Take arrivals after the watermark, decide, and write the decision and the watermark."""
    taken = db.execute(
        "SELECT number, entry_id, revised FROM arrivals WHERE number > ? ORDER BY number LIMIT ?",
        [_watermark(db), limit],
    ).fetchall()
    if not taken:
        return CurateResult()
    # An entry that was revised while it waited is decided about once, as it is now.
    first = {entry_id: (number, bool(revised)) for number, entry_id, revised in reversed(taken)}
    found = {row["id"]: row for row in db.query(_ENTRIES, [encode(sorted(first))])}
    in_order = sorted((number, entry_id, revised) for entry_id, (number, revised) in first.items() if entry_id in found)
    facts = facts_by_row(db, {row["source_id"] for row in found.values()})
    arrivals = tuple(
        Arrival(
            number=number,
            stored=stored_of(found[entry_id]),
            source=facts[found[entry_id]["source_id"]],
            revised=revised,
        )
        for number, entry_id, revised in in_order
    )
    rows = rows_by_key(found.values())
    near = find_near(db, deciding.trace(arrivals), rows)
    batch = CurateBatch(arrivals=arrivals, neighbours=near.neighbours, headlines=near.headlines, holders=near.holders)
    decided = deciding.decide(batch)
    topics = _write(db, decided, rows, found.keys())
    remember(db, decided, rows, near.full)
    _advance(db, taken[-1][0])
    return CurateResult(arrivals=len(taken), topics=topics)


def rows_by_key(rows: Iterable[Row]) -> dict[EntryKey, int]:
    """Index rows of ``v_entries`` by their keys and those of their stories."""
    found: dict[EntryKey, int] = {}
    for row in rows:
        found[EntryKey(row["source"], row["guid"])] = row["id"]
        if row["story_id"] is not None:
            found[EntryKey(row["story_source"], row["story_guid"])] = row["story_id"]
    return found


def _write(db: Database, decided: Curated, rows: Mapping[EntryKey, int], entry_ids: Iterable[int]) -> frozenset[str]:
    """Write placements and matches; name the topics whose members may have changed."""
    _place(db, decided.placements, rows)
    for merge in decided.merges:
        merge_stories(db, row_of(db, merge.story, rows), row_of(db, merge.into, rows), merge.reason)
    judged = {row_of(db, key, rows) for key in decided.judged}
    touched = write_matches(db, judged, decided.matches, rows, only=_steady(db, decided, judged))
    if decided.restless:
        make_due(db, judged)
    entries = encode(sorted(entry_ids))
    subjects = [row[0] for row in db.execute(_SUBJECTS, {"entries": entries})]
    showing = db.execute(_TOPICS_OF_STORIES, {"stories": encode(subjects), "entries": entries})
    retired = {row[0] for row in db.execute("SELECT topic FROM topics WHERE retired = 1")}
    return (touched | {row[0] for row in showing}) - retired


def _steady(db: Database, decided: Curated, judged: Iterable[int]) -> dict[str, Entering] | None:
    """Name the topics that were judged, where some were not."""
    if not decided.restless:
        return None
    known = {row[0] for row in db.execute(_TOPICS_OF, [encode(sorted(judged))])}
    found = (known | {match.topic for match in decided.matches}) - decided.restless
    return dict.fromkeys(found, Entering.LOUD)


def _place(db: Database, placements: Sequence[Placement], rows: Mapping[EntryKey, int]) -> None:
    placed: list[tuple[int, int | None, str | None, str | None, int]] = []
    repeated: list[tuple[int]] = []
    for placement in placements:
        row_id = row_of(db, placement.key, rows)
        root = None if placement.duplicate_of is None else row_of(db, placement.duplicate_of, rows)
        story = row_of(db, placement.story, rows)
        placed.append((story, root, reason_text(placement.reason), reason_text(placement.copy_reason), row_id))
        if root is not None:
            repeated.append((row_id,))
    db.conn.executemany(_PLACE, placed)
    db.conn.executemany(_COUNT_DUPLICATE, repeated)


def _watermark(db: Database) -> int:
    row = db.execute("SELECT value FROM meta WHERE key = 'curated_up_to'").fetchone()
    return 0 if row is None else int(row[0])


def _advance(db: Database, number: int) -> None:
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('curated_up_to', ?)", [str(number)])
    db.execute("DELETE FROM arrivals WHERE number <= ?", [number])
