"""The tables by which copies and stories are found; a part of the schema.

``recent``, ``prints`` and ``headlines`` are memory, and may be emptied without harm but that what comes next is not
compared with what went. ``story_aliases`` is for ever: addresses of stories that became part of others.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.store.sqlite.rows import decode, encode

# `terms` is empty for copies; `prints` holds 64-bit integers, so that what goes takes its rows in `prints` along.
_TABLES: Final = """
ALTER TABLE entries ADD COLUMN copy_reason TEXT;
CREATE INDEX entries_copies ON entries (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE recent (
  entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
  seen_at TEXT NOT NULL,
  language TEXT NOT NULL,
  terms TEXT NOT NULL,
  prints BLOB NOT NULL
) STRICT;
CREATE INDEX recent_seen ON recent (seen_at);

CREATE TABLE prints (
  print INTEGER NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  PRIMARY KEY (print, entry_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE headlines (
  headline INTEGER NOT NULL,
  source_id INTEGER NOT NULL REFERENCES sources (id),
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (headline, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE term_totals (
  language TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  entries REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE term_counts (
  language TEXT NOT NULL,
  term TEXT NOT NULL,
  n REAL NOT NULL,
  PRIMARY KEY (language, term)
) STRICT, WITHOUT ROWID;

CREATE TABLE story_aliases (
  old_id INTEGER PRIMARY KEY REFERENCES entries (id),
  new_id INTEGER NOT NULL REFERENCES entries (id),
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX story_aliases_new ON story_aliases (new_id);
"""
# A row in its place of a large table costs a page of the disk, and an entry has dozens: what is new is written close
# together, and put in its place when there is much of it.
NEW_PRINTS_AND_COUNTS: Final = """
CREATE TABLE new_prints (
  print INTEGER NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  PRIMARY KEY (print, entry_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE new_counts (
  number INTEGER PRIMARY KEY,
  language TEXT NOT NULL,
  terms TEXT NOT NULL
) STRICT;
"""
# Of a story that was announced and became part of another: the ledger row under which a topic's readers know it. The
# other one need not have one of its own.
_TELL_AS: Final = "ALTER TABLE announcements ADD COLUMN told_as INTEGER REFERENCES ledger (subject_id)"
_OF_LEDGER: Final = "subject_id INTEGER NOT NULL REFERENCES ledger (subject_id)"
_OF_ENTRIES: Final = "subject_id INTEGER NOT NULL REFERENCES entries (id)"
# An outlet is an owner; copies do not make a story wider.
_VIEWS: Final = """
CREATE VIEW v_stories AS
SELECT founder.short AS story, min(e.first_seen_at) AS first_at, max(e.first_seen_at) AS last_at,
  count(*) AS entries, sum(e.duplicate_of IS NOT NULL) AS copies,
  count(DISTINCT CASE WHEN e.duplicate_of IS NULL
    THEN ifnull(json_extract(s.settings, '$.owner'), s.source) END) AS outlets, e.story_id
FROM entries e JOIN sources s ON s.id = e.source_id JOIN entries founder ON founder.id = e.story_id
WHERE e.pruned_at IS NULL GROUP BY e.story_id;
"""


_REFERRING: Final = ("story_id INTEGER REFERENCES entries (id)", "duplicate_of INTEGER REFERENCES entries (id)")


def let_stories_refer_freely(db: Database) -> None:
    """Take from two columns of the table of entries that they refer to it.

    Rows of entries stay for ever, so nothing hangs on it; but where a table refers to itself, SQLite writes a row and
    all that stands of it in indexes anew whenever such a column gets its value.

    Follows: "Making Other Kinds Of Table Schema Changes" in SQLite's documentation of ALTER TABLE.
    """
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'entries'").fetchone()
    for column in _REFERRING:
        if column not in sql:
            raise StoreError(f"the table of entries is not what it was: it has no `{column}`")
        sql = sql.replace(column, column.partition(" REFERENCES")[0])
    db.execute("PRAGMA writable_schema=ON")
    db.execute("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'entries'", [sql])
    db.execute(f"PRAGMA schema_version={version + 1}")
    db.execute("PRAGMA writable_schema=RESET")


def shorten_vectors(db: Database) -> None:
    """Let the vectors of recent entries, which were 1,000 long, be 256 long."""
    rows = db.execute("SELECT entry_id, terms FROM recent WHERE terms <> ''").fetchall()
    shortened = (
        (encode({term: short for term, weight in decode(terms).items() if (short := round(weight * 0.256))}), row_id)
        for row_id, terms in rows
    )
    db.conn.executemany("UPDATE recent SET terms = ? WHERE entry_id = ?", shortened)


def add_story_tables(db: Database) -> None:
    """Make the tables."""
    db.executescript(_TABLES)
    _announce_stories_without_ledger(db)
    db.execute(_TELL_AS)
    db.executescript(_VIEWS)


def _announce_stories_without_ledger(db: Database) -> None:
    """Make the table of announcements anew, as it is, but for what its subject refers to.

    SQLite changes no constraint of a table, and renames none that a view names.
    """
    views = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    made = db.execute(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'announcements' AND sql IS NOT NULL ORDER BY type DESC"
    ).fetchall()
    (table,) = (sql for kind, sql in made if kind == "table")
    for name, _ in views:
        db.execute(f"DROP VIEW [{name}]")
    db.execute(table.replace("announcements", "announcements_anew", 1).replace(_OF_LEDGER, _OF_ENTRIES))
    db.execute("INSERT INTO announcements_anew SELECT * FROM announcements")
    db.execute("DROP TABLE announcements")
    db.execute("ALTER TABLE announcements_anew RENAME TO announcements")
    for sql in (*(sql for kind, sql in made if kind == "index"), *(sql for _, sql in views)):
        db.execute(sql)
