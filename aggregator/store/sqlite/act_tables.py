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
