"""A store beside the database: it reads what is committed, and what it writes goes into tables of its own.

SQLite looks for a table among the temporary ones first. So every table that topics and sources are written to has a
temporary one of the same name over it, and the code of the store runs on it unchanged, over a read-only connection.
Entries and what belongs to them are read where they are: there may be millions, and nothing here writes to them.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.store.sqlite.faults import as_store_error
from aggregator.store.sqlite.opening import PATIENCE, connect_to_read

Item = TypeVar("Item")
Result = TypeVar("Result")

READ_IN_PLACE: Final = frozenset(
    (
        *("entries", "entry_keys", "entry_revisions", "full_texts", "arrivals", "documents", "polls"),
        *("prints", "new_prints", "headlines", "recent", "term_counts", "new_counts", "term_totals"),
        *("sqlite_sequence", "sqlite_stat1"),
    )
)
_SCHEMA: Final = """
SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view')
ORDER BY type = 'view', type = 'index', name
"""
_MADE: Final = re.compile(r"^CREATE (TABLE|VIEW) ", re.IGNORECASE)
_INDEXED: Final = re.compile(r"^(CREATE (?:UNIQUE )?INDEX )", re.IGNORECASE)


def open_aside(path: Path, patience: timedelta = PATIENCE) -> Database:
    """Open a snapshot of a database with tables of its own over those that are written to.

    Raises:
        StoreError: It cannot be read.
    """
    db: Database | None = None
    try:
        db = connect_to_read(path, patience)
        db.execute("PRAGMA query_only=OFF")
        # The rows that others refer to may be in the one schema and those in the other.
        db.execute("PRAGMA foreign_keys=OFF")
        db.execute("BEGIN")
        _lay_over(db)
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise as_store_error(error, path) from error
    return db


def _lay_over(db: Database) -> None:
    made = db.execute(_SCHEMA).fetchall()
    indexes = tuple(name for _, name, _, sql in made if sql.upper().startswith("CREATE VIRTUAL"))
    for kind, name, table, sql in made:
        # What a virtual table keeps is named after it.
        if table in READ_IN_PLACE or table in indexes or table.startswith(tuple(f"{one}_" for one in indexes)):
            continue
        if kind == "index":
            db.execute(_INDEXED.sub(r"\1temp.", sql))
            continue
        db.execute(_MADE.sub(r"CREATE TEMP \1 ", sql))
        if kind == "table":
            db.execute(f"INSERT INTO temp.[{name}] SELECT * FROM main.[{name}]")  # noqa: S608 - a name of our schema


class Aside:
    """Runs everything on one connection and one thread, in one transaction that never ends well.

    Args:
        path: Of the database, for what is said of it.
        db: As ``open_aside`` gives it.
    """

    def __init__(self, path: Path, db: Database) -> None:
        self._path = path
        self._db = db
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-aside")
        self._closed = False

    async def run(self, work: Callable[[Database], Result]) -> Result:
        """Do the work; when it fails, nothing of it has happened.

        Raises:
            StoreError: It wanted to write where only reading is possible, or the store is closed.
        """
        if self._closed:
            raise StoreError(f"{self._path}: is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._attempt, work)

    async def share(self, work: Callable[[Database, list[Item]], Sequence[Result]], item: Item) -> Result:
        """Do the work of one; nobody else is here."""
        return (await self.run(lambda db: work(db, [item])))[0]

    async def close(self) -> None:
        """Forget everything."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
            self._thread.shutdown()

    def _attempt(self, work: Callable[[Database], Result]) -> Result:
        conn = self._db.conn
        try:
            conn.execute("SAVEPOINT job")
            result = work(self._db)
            conn.execute("RELEASE job")
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing of the job may stay
            if conn.in_transaction:
                conn.execute("ROLLBACK TO job")
                conn.execute("RELEASE job")
            fault = as_store_error(error, self._path)
            raise fault from fault.__cause__
        return result
