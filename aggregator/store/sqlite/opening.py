"""Opening a database: connections with their settings, migrations, and what is refused."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlite_utils import Database, Migrations

from aggregator.errors import SchemaTooNew, StoreError
from aggregator.store.sqlite.faults import as_store_error

PATIENCE: Final = timedelta(seconds=5)
CHECKPOINT_PAGES: Final = 4_000
CACHE_KIB: Final = 16_384


def open_to_write(
    path: Path, migrations: Migrations, *, authority: str, patience: timedelta = PATIENCE
) -> tuple[Database, Database]:
    """Open the database for writing; make it where it does not exist, and bring it up to date where it is older.

    Before a database that exists is migrated, a copy of it is put beside it.

    Returns:
        A connection to write with, and one to read with.

    Raises:
        SchemaTooNew: A newer version of the aggregator wrote it.
        StoreError: It is damaged, locked, no database of ours, or cannot be opened.
    """
    db: Database | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = _connect(path, patience)
        _check(db, path, migrations)
        _bring_up(db, path, migrations)
        _freeze(db, authority)
        return db, connect_to_read(path, patience)
    except (sqlite3.Error, OSError, StoreError) as error:
        if db is not None:
            db.close()
        fault = as_store_error(error, path)
        raise fault from fault.__cause__


def open_to_read(path: Path, migrations: Migrations, patience: timedelta = PATIENCE) -> Database:
    """Open a database that exists, for reading only; whoever writes at the same time is not disturbed.

    Raises:
        SchemaTooNew: A newer version of the aggregator wrote it.
        StoreError: It does not exist, is older than this version, or cannot be read.
    """
    db: Database | None = None
    try:
        db = connect_to_read(path, patience)
        applied, known = _steps(db, migrations)
        _refuse_newer(path, applied, known)
        _refuse_older(path, applied, known)
    except (sqlite3.Error, StoreError) as error:
        if db is not None:
            db.close()
        fault = as_store_error(error, path)
        raise fault from fault.__cause__
    return db


def connect_to_read(path: Path, patience: timedelta) -> Database:
    """Connect to a database that exists, for reading only."""
    conn = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=patience.total_seconds(),
    )
    db = Database(conn, execute_plugins=False)
    db.execute("PRAGMA query_only=ON")
    return db


def _connect(path: Path, patience: timedelta) -> Database:
    conn = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=patience.total_seconds(),
        cached_statements=256,
    )
    db = Database(conn, execute_plugins=False)
    db.execute("PRAGMA page_size=8192")
    db.enable_wal()
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA foreign_keys=ON")
    db.execute(f"PRAGMA busy_timeout={int(patience.total_seconds() * 1000)}")
    db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return db


def _check(db: Database, path: Path, migrations: Migrations) -> None:
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(f"{path}: is damaged: {verdict}; put a backup in its place")
    # The check has read every page, and few of them will be wanted soon.
    db.execute("PRAGMA shrink_memory")
    tables = set(db.table_names())
    if tables and migrations.migrations_table not in tables:
        raise StoreError(f"{path}: is a database of another program; name another `data` folder")
    refuse_newer_version(db, path, migrations)


def _steps(db: Database, migrations: Migrations) -> tuple[set[str], set[str]]:
    """Name the steps that the database went through, and those that this version knows."""
    nothing = Database(memory=True, execute_plugins=False)
    known = {step.name for step in migrations.pending(nothing)}
    nothing.close()
    return {step.name for step in migrations.applied(db)}, known


def refuse_newer_version(db: Database, path: Path, migrations: Migrations) -> None:
    """Refuse a database that a newer version of the aggregator wrote.

    Raises:
        SchemaTooNew: That is so.
    """
    _refuse_newer(path, *_steps(db, migrations))


def _refuse_newer(path: Path, applied: set[str], known: set[str]) -> None:
    unknown = sorted(applied - known)
    if unknown:
        raise SchemaTooNew(
            f"{path}: was written by a newer version of the aggregator (schema {unknown[-1]}); "
            f"install that version again, or put the copy {path.name}.before-{unknown[0]} in its place"
        )


def _refuse_older(path: Path, applied: set[str], known: set[str]) -> None:
    if known - applied:
        raise StoreError(f"{path}: was written by an older version; start the daemon once, it brings it up to date")


def _freeze(db: Database, authority: str) -> None:
    """Write down who mints our ids, unless that was decided before."""
    if db.execute("SELECT 1 FROM meta WHERE key = 'authority'").fetchone() is None:
        db.execute("INSERT INTO meta (key, value) VALUES ('authority', ?)", [authority])


def _bring_up(db: Database, path: Path, migrations: Migrations) -> None:
    pending = migrations.pending(db)
    if not pending:
        return
    if migrations.applied(db):
        _copy(db, path.with_name(f"{path.name}.before-{pending[0].name}"))
    migrations.apply(db)


def _copy(db: Database, target: Path) -> None:
    """Copy the database as it is now; a copy that was left half-made is made anew."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", [str(part)])
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    part.replace(target)
