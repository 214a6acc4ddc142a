"""The editor's acts: merge, split and undo, each in one transaction with its line in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.errors import EditError
from aggregator.model.editing import Act, ActKind, DoneAct, Edited, Scope, signed
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.store.sqlite.marks import bring_pins, mark, marks_of
from aggregator.store.sqlite.merging import merge_stories
from aggregator.store.sqlite.parting import fold_again, part_story
from aggregator.store.sqlite.rows import (
    Row,
    all_rows,
    decode,
    encode,
    first_row,
    known_moment,
    moment,
    read_moment,
)
from aggregator.store.sqlite.shaping import wake_topic
from aggregator.store.sqlite.weighing import make_due

_BY_SHORT: Final = """
SELECT id FROM entries WHERE short = :short UNION SELECT entry_id FROM short_aliases WHERE short = :short
"""
_STORY: Final = "SELECT story_id FROM entries WHERE id = ?"
_MEMBERS: Final = """
SELECT e.id, e.story_id, e.duplicate_of FROM entries e WHERE e.story_id IN (SELECT value FROM json_each(?))
"""
_ACT: Final = """
INSERT INTO acts (kind, at, who, why, story_id, apart_story, apart_other) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_ACT_ENTRY: Final = """
INSERT INTO act_entries (number, entry_id, was_story, is_story, was_root, is_root, alias_reason)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# A later act that moved what this one had moved was built upon it.
_LATER: Final = """
SELECT min(later.number) AS number FROM acts later JOIN act_entries l USING (number)
JOIN act_entries mine ON mine.entry_id = l.entry_id AND mine.number = ? AND mine.was_story <> mine.is_story
WHERE later.number > ? AND later.undone_at IS NULL AND l.was_story <> l.is_story
"""
_DONE: Final = """
SELECT a.*, story.short AS story,
  marked_source.source AS marked_source, iif(a.scope = 'source', NULL, marked.guid) AS marked_guid,
  (SELECT json_group_array(short) FROM (SELECT DISTINCT e.short FROM act_entries m JOIN entries e
    ON e.id = iif(a.kind = 'merge', m.was_story, m.is_story)
    WHERE m.number = a.number AND m.was_story <> m.is_story ORDER BY e.first_seen_at, e.id)) AS others,
  (SELECT json_group_array(short) FROM (SELECT e.short FROM act_entries m JOIN entries e ON e.id = m.entry_id
    WHERE m.number = a.number AND m.was_story <> m.is_story ORDER BY e.first_seen_at, e.id)) AS moved
FROM acts a LEFT JOIN entries story ON story.id = a.story_id LEFT JOIN entries named ON named.id = a.entry_id
LEFT JOIN entries marked ON marked.id = iif(a.scope = 'story', named.story_id, named.id)
LEFT JOIN sources marked_source ON marked_source.id = ifnull(a.source_id, marked.source_id)
"""
_OF_ENTRY: Final = """
SELECT a.*, m.was_story, m.is_story, was.short AS was_short, now.short AS is_short, m.was_root, m.is_root,
  story.short AS story FROM act_entries m JOIN acts a USING (number) JOIN entries was ON was.id = m.was_story
JOIN entries now ON now.id = m.is_story JOIN entries story ON story.id = a.story_id
WHERE m.entry_id = ? ORDER BY a.number
"""
_APART: Final = """
SELECT one_source.source, one.guid, other_source.source, other.guid FROM acts a
JOIN entries kept ON kept.id = a.apart_story JOIN entries went ON went.id = a.apart_other
JOIN entries one ON one.id = kept.story_id JOIN sources one_source ON one_source.id = one.source_id
JOIN entries other ON other.id = went.story_id JOIN sources other_source ON other_source.id = other.source_id
WHERE a.undone_at IS NULL AND one.id <> other.id
"""
_TOUCHED: Final = """
SELECT topic FROM topic_entries WHERE entry_id IN (SELECT value FROM json_each(:entries))
UNION SELECT topic FROM announcements WHERE subject_id IN (
  SELECT value FROM json_each(:entries) UNION SELECT story_id FROM entries WHERE id IN (
    SELECT value FROM json_each(:entries)))
EXCEPT SELECT topic FROM topics WHERE retired = 1
"""


def edit(db: Database, act: Act, now: datetime) -> Edited:
    """Carry out what an editor wants, and write it down.

    Raises:
        EditError: It cannot be done; nothing has changed.
    """
    carry_out = {ActKind.UNDO: _undo, ActKind.MERGE: _merge, ActKind.SPLIT: _split}.get(act.kind, mark)
    number = carry_out(db, act, now)
    make_due(db, [row[0] for row in db.execute("SELECT entry_id FROM act_entries WHERE number = ?", [number])])
    (done,) = _done(db, "WHERE a.number = ?", [number])
    if done.scope is not None:
        wake_topic(db, done.topic)
    return Edited(act=done, topics=_touched(db, done))


def acts(db: Database) -> tuple[DoneAct, ...]:
    """Read the journal, the oldest first."""
    return _done(db, "ORDER BY a.number", [])


def reasons_of(db: Database, entry: int) -> tuple[Reason, ...]:
    """Tell what editors did with an entry, its story and its source, the oldest first."""
    told = [(row["number"], _reason(row)) for row in all_rows(db, _OF_ENTRY, [entry])]
    marks = f"WHERE a.number IN ({', '.join(map(str, marks_of(db, entry)))})"
    told += [(act.number, act.reason()) for act in _done(db, marks, [])]
    return tuple(reason for _, reason in sorted(told, key=lambda one: one[0]))


def apart(db: Database) -> tuple[tuple[EntryKey, EntryKey], ...]:
    """List the pairs of stories that editors have parted."""
    return tuple((EntryKey(*row[:2]), EntryKey(*row[2:])) for row in db.execute(_APART))


def _touched(db: Database, done: DoneAct) -> frozenset[str]:
    """Name the topics whose members may have changed."""
    if done.kind is ActKind.NOTE:
        return frozenset()
    if done.topic is not None:
        return frozenset({done.topic})
    if done.scope is not None:
        rows = db.execute("SELECT topic FROM topics WHERE retired = 0")
    else:
        entries = db.execute("SELECT entry_id FROM act_entries WHERE number = ?", [done.number])
        rows = db.execute(_TOUCHED, {"entries": encode([row[0] for row in entries])})
    return frozenset(row[0] for row in rows)


def _merge(db: Database, act: Act, now: datetime) -> int:
    stories = list(dict.fromkeys(_story(db, short) for short in act.named))
    if len(stories) < 2:  # noqa: PLR2004 - one cannot be merged
        raise EditError(f"{' '.join(act.named)}: is one story; name two or more that are to be one")
    members = all_rows(db, _MEMBERS, [encode(stories)])
    ages = "SELECT id FROM entries WHERE id IN (SELECT value FROM json_each(?)) ORDER BY first_seen_at, id"
    into, *others = (row[0] for row in db.execute(ages, [encode(stories)]))
    for story in others:
        merge_stories(db, story, into, Reason("editor", "merged", "merge", signed(act.who, now, act.why)))
    number = _note(db, act, now, into)
    db.conn.executemany(
        _ACT_ENTRY,
        [(number, row["id"], row["story_id"], into, row["duplicate_of"], row["duplicate_of"], None) for row in members],
    )
    return number


def _split(db: Database, act: Act, now: datetime) -> int:
    if len(act.named) < 2:  # noqa: PLR2004 - a story and an entry
        raise EditError("name the story, and the entries that leave it")
    story = _story(db, act.named[0])
    named = [_entry(db, short) for short in act.named[1:]]
    for short, entry in zip(act.named[1:], named, strict=True):
        if _story_of(db, entry) != story:
            raise EditError(f"entry {short}: is not in story {act.named[0]}; `aggregator entries --story` lists it")
    parted = part_story(db, story, named)
    # The founder stays in the story; the entry that gives the other part its id is in that.
    number = _note(db, act, now, story, (story, parted.other))
    db.conn.executemany(
        _ACT_ENTRY,
        [
            (
                number,
                row["id"],
                story,
                parted.other if row["id"] in parted.moved else story,
                row["duplicate_of"],
                parted.roots.get(row["id"]),
                row["alias_reason"] if row["id"] == parted.other else None,
            )
            for row in parted.members
        ],
    )
    return number


def _undo(db: Database, act: Act, now: datetime) -> int:
    """Take back an act: entries return to the story that they had; what joined since stays with what it joined."""
    sql, given = ("number = ?", [act.number]) if act.number is not None else ("1 ORDER BY number DESC LIMIT 1", [])
    row = first_row(db, f"SELECT * FROM acts WHERE undone_at IS NULL AND {sql}", given)  # noqa: S608 - from the texts above
    if row is None:
        what = "nothing is left to be undone" if act.number is None else f"act {act.number}: is none, or undone already"
        raise EditError(f"{what}; `aggregator undo --list` lists the acts")
    number: int = row["number"]
    later = first_row(db, _LATER, [number, number])
    if later is not None and later["number"] is not None:
        raise EditError(f"act {number}: act {later['number']} was built upon it; undo that first")
    moved = all_rows(db, "SELECT * FROM act_entries WHERE number = ?", [number])
    if row["kind"] == ActKind.MERGE:
        _unmerge(db, [one for one in moved if one["was_story"] != one["is_story"]])
    elif row["kind"] == ActKind.SPLIT:
        _unsplit(db, row, moved)
    db.execute(
        "UPDATE acts SET undone_at = ?, undone_by = ?, undone_why = ? WHERE number = ?",
        [moment(now), act.who, act.why, number],
    )
    if row["kind"] == ActKind.PIN:
        bring_pins(db, row["topic"])
    return number


def _unmerge(db: Database, moved: Iterable[Row]) -> None:
    stories: dict[int, list[int]] = {}
    for row in moved:
        stories.setdefault(row["was_story"], []).append(row["entry_id"])
    for story, entries in stories.items():
        # Whatever the two have become a part of since: they part there.
        part_story(db, _story_of(db, story), entries, under=story)


def _unsplit(db: Database, act: Row, moved: Iterable[Row]) -> None:
    one, other = (_story_of(db, act[side]) for side in ("apart_story", "apart_other"))
    evidence = f"act {act['number']} was undone"
    merge_stories(db, other, one, Reason("editor", "merged", "undo", evidence))
    for row in moved:
        if row["alias_reason"] is not None:
            db.execute("UPDATE story_aliases SET reason = ? WHERE old_id = ?", [row["alias_reason"], row["entry_id"]])
        if row["was_root"] is not None and row["was_root"] != row["is_root"]:
            fold_again(db, row["entry_id"], row["was_root"])


def _note(db: Database, act: Act, now: datetime, story: int, sides: tuple[int, int] | None = None) -> int:
    one, other = sides or (None, None)
    cursor = db.execute(_ACT, [act.kind.value, moment(now), act.who, act.why, story, one, other])
    return int(cursor.lastrowid or 0)


def _entry(db: Database, short: str) -> int:
    found = [row[0] for row in db.execute(_BY_SHORT, {"short": short})]
    if len(found) != 1:
        raise EditError(f"{short}: is no entry and no story; `aggregator entries` lists both, with --json")
    entry: int = found[0]
    return entry


def _story(db: Database, short: str) -> int:
    """Find a story by its id, by one that leads to it, or by that of any of its entries."""
    entry = _entry(db, short)
    alias = first_row(db, "SELECT new_id FROM story_aliases WHERE old_id = ?", [entry])
    named: int = entry if alias is None else alias["new_id"]
    if db.execute("SELECT 1 FROM entries WHERE story_id = ?", [named]).fetchone():
        return named
    return _story_of(db, entry)


def _story_of(db: Database, entry: int) -> int:
    (story,) = db.execute(_STORY, [entry]).fetchone()
    if story is None:
        raise EditError("the entry waits for being curated; try again in a moment")
    return int(story)


def _done(db: Database, where: str, given: Sequence[int]) -> tuple[DoneAct, ...]:
    return tuple(
        DoneAct(
            number=row["number"],
            kind=ActKind(row["kind"]),
            at=known_moment(row["at"]),
            who=row["who"],
            why=row["why"],
            story=row["story"] or "",
            others=tuple(decode(row["others"])),
            entries=tuple(decode(row["moved"])),
            undone_at=read_moment(row["undone_at"]),
            topic=row["topic"],
            scope=None if row["scope"] is None else Scope(row["scope"]),
            target=_target(row),
            until=read_moment(row["until"]),
        )
        for row in all_rows(db, f"{_DONE} {where}", given)
    )


def _target(row: Row) -> str:
    """Name what is marked as it is known now: a source may have got another id."""
    source, guid = row["marked_source"] or "", row["marked_guid"]
    return source if guid is None else EntryKey(source, guid).short


def _reason(row: Row) -> Reason:
    moved = row["was_story"] != row["is_story"]
    if row["kind"] == ActKind.MERGE:
        verdict = f"merged into {row['is_short']}" if moved else f"stayed {row['is_short']}, others were merged into it"
    else:
        verdict = f"split off as {row['is_short']}" if moved else f"stayed in {row['is_short']}, others were split off"
    evidence = f"{row['who']}, {row['at'][:16].replace('T', ' ')}" + (f": {row['why']}" if row["why"] else "")
    if row["undone_at"] is not None:
        evidence += f"; undone by {row['undone_by']}, {row['undone_at'][:16].replace('T', ' ')}"
        evidence += f": {row['undone_why']}" if row["undone_why"] else ""
    facts = (
        ("number", row["number"]),
        ("was_story", row["was_short"]),
        ("is_story", row["is_short"]),
        ("no_copy_any_more", row["was_root"] is not None and row["is_root"] is None),
        ("undone", row["undone_at"] is not None),
    )
    return Reason("editor", verdict, row["kind"], evidence, facts)
