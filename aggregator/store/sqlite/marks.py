"""What editors pin, hide and note: marks on entries, stories and sources, in one topic or in all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.errors import EditError
from aggregator.model.editing import MARKS, PINNED, Act, ActKind, Mark, Scope, signed
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.store.sqlite.rows import (
    all_rows,
    encode,
    known_moment,
    moment,
    moment_or_none,
    read_moment,
    reason_text,
)
from aggregator.text.link_keys import link_key

_NOTE: Final = """
INSERT INTO acts (kind, at, who, why, topic, scope, entry_id, source_id, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_BY_SHORT: Final = """
SELECT id FROM entries WHERE short = :named UNION SELECT entry_id FROM short_aliases WHERE short = :named
"""
_BY_LINK: Final = "SELECT id FROM entries WHERE link_key = ? AND pruned_at IS NULL ORDER BY first_seen_at, id"
_AMONG: Final = "SELECT id, story_id, short FROM entries WHERE id IN (SELECT value FROM json_each(?))"
_IN_FORCE: Final = """
SELECT a.*, s.source, k.guid AS key_guid, k_source.source AS key_source FROM acts a
LEFT JOIN sources s ON s.id = a.source_id LEFT JOIN entries e ON e.id = a.entry_id
LEFT JOIN entries k ON k.id = iif(a.scope = 'story', e.story_id, e.id)
LEFT JOIN sources k_source ON k_source.id = k.source_id
WHERE a.scope IS NOT NULL AND a.undone_at IS NULL AND a.kind IN ('pin', 'hide')
  AND (a.until IS NULL OR a.until > :now) AND (a.topic IS NULL OR a.topic = :topic)
ORDER BY a.number
"""
_PINS: Final = """
WITH pins AS MATERIALIZED (
  SELECT a.number, a.topic, a.scope, a.entry_id, a.source_id, a.at, e.story_id FROM acts a
  LEFT JOIN entries e ON e.id = a.entry_id
  WHERE a.scope IS NOT NULL AND a.undone_at IS NULL AND a.kind = 'pin')
"""
# Old stock of a source that is pinned stays old stock; what was not curated waits for it.
_ON: Final = """
SELECT p.topic, e.id, p.number FROM pins p JOIN entries e ON e.id = p.entry_id WHERE p.scope = 'entry' AND {0}
UNION SELECT p.topic, e.id, p.number FROM pins p JOIN entries e ON e.story_id = p.story_id
  WHERE p.scope = 'story' AND {0}
UNION SELECT p.topic, e.id, p.number FROM pins p JOIN entries e ON e.source_id = p.source_id
  WHERE p.scope = 'source' AND e.first_seen_at >= p.at AND e.backfilled = 0 AND {0}
"""
_CURATED: Final = "e.pruned_at IS NULL AND e.story_id IS NOT NULL"
_IN_TOPIC: Final = f"{_CURATED} AND (:topic IS NULL OR p.topic IS NULL OR p.topic = :topic)"
_JUDGED: Final = f"{_CURATED} AND e.id IN (SELECT value FROM json_each(:judged))"  # noqa: S608 - from the texts above
_SIGNATURES: Final = "SELECT number, who, at, why FROM acts WHERE number IN (SELECT value FROM json_each(?))"
# A pin lets into the topic that it names what no rule let in, and brings old stock forward.
_LET_IN: Final = """
INSERT INTO topic_entries (topic, entry_id, pending, reason) VALUES (?, ?, 1, ?)
ON CONFLICT (topic, entry_id) DO UPDATE SET pending = 1, reason = iif(lapsed, excluded.reason, reason), lapsed = 0
"""
_BRING_FORWARD: Final = "UPDATE topic_entries SET pending = 1 WHERE entry_id = ?"
_FORGET: Final = """
DELETE FROM topic_entries
WHERE pending = 1 AND json_extract(reason, '$.rule') = 'pin' AND (:topic IS NULL OR topic = :topic)
  AND NOT EXISTS (SELECT 1 FROM announcements a JOIN entries e ON e.id = topic_entries.entry_id
    WHERE a.topic = topic_entries.topic AND a.subject_id IN (e.id, e.story_id, e.duplicate_of))
"""
_OLD_AGAIN: Final = """
UPDATE topic_entries SET pending = 0 WHERE pending = 1 AND (:topic IS NULL OR topic = :topic)
  AND entry_id IN (SELECT id FROM entries WHERE backfilled = 1)
"""
_OF_ENTRY: Final = f"""
SELECT a.number FROM acts a JOIN entries e ON e.id = ?
LEFT JOIN entries named ON named.id = a.entry_id
WHERE a.scope IS NOT NULL AND a.kind IN ({", ".join(f"'{kind}'" for kind in sorted(MARKS))}) AND (
  (a.scope = 'entry' AND a.entry_id = e.id) OR (a.scope = 'story' AND named.story_id = e.story_id)
  OR (a.scope = 'source' AND a.source_id = e.source_id AND (a.kind <> 'pin' OR e.first_seen_at >= a.at)))
ORDER BY a.number
"""  # noqa: S608 - names of kinds


def mark(db: Database, act: Act, now: datetime) -> int:
    """Write a mark down; give its number.

    Raises:
        EditError: What it is to be on is not known.
    """
    (named,) = act.named or ("",)
    entry = source = None
    if act.scope is Scope.SOURCE:
        source = _source(db, named)
    else:
        entry = _entry(db, named, act.scope)
    noted = [act.topic, act.scope.value, entry, source, moment_or_none(act.until)]
    cursor = db.execute(_NOTE, [act.kind.value, moment(now), act.who, act.why, *noted])
    if act.kind is ActKind.PIN:
        bring_pins(db, act.topic)
    return int(cursor.lastrowid or 0)


def bring_pins(db: Database, topic: str | None) -> None:
    """Let into a topic, or into all, what pins let in now, and nothing that only pins of before did.

    What was announced stays.
    """
    db.execute(_FORGET, {"topic": topic})
    db.execute(_OLD_AGAIN, {"topic": topic})
    _let_in(db, db.execute(_PINS + _ON.format(_IN_TOPIC), {"topic": topic}).fetchall())


def pin_judged(db: Database, judged: str) -> frozenset[str]:
    """Let in what pins let in of entries whose matches were found anew; name the topics.

    Args:
        db: Inside a transaction.
        judged: Rows of the entries, as JSON.
    """
    rows = db.execute(_PINS + _ON.format(_JUDGED + " AND p.topic IS NOT NULL"), {"judged": judged}).fetchall()
    _let_in(db, rows)
    return frozenset(topic for topic, _, _ in rows)


def marks_on(db: Database, topic: str, now: datetime) -> tuple[Mark, ...]:
    """Read the pins and hidings that hold in a topic, the oldest first."""
    return tuple(
        Mark(
            number=row["number"],
            kind=ActKind(row["kind"]),
            scope=Scope(row["scope"]),
            at=known_moment(row["at"]),
            topic=row["topic"],
            key=None if row["key_guid"] is None else EntryKey(row["key_source"], row["key_guid"]),
            source=row["source"] or "",
            until=read_moment(row["until"]),
            who=row["who"],
            why=row["why"],
        )
        for row in all_rows(db, _IN_FORCE, {"topic": topic, "now": moment(now)})
    )


def marks_of(db: Database, entry: int) -> list[int]:
    """Number the marks on an entry, on its story and on its source, those that were undone too."""
    return [row[0] for row in db.execute(_OF_ENTRY, [entry])]


def _let_in(db: Database, rows: list[tuple[str | None, int, int]]) -> None:
    if not rows:
        return
    numbers = encode(sorted({number for _, _, number in rows}))
    reasons = {
        number: reason_text(Reason("topic", "entered", PINNED, f"pinned by {signed(who, known_moment(at), why)}"))
        for number, who, at, why in db.execute(_SIGNATURES, [numbers])
    }
    named = [(topic, entry, reasons[number]) for topic, entry, number in rows if topic is not None]
    db.conn.executemany(_LET_IN, named)
    db.conn.executemany(_BRING_FORWARD, [(entry,) for topic, entry, _ in rows if topic is None])


def _source(db: Database, named: str) -> int:
    row = db.execute("SELECT id FROM sources WHERE source = ?", [named]).fetchone()
    if row is None:
        raise EditError(f"{named}: is no source; `aggregator status` lists them")
    return int(row[0])


def _entry(db: Database, named: str, scope: Scope) -> int:
    """Find the one entry that is named, or one of the one story.

    Raises:
        EditError: There is none, or there are several.
    """
    key = link_key(named) if "://" in named else None
    rows = db.execute(_BY_LINK, [key]) if key is not None else db.execute(_BY_SHORT, {"named": named})
    found = [row[0] for row in rows]
    if not found:
        raise EditError(f"{named}: is no entry, no story and no address of one; `aggregator entries --json` lists them")
    among = {row_id: (story, short) for row_id, story, short in db.execute(_AMONG, [encode(found)])}
    if scope is Scope.STORY and None in {story for story, _ in among.values()}:
        raise EditError(f"{named}: waits for being curated; try again in a moment")
    if len({story for story, _ in among.values()} if scope is Scope.STORY else among) > 1:
        shorts = ", ".join(among[entry][1] for entry in found)
        raise EditError(f"{named}: is more than one {scope}; name one of {shorts}")
    return int(found[0])
