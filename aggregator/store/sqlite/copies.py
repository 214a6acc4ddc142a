"""Copies of the database: made while it is in use, checked, and put back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.model.status import CopyFacts
from aggregator.store.sqlite.faults import as_store_error
from aggregator.store.sqlite.opening import refuse_newer_version
from aggregator.store.sqlite.schema import MIGRATIONS

SIDES: Final = ("", "-wal", "-shm")
"""The files of a database in use, by what stands behind its name."""


def back_up(database: Path, target: Path) -> CopyFacts:
    """Copy a database, also one that is in use, to a file that is whole and checked, or not there.

    The copy is that of one moment; whoever writes meanwhile is not disturbed. An older copy of ours is replaced.

    Raises:
        StoreError: There is no database, something else is in the place of the copy, or the disk refuses.
    """
    if not database.exists():
        raise StoreError(f"{database}: there is no database yet; `aggregator run` makes it")
    if target.exists() and (target.samefile(database) or not _is_copy(target)):
        raise StoreError(f"{target}: is there already and no copy of ours; name another file, or move it away")
    return _copied(database, target)


def inspect(copy: Path) -> CopyFacts:
    """Check a copy and say what is in it.

    Raises:
        StoreError: It is missing, damaged or none of ours.
        SchemaTooNew: A newer version of the aggregator wrote it.
    """
    if not copy.is_file():
        raise StoreError(f"{copy}: no such file")
    try:
        return _checked(copy, copy)
    except (sqlite3.Error, OSError) as error:
        fault = as_store_error(error, copy)
        raise fault from fault.__cause__


def restore(copy: Path, database: Path) -> CopyFacts:
    """Put a copy in the place of a database that is not there; the data folder's lock must be held.

    Raises:
        StoreError: The copy is damaged or none of ours, or there is a database already.
        SchemaTooNew: A newer version of the aggregator wrote it.
    """
    in_the_way = [side for side in SIDES if database.with_name(database.name + side).exists()]
    if in_the_way:
        raise StoreError(
            f"{database}: there is a database already, and a copy would take its place; "
            "use --replace to keep it beside the new one, or move it away"
        )
    return _copied(copy, database)


def set_aside(database: Path) -> Path | None:
    """Rename a database that is not in use, with all its files; say to what, or None when there is none.

    Raises:
        StoreError: The disk refuses.
    """
    number, aside = 1, database.with_name(f"{database.name}.before-restore")
    while aside.exists():
        number, aside = number + 1, database.with_name(f"{database.name}.before-restore-{number + 1}")
    # The log is written into the database, so that one file is all; of one that is damaged the files stay together.
    with suppress(sqlite3.Error), closing(_opened(database, "rw")) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        for side in SIDES:
            with suppress(FileNotFoundError):
                database.with_name(database.name + side).rename(aside.with_name(aside.name + side))
    except OSError as error:
        raise StoreError(f"{database}: cannot be moved aside: {error.strerror or error}") from error
    return aside if aside.exists() else None


def _copied(source: Path, target: Path) -> CopyFacts:
    """Copy beside the place, check, make sure that it is on the disk, then take the place."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        # Nobody else may read it, not even while it is made.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_opened(source, "ro")) as original, closing(_opened(part, "rw")) as copy:
            original.backup(copy)
            # One file, whatever is done with it; whoever opens it to write brings the log back.
            copy.execute("PRAGMA journal_mode=DELETE")
        facts = _checked(part, source)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except (sqlite3.Error, OSError, StoreError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        fault = as_store_error(error, source)
        raise fault from fault.__cause__
    return facts


def _checked(path: Path, told: Path) -> CopyFacts:
    """Check every page and every index, and that it is ours; ``told`` is the name that complaints bear."""
    with closing(_opened(path, "ro")) as conn:
        (verdict,) = conn.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"{told}: is damaged: {verdict}; use another copy")
        db = Database(conn, execute_plugins=False)
        if MIGRATIONS.migrations_table not in set(db.table_names()):
            raise StoreError(f"{told}: is no database of the aggregator")
        refuse_newer_version(db, told, MIGRATIONS)
        (sources,) = conn.execute("SELECT count(*) FROM sources").fetchone()
        (entries,) = conn.execute("SELECT count(*) FROM entries WHERE pruned_at IS NULL").fetchone()
    return CopyFacts(sources=sources, entries=entries, bytes=path.stat().st_size)


def _is_copy(path: Path) -> bool:
    try:
        with closing(_opened(path, "ro")) as conn:
            names = set(Database(conn, execute_plugins=False).table_names())
    except sqlite3.Error:
        return False
    return MIGRATIONS.migrations_table in names


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None, timeout=30)


def _sync_folder(folder: Path) -> None:
    """Make a renaming last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
