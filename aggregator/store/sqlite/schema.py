"""The tables, made by migrations that only go forward.

Moments are ISO 8601 texts in UTC of one width, so that they sort; durations are seconds. Tables are plain and
named as the values are, so that the database can be read with Datasette or the ``sqlite3`` shell.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from aggregator.store.sqlite.act_tables import add_act_tables, add_marks
from aggregator.store.sqlite.archives import ARCHIVES
from aggregator.store.sqlite.audience import READERS
from aggregator.store.sqlite.full_texts import SCHEMA as FULL_TEXTS
from aggregator.store.sqlite.schema_first import FIRST
from aggregator.store.sqlite.schema_identity import IDENTITY
from aggregator.store.sqlite.schema_incidents import INCIDENTS
from aggregator.store.sqlite.schema_outbox import OUTBOX
from aggregator.store.sqlite.schema_paces import PACES
from aggregator.store.sqlite.schema_retroactive import RETROACTIVE
from aggregator.store.sqlite.schema_scheduling import SCHEDULING
from aggregator.store.sqlite.schema_shape import QUEUES, SHAPE
from aggregator.store.sqlite.schema_websub import WEBSUB
from aggregator.store.sqlite.searching import SCHEMA as WORDS
from aggregator.store.sqlite.story_tables import (
    NEW_PRINTS_AND_COUNTS,
    add_story_tables,
    let_stories_refer_freely,
    shorten_vectors,
)
from aggregator.store.sqlite.tallies import TALLIES
from aggregator.store.sqlite.tastes import SCHEMA as TASTES
from aggregator.store.sqlite.traces import TRACES
from aggregator.store.sqlite.weighing import SCHEMA as WEIGHING

MIGRATIONS = Migrations("aggregator")


@MIGRATIONS(name="0001-first")
def _first(db: Database) -> None:
    for part in FIRST:
        db.executescript(part)


@MIGRATIONS(name="0002-scheduling")
def _scheduling(db: Database) -> None:
    db.executescript(SCHEDULING)


@MIGRATIONS(name="0003-paces")
def _paces(db: Database) -> None:
    db.executescript(PACES)


@MIGRATIONS(name="0004-websub")
def _websub(db: Database) -> None:
    db.executescript(WEBSUB)


@MIGRATIONS(name="0006-extras")
def _extras(db: Database) -> None:
    db.executescript("ALTER TABLE entries ADD COLUMN extras TEXT NOT NULL DEFAULT '{}'")


@MIGRATIONS(name="0007-findings-and-full-texts")
def _findings(db: Database) -> None:
    db.execute("ALTER TABLE sources ADD COLUMN findings TEXT")
    db.executescript(FULL_TEXTS)


@MIGRATIONS(name="0008-stories")
def _stories(db: Database) -> None:
    add_story_tables(db)


@MIGRATIONS(name="0010-items")
def _items(db: Database) -> None:
    # By digest: the row of its entry, the guid that it names, and the one that its entry is stored under.
    db.execute("ALTER TABLE documents ADD COLUMN items TEXT NOT NULL DEFAULT '{}'")
    db.execute("ALTER TABLE documents ADD COLUMN frame TEXT NOT NULL DEFAULT ''")


@MIGRATIONS(name="0011-identity")
def _identity(db: Database) -> None:
    db.executescript(IDENTITY)


@MIGRATIONS(name="0013-acts")
def _acts(db: Database) -> None:
    add_act_tables(db)


@MIGRATIONS(name="0016-retroactive")
def _retroactive(db: Database) -> None:
    db.executescript(RETROACTIVE)


@MIGRATIONS(name="0017-marks")
def _marks(db: Database) -> None:
    add_marks(db)


@MIGRATIONS(name="0018-shape")
def _shape(db: Database) -> None:
    for statement in SHAPE:
        db.execute(statement)


@MIGRATIONS(name="0021-pauses")
def _pauses(db: Database) -> None:
    db.execute("ALTER TABLE sources ADD COLUMN paused_at TEXT")


@MIGRATIONS(name="0022-outbox")
def _outbox(db: Database) -> None:
    db.executescript(OUTBOX)


@MIGRATIONS(name="0019-archives-and-tokens")
def _archives(db: Database) -> None:
    db.executescript(ARCHIVES)


@MIGRATIONS(name="0023-incidents")
def _incidents(db: Database) -> None:
    db.executescript(INCIDENTS)


@MIGRATIONS(name="0026-readers")
def _readers(db: Database) -> None:
    db.executescript(READERS)


@MIGRATIONS(name="0014-weighing")
def _weighing(db: Database) -> None:
    db.executescript(WEIGHING)


@MIGRATIONS(name="0015-words")
def _words(db: Database) -> None:
    db.executescript(WORDS)


@MIGRATIONS(name="0025-tastes")
def _tastes(db: Database) -> None:
    db.executescript(TASTES)


@MIGRATIONS(name="0027-traces")
def _traces(db: Database) -> None:
    db.execute(TRACES)


@MIGRATIONS(name="0028-queues")
def _queues(db: Database) -> None:
    db.execute(QUEUES)


@MIGRATIONS(name="0029-tallies")
def _tallies(db: Database) -> None:
    db.executescript(TALLIES)


@MIGRATIONS(name="0030-new-prints-and-counts")
def _new_prints_and_counts(db: Database) -> None:
    db.executescript(NEW_PRINTS_AND_COUNTS)


@MIGRATIONS(name="0031-stories-refer-freely")
def _stories_refer_freely(db: Database) -> None:
    let_stories_refer_freely(db)


@MIGRATIONS(name="0032-short-vectors")
def _short_vectors(db: Database) -> None:
    shorten_vectors(db)
