"""What lies near an arrival: entries with its link, its headline or runs of its words; and how that is remembered."""

from __future__ import annotations

import sqlite3
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import EntryKey
from aggregator.model.story import (
    HEADLINE_MEMORY,
    MOST_COMPARED,
    MOST_HOLDERS,
    TEXT_WINDOW,
    Curated,
    HeadlineUse,
    Neighbour,
    Recalled,
    Recent,
    TermCounts,
    Traces,
    worth_comparing,
)
from aggregator.store.sqlite.editing import apart
from aggregator.store.sqlite.matches import row_of
from aggregator.store.sqlite.rows import Row, decode, encode, known_moment, moment
from aggregator.store.sqlite.source_rows import facts_by_row

MOST_LINKED: Final = 50
"""Enough entries of one link to see that it is nobody's own."""
SLICE: Final = 1_000
MOST_NEW_PRINTS: Final = 20_000
MOST_NEW_COUNTS: Final = 100

# The inner query keeps a link that stands on everything from being walked through to its end.
_LINKED: Final = """
SELECT e.id FROM json_each(?) link JOIN entries e ON e.id IN (
  SELECT i.id FROM entries i WHERE i.link_key = link.value ORDER BY i.id LIMIT ?)
"""
_NEIGHBOURS: Final = """
SELECT e.id, s.source, e.guid, e.source_id, e.link_key, e.first_seen_at, e.title, e.language, e.story_id,
  e.duplicate_of, story_source.source AS story_source, story.guid AS story_guid, root_source.source AS root_source,
  root.guid AS root_guid, CASE WHEN t.value THEN e.summary ELSE '' END AS summary,
  CASE WHEN t.value THEN e.content_html ELSE '' END AS content_html,
  ifnull((SELECT length(prints) / 8 FROM recent WHERE entry_id = e.id), 0) AS prints
FROM json_each(?) t JOIN entries e ON e.id = CAST(t.key AS INTEGER) JOIN sources s ON s.id = e.source_id
JOIN entries story ON story.id = e.story_id JOIN sources story_source ON story_source.id = story.source_id
LEFT JOIN entries root ON root.id = e.duplicate_of LEFT JOIN sources root_source ON root_source.id = root.source_id
WHERE e.pruned_at IS NULL ORDER BY e.first_seen_at, e.id
"""
_USES: Final = """
SELECT h.headline, h.entry_id, s.source, e.guid, h.first_at, h.last_at, h.times
FROM headlines h JOIN sources s ON s.id = h.source_id JOIN entries e ON e.id = h.entry_id
WHERE h.headline IN (SELECT value FROM json_each(?)) ORDER BY h.headline, h.source_id
"""
_PRINTS: Final = """
SELECT p.print, p.entry_id FROM json_each(:wanted) w CROSS JOIN prints p ON p.print = w.value
UNION ALL SELECT p.print, p.entry_id FROM json_each(:wanted) w CROSS JOIN new_prints p ON p.print = w.value
"""
_USE: Final = """
INSERT OR REPLACE INTO headlines (headline, source_id, entry_id, first_at, last_at, times)
SELECT ?, source_id, id, ?, ?, ? FROM entries WHERE id = ?
"""
_PRINTED: Final = "SELECT entry_id, length(prints) / 8 FROM recent WHERE entry_id IN (SELECT value FROM json_each(?))"
_RECALL: Final = """
SELECT s.source, e.guid, story_source.source, story.guid, r.seen_at, r.language, r.terms
FROM recent r JOIN entries e ON e.id = r.entry_id JOIN sources s ON s.id = e.source_id
JOIN entries story ON story.id = e.story_id JOIN sources story_source ON story_source.id = story.source_id
WHERE r.terms <> '' ORDER BY r.seen_at, r.entry_id
"""


@dataclass(frozen=True, slots=True)
class Near:
    """What was found near a batch.

    Attributes:
        full: Fingerprints that so many entries have that they say nothing.
    """

    neighbours: tuple[Neighbour, ...]
    headlines: tuple[HeadlineUse, ...]
    holders: tuple[tuple[int, EntryKey], ...]
    full: frozenset[int]


def find_near(db: Database, traces: Sequence[Traces], rows: dict[EntryKey, int]) -> Near:
    """Find what lies near the arrivals, and add its rows to the index of rows by keys."""
    linked = _linked(db, traces)
    uses = list(db.query(_USES, [encode(sorted({t.headline for t in traces if t.headline is not None}))]))
    holders, full = _holders(db, traces)
    texts = {row_id for _, row_id in holders} | {use["entry_id"] for use in uses}
    wanted = dict.fromkeys(linked, 0) | dict.fromkeys(texts, 1)
    found = list(db.query(_NEIGHBOURS, [encode(wanted)])) if wanted else []
    owners = {row_id: facts.owner for row_id, facts in facts_by_row(db, {row["source_id"] for row in found}).items()}
    keys: dict[int, EntryKey] = {}
    for row in found:
        key = keys[row["id"]] = EntryKey(row["source"], row["guid"])
        rows[key] = row["id"]
        rows[EntryKey(row["story_source"], row["story_guid"])] = row["story_id"]
        if row["duplicate_of"] is not None:
            rows[EntryKey(row["root_source"], row["root_guid"])] = row["duplicate_of"]
    return Near(
        neighbours=tuple(_neighbour(row, owners[row["source_id"]]) for row in found),
        headlines=tuple(_use(use) for use in uses),
        holders=tuple((fingerprint, keys[row_id]) for fingerprint, row_id in holders if row_id in keys),
        full=full,
    )


def remember(db: Database, decided: Curated, rows: Mapping[EntryKey, int], full: frozenset[int]) -> None:
    """Store what the next batches are to be compared with."""
    recent: list[tuple[Any, ...]] = []
    prints: list[tuple[int, int]] = []
    for one in decided.recent:
        row_id = row_of(db, one.key, rows)
        terms = encode(dict(one.terms)) if one.terms else ""
        recent.append((row_id, moment(one.seen_at), one.language, terms, _pack(one.prints)))
        prints.extend((fingerprint, row_id) for fingerprint in one.prints if fingerprint not in full)
    conn = db.conn
    conn.executemany(
        "INSERT OR REPLACE INTO recent (entry_id, seen_at, language, terms, prints) VALUES (?, ?, ?, ?, ?)", recent
    )
    conn.executemany("INSERT OR IGNORE INTO new_prints (print, entry_id) VALUES (?, ?)", sorted(prints))
    if conn.execute("SELECT count(*) FROM new_prints").fetchone()[0] > MOST_NEW_PRINTS:
        _put_away_prints(conn)
    conn.executemany(
        _USE,
        [
            (use.headline, moment(use.first_at), moment(use.last_at), use.times, row_of(db, use.key, rows))
            for use in decided.headlines
        ],
    )
    for counts in decided.counts:
        _count(db, counts)


def recall(db: Database) -> Recalled:
    """Read what is remembered of open stories."""
    recent = tuple(
        Recent(
            key=EntryKey(source, guid),
            story=EntryKey(story_source, story_guid),
            seen_at=known_moment(seen_at),
            language=language,
            terms=tuple(decode(terms).items()),
        )
        for source, guid, story_source, story_guid, seen_at, language, terms in db.execute(_RECALL)
    )
    terms: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for language, term, n in db.execute("SELECT language, term, n FROM term_counts"):
        terms[language][term] = n
    counts = tuple(
        TermCounts(
            language=language,
            day=date.fromisoformat(day),
            entries=entries,
            terms=tuple(sorted((terms[language] | _new_counts(db, language)).items())),
            complete=True,
        )
        for language, day, entries in db.execute("SELECT language, day, entries FROM term_totals ORDER BY language")
    )
    return Recalled(recent=recent, counts=counts, apart=apart(db))


def forget(db: Database, now: datetime) -> bool:
    """Forget a slice of what is too old to be compared with; say whether there is more."""
    old = db.execute(
        "SELECT entry_id, prints FROM recent WHERE seen_at < ? ORDER BY seen_at LIMIT ?",
        [moment(now - TEXT_WINDOW), SLICE],
    ).fetchall()
    conn = db.conn
    if old:
        _put_away_prints(conn)
    conn.executemany(
        "DELETE FROM prints WHERE print = ? AND entry_id = ?",
        sorted((fingerprint, row_id) for row_id, packed in old for fingerprint in _unpack(packed)),
    )
    conn.executemany("DELETE FROM recent WHERE entry_id = ?", [(row_id,) for row_id, _ in old])
    if len(old) == SLICE:
        return True
    conn.execute("DELETE FROM headlines WHERE last_at < ?", [moment(now - HEADLINE_MEMORY)])
    return False


def _linked(db: Database, traces: Sequence[Traces]) -> list[int]:
    links = sorted({trace.link_key for trace in traces if trace.link_key is not None})
    return [row[0] for row in db.execute(_LINKED, [encode(links), MOST_LINKED])] if links else []


def _holders(db: Database, traces: Sequence[Traces]) -> tuple[list[tuple[int, int]], frozenset[int]]:
    """Find the entries that share most fingerprints with each arrival."""
    wanted = sorted({fingerprint for trace in traces for fingerprint in trace.prints})
    by_print: defaultdict[int, list[int]] = defaultdict(list)
    for fingerprint, row_id in sorted(db.execute(_PRINTS, {"wanted": encode(wanted)})):
        by_print[fingerprint].append(row_id)
    full = frozenset(one for one, row_ids in by_print.items() if len(row_ids) >= MOST_HOLDERS)
    telling = [[one for one in trace.prints if one not in full] for trace in traces]
    hits = [Counter(row_id for one in prints for row_id in by_print.get(one, ())) for prints in telling]
    printed = dict(db.execute(_PRINTED, [encode(sorted({row_id for counted in hits for row_id in counted}))]))
    likest: set[int] = set()
    for prints, counted in zip(telling, hits, strict=True):
        found = [
            (-count, row_id)
            for row_id, count in counted.items()
            if worth_comparing(count, len(prints), printed.get(row_id, 0))
        ]
        likest.update(row_id for _, row_id in sorted(found)[:MOST_COMPARED])
    pairs = [(one, row_id) for one, ids in by_print.items() if one not in full for row_id in ids if row_id in likest]
    return pairs, full


def _neighbour(row: Row, owner: str) -> Neighbour:
    return Neighbour(
        key=EntryKey(row["source"], row["guid"]),
        link_key=row["link_key"],
        story=EntryKey(row["story_source"], row["story_guid"]),
        first_seen_at=known_moment(row["first_seen_at"]),
        title=row["title"],
        root=None if row["duplicate_of"] is None else EntryKey(row["root_source"], row["root_guid"]),
        owner=owner,
        language=row["language"],
        summary=row["summary"],
        content_html=row["content_html"],
        prints=row["prints"],
    )


def _use(row: Row) -> HeadlineUse:
    return HeadlineUse(
        headline=row["headline"],
        key=EntryKey(row["source"], row["guid"]),
        first_at=known_moment(row["first_at"]),
        last_at=known_moment(row["last_at"]),
        times=row["times"],
    )


def _count(db: Database, counts: TermCounts) -> None:
    """Write counts: all of them, or those that changed beside the others until there are many."""
    language = counts.language
    if counts.complete:
        _put_counts(db, language, counts.terms, anew=True)
    else:
        db.execute("INSERT INTO new_counts (language, terms) VALUES (?, ?)", [language, encode(dict(counts.terms))])
        (waiting,) = db.execute("SELECT count(*) FROM new_counts WHERE language = ?", [language]).fetchone()
        if waiting > MOST_NEW_COUNTS:
            _put_counts(db, language, _new_counts(db, language).items(), anew=False)
    db.execute(
        "INSERT OR REPLACE INTO term_totals (language, day, entries) VALUES (?, ?, ?)",
        [language, counts.day.isoformat(), counts.entries],
    )


def _put_counts(db: Database, language: str, terms: Iterable[tuple[str, float]], *, anew: bool) -> None:
    if anew:
        db.execute("DELETE FROM term_counts WHERE language = ?", [language])
    db.conn.executemany(
        "INSERT OR REPLACE INTO term_counts (language, term, n) VALUES (?, ?, ?)",
        ((language, term, n) for term, n in sorted(terms)),
    )
    db.execute("DELETE FROM new_counts WHERE language = ?", [language])


def _new_counts(db: Database, language: str) -> dict[str, float]:
    """Give the counts that wait beside the others; the last one of a term is the one that holds."""
    found: dict[str, float] = {}
    for (text,) in db.execute("SELECT terms FROM new_counts WHERE language = ? ORDER BY number", [language]):
        found.update(decode(text))
    return found


def _put_away_prints(conn: sqlite3.Connection) -> None:
    conn.execute("INSERT OR IGNORE INTO prints (print, entry_id) SELECT print, entry_id FROM new_prints")
    conn.execute("DELETE FROM new_prints")


def _pack(prints: Iterable[int]) -> bytes:
    numbers = tuple(prints)
    return struct.pack(f"<{len(numbers)}q", *numbers)


def _unpack(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 8}q", packed)
