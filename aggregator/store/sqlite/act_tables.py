"""The journal of editors; a part of the schema. It is for ever: what editors did holds against what machines decide.

Rows of the ledger may be set aside, below zero: the subject that they were made for gets another one, and they are kept
for the topics that announced something under them.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

# An act has a row in `act_entries` for each entry of the stories concerned, moved or not. `was_root` tells a copy that
# was made an entry of its own; `alias_reason` why the id of a story that came back had led to the one it came from.
# `apart_story` and `apart_other`: an entry on each side of a split; their stories never become one again by machine.
_ACTS: Final = """
CREATE TABLE acts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  story_id INTEGER NOT NULL REFERENCES entries (id),
  apart_story INTEGER REFERENCES entries (id),
  apart_other INTEGER REFERENCES entries (id),
  undone_at TEXT,
  undone_by TEXT,
  undone_why TEXT
) STRICT;

CREATE TABLE act_entries (
  number INTEGER NOT NULL REFERENCES acts (number),
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  was_story INTEGER NOT NULL REFERENCES entries (id),
  is_story INTEGER NOT NULL REFERENCES entries (id),
  was_root INTEGER REFERENCES entries (id),
  is_root INTEGER REFERENCES entries (id),
  alias_reason TEXT,
  PRIMARY KEY (number, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX act_entries_entry ON act_entries (entry_id);
"""
# A mark is on an entry, on the story that an entry is of at any time, or on a source; `topic` is NULL for all topics.
_MARKS: Final = (
    "topic TEXT",
    "scope TEXT",
    "entry_id INTEGER REFERENCES entries (id)",
    "source_id INTEGER REFERENCES sources (id)",
    "until TEXT",
)
_MARKS_INDEX: Final = "CREATE INDEX acts_marks ON acts (kind) WHERE scope IS NOT NULL AND undone_at IS NULL"
_OF_A_STORY: Final = "story_id INTEGER NOT NULL REFERENCES"
_OF_ENTRIES: Final = "subject_id INTEGER PRIMARY KEY REFERENCES entries (id)"
_OF_ANYTHING: Final = "subject_id INTEGER PRIMARY KEY"


def add_act_tables(db: Database) -> None:
    """Make the tables, and the one of the ledger anew without what its subject refers to.

    SQLite changes no constraint of a table. What refers to its rows lets go of them meanwhile.
    """
    db.executescript(_ACTS)
    ((sql,),) = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'ledger'").fetchall()
    told = db.execute("SELECT told_as, topic, subject_id FROM announcements WHERE told_as IS NOT NULL").fetchall()
    db.execute("UPDATE announcements SET told_as = NULL WHERE told_as IS NOT NULL")
    db.execute(sql.replace("ledger", "ledger_anew", 1).replace(_OF_ENTRIES, _OF_ANYTHING))
    db.execute("INSERT INTO ledger_anew SELECT * FROM ledger")
    db.execute("DROP TABLE ledger")
    db.execute("ALTER TABLE ledger_anew RENAME TO ledger")
    db.conn.executemany("UPDATE announcements SET told_as = ? WHERE topic = ? AND subject_id = ?", told)


def add_marks(db: Database) -> None:
    """Make the journal anew: acts that are on no story, and what they are on.

    SQLite changes no constraint of a table. What refers to its rows is made anew with it.
    """
    made = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE name IN ('acts', 'act_entries')").fetchall())
    index = db.execute("SELECT sql FROM sqlite_master WHERE name = 'act_entries_entry'").fetchone()[0]
    anew = {name: sql.replace(name, f"{name}_anew", 1) for name, sql in made.items()}
    db.execute(anew["acts"].replace(_OF_A_STORY, "story_id INTEGER REFERENCES"))
    db.execute("INSERT INTO acts_anew SELECT * FROM acts")
    for column in _MARKS:
        db.execute(f"ALTER TABLE acts_anew ADD COLUMN {column}")
    db.execute(anew["act_entries"].replace("REFERENCES acts ", "REFERENCES acts_anew "))
    db.execute("INSERT INTO act_entries_anew SELECT * FROM act_entries")
    for name in ("act_entries", "acts"):
        db.execute(f"DROP TABLE {name}")
    for name in ("acts", "act_entries"):
        db.execute(f"ALTER TABLE {name}_anew RENAME TO {name}")
    db.execute(index)
    db.execute(_MARKS_INDEX)
