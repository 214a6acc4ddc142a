"""The index of words on FTS5, and looking through it.

The index holds for each entry which words stand in which field, not where and not the text: candidates are judged by
the text that is stored anyway, and the database does not double. What an entry was indexed with is kept packed beside
it, for FTS5 forgets words only when it is told which.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlite_utils import Database

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.searching import WORDS_IN, Every, Found, Judged, SearchHit, Sought, Term, Terms, Without
from aggregator.store.sqlite.rows import Row, all_rows, encode, stored_of
from aggregator.store.sqlite.source_rows import facts_by_row
from aggregator.store.sqlite.weighing import story_facts

_COLUMNS: Final = ", ".join(WORDS_IN)
_MARKS: Final = ", ".join("?" * (len(WORDS_IN) + 1))
# Words come as they are compared, parted by spaces: everything but a space belongs to a word, nothing is folded again.
# The trigger is for edits, texts of pages and pruning; what is new is found by its number, so that polls write no more.
SCHEMA: Final = f"""
CREATE VIRTUAL TABLE words USING fts5(
  {_COLUMNS}, content='', columnsize=0, detail=column,
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'");
CREATE TABLE indexed (entry_id INTEGER PRIMARY KEY REFERENCES entries (id), words BLOB NOT NULL) STRICT;
CREATE TABLE to_index (number INTEGER PRIMARY KEY AUTOINCREMENT, entry_id INTEGER NOT NULL) STRICT;
CREATE INDEX to_index_entry ON to_index (entry_id);
CREATE TRIGGER entries_to_index
AFTER UPDATE OF title, summary, content_html, authors, categories, url, language ON entries
BEGIN INSERT INTO to_index (entry_id) VALUES (new.id); END;
"""  # noqa: S608 - from the names above
MOST_JUDGED: Final = 1_000
"""So many entries are judged in one call."""
_SLICE: Final = 100
_UP_TO: Final = "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'indexed_up_to'), 0)"
_ENTRIES: Final = "SELECT * FROM v_entries WHERE id IN (SELECT value FROM json_each(?))"
_PUT: Final = f"INSERT INTO words (rowid, {_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - from the names above
_TAKE: Final = f"INSERT INTO words (words, rowid, {_COLUMNS}) VALUES ('delete', {_MARKS})"  # noqa: S608 - see above
_NEW: Final = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT ?"
_KEEP: Final = "INSERT INTO indexed (entry_id, words) VALUES (?, ?)"
_INDEXED: Final = "SELECT entry_id, words FROM indexed WHERE entry_id IN (SELECT value FROM json_each(?))"
_WAITING: Final = """
SELECT count(*) FROM entries
WHERE (id > ? OR id IN (SELECT entry_id FROM to_index)) AND pruned_at IS NULL
"""
_BY_WORDS: Final = """
SELECT id FROM (SELECT rowid AS id FROM words WHERE words MATCH :match AND rowid < :under AND rowid NOT IN (
  SELECT entry_id FROM to_index) ORDER BY rowid DESC LIMIT :most)
UNION SELECT id FROM (SELECT id FROM entries WHERE id < :under AND id > :up_to AND pruned_at IS NULL
  ORDER BY id DESC LIMIT :most)
UNION SELECT id FROM (SELECT DISTINCT entry_id AS id FROM to_index WHERE entry_id < :under ORDER BY id DESC LIMIT :most)
ORDER BY id DESC LIMIT :most
"""
_ALL: Final = "SELECT id FROM entries WHERE id < :under AND pruned_at IS NULL ORDER BY id DESC LIMIT :most"
_BEFORE: Final = """
SELECT min(id) FROM (SELECT id FROM entries WHERE short = :short
UNION SELECT entry_id FROM short_aliases WHERE short = :short)
"""
_EVERYTHING: Final = 2**62


@dataclass(frozen=True, slots=True)
class Cut:
    """What waited for the index, cut into words.

    Attributes:
        waited: How many.
        words: By row; None for what was pruned.
        taken: The last number of ``to_index`` that this takes care of.
        up_to: The last row that was new.
    """

    waited: int
    words: tuple[tuple[int, tuple[str, ...] | None], ...]
    taken: int
    up_to: int


def cut_words(db: Database, limit: int, words: Callable[[StoredEntry, SourceFacts], Sequence[str]]) -> Cut:
    """Read what waits and cut it into words, on a snapshot."""
    (up_to,) = db.execute(_UP_TO).fetchone()
    edited = db.execute("SELECT number, entry_id FROM to_index ORDER BY number LIMIT ?", [limit]).fetchall()
    new = [row[0] for row in db.execute(_NEW, [up_to, limit - len(edited)])]
    # What was edited before it was ever indexed comes when it is its turn.
    row_ids = sorted({row_id for _, row_id in edited if row_id <= up_to} | set(new))
    found = {row["id"]: row for row in db.query(_ENTRIES, [encode(row_ids)])}
    facts = facts_by_row(db, {row["source_id"] for row in found.values()})
    return Cut(
        waited=len(edited) + len(new),
        words=tuple(
            (row_id, tuple(words(stored_of(row), facts[row["source_id"]])) if (row := found.get(row_id)) else None)
            for row_id in row_ids
        ),
        taken=max((number for number, _ in edited), default=0),
        up_to=max(new, default=up_to),
    )


def write_words(db: Database, cut: Cut) -> None:
    """Put words in the place of those that the entries were indexed with; what was edited meanwhile waits on."""
    conn = db.conn
    before = conn.execute(_INDEXED, [encode([row_id for row_id, _ in cut.words])]).fetchall()
    conn.executemany(_TAKE, [(row_id, *_unpacked(packed)) for row_id, packed in before])
    conn.executemany("DELETE FROM indexed WHERE entry_id = ?", [(row_id,) for row_id, _ in before])
    fresh = [(row_id, words) for row_id, words in cut.words if words is not None]
    conn.executemany(_PUT, [(row_id, *words) for row_id, words in fresh])
    conn.executemany(_KEEP, [(row_id, _packed(words)) for row_id, words in fresh])
    conn.execute("DELETE FROM to_index WHERE number <= ?", [cut.taken])
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('indexed_up_to', ?)", [str(cut.up_to)])


def search(db: Database, sought: Sought) -> Found:
    """Judge what may be looked for, what came last first, until enough is found or enough was judged."""
    searching = _Searching(db, sought)
    hits: list[SearchHit] = []
    for row in searching.rows():
        hit = searching.judged(row)
        if hit is None:
            continue
        hits.append(hit)
        if len(hits) == sought.limit:
            break
    return Found(hits=tuple(hits), before=searching.before, looked_at=searching.looked_at, waiting=waiting(db))


def waiting(db: Database) -> int:
    """Count the entries that are not in the index as they are now."""
    (up_to,) = db.execute(_UP_TO).fetchone()
    (count,) = db.execute(_WAITING, [up_to]).fetchone()
    return int(count)


def match_text(terms: Terms) -> str:
    """Write terms as FTS5 reads them; every word in quotes, so that none is taken for an operator.

    >>> match_text(Without(Term(("title", "text"), 'a"b', open_ended=True), Term(("label",), "x")))
    '({title text} : "a""b" *) NOT ({label} : "x")'
    """
    if isinstance(terms, Term):
        quoted = terms.word.replace('"', '""')
        return f'{{{" ".join(terms.fields)}}} : "{quoted}"' + (" *" if terms.open_ended else "")
    if isinstance(terms, Without):
        return f"({match_text(terms.wanted)}) NOT ({match_text(terms.unwanted)})"
    sign = " AND " if isinstance(terms, Every) else " OR "
    return sign.join(f"({match_text(child)})" for child in terms.children)


class _Searching:
    """One search on its way.

    Attributes:
        before: Where to go on; None once the end was reached.
        looked_at: Entries that were judged.
    """

    def __init__(self, db: Database, sought: Sought) -> None:
        self._db = db
        self._sought = sought
        self._facts = facts_by_row(db, {row[0] for row in db.execute("SELECT id FROM sources")})
        self._fitting = {row_id for row_id, facts in self._facts.items() if sought.fits(facts)}
        self.before: str | None = None
        self.looked_at = 0

    def rows(self) -> Iterator[Row]:
        """Walk over what may be looked for, as far as one call goes."""
        under = self._start()
        while self._fitting:
            row_ids = self._candidates(under)
            if not row_ids:
                return
            fitting = self._of_fitting(row_ids)
            telling = self._telling(fitting)
            for row in fitting:
                self.looked_at += 1
                self.before = row["short"]
                yield {**row, "telling": telling.get(row["story_id"])}
            if len(row_ids) < _SLICE:
                break
            under = row_ids[-1]
            if self.looked_at >= MOST_JUDGED:
                return
        self.before = None

    def judged(self, row: Row) -> SearchHit | None:
        """Ask whether an entry is one of those that are looked for."""
        stored, source = stored_of(row), self._facts[row["source_id"]]
        reason = self._sought.judge(Judged(stored=stored, source=source, telling=row["telling"]))
        if reason is None:
            return None
        story = stored.story.short if stored.story else ""
        return SearchHit(stored=stored, source=source, story=story, reason=reason)

    def _start(self) -> int:
        if not self._sought.before:
            return _EVERYTHING
        (row_id,) = self._db.execute(_BEFORE, {"short": self._sought.before}).fetchone()
        return _EVERYTHING if row_id is None else int(row_id)

    def _candidates(self, under: int) -> list[int]:
        asked: dict[str, Any] = {"under": under, "most": _SLICE}
        if self._sought.terms is None:
            return [row[0] for row in self._db.execute(_ALL, asked)]
        (up_to,) = self._db.execute(_UP_TO).fetchone()
        asked |= {"match": match_text(self._sought.terms), "up_to": up_to}
        return [row[0] for row in self._db.execute(_BY_WORDS, asked)]

    def _of_fitting(self, row_ids: Sequence[int]) -> list[Row]:
        found = all_rows(self._db, _ENTRIES, [encode(row_ids)])
        return sorted((row for row in found if row["source_id"] in self._fitting), key=lambda row: -row["id"])

    def _telling(self, rows: Sequence[Row]) -> dict[int, Any]:
        if not self._sought.asks_for_story:
            return {}
        return dict(story_facts(self._db, {row["story_id"] for row in rows if row["story_id"] is not None}))


def _packed(words: Sequence[str]) -> bytes:
    return zlib.compress("\n".join(words).encode())


def _unpacked(packed: bytes) -> list[str]:
    return zlib.decompress(packed).decode().split("\n")
