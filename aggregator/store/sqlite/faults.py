"""The library's exceptions, in the project's words; none of them leaves this room."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from aggregator.errors import StoreError, StoreFull

_PRIMARY = 0xFF
_HINTS = {
    sqlite3.SQLITE_BUSY: "another process is writing to it; wait until it ends, or end it",
    sqlite3.SQLITE_CORRUPT: "it is damaged; put a backup in its place",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database; put a backup in its place, or move it away",
    sqlite3.SQLITE_CANTOPEN: "the folder must exist and be writable",
    sqlite3.SQLITE_READONLY: "the file and its folder must be writable",
}


def as_store_error(error: Exception, path: Path) -> Exception:
    """Translate an exception of the library; give any other back as it is.

    Text that cannot be encoded and numbers beyond 64 bits are refused by the library before SQLite sees them, with
    exceptions of their own.
    """
    if isinstance(error, OSError):
        return _caused(StoreError(f"{path}: {error.strerror or error}"), error)
    if not isinstance(error, sqlite3.Error | UnicodeEncodeError | OverflowError):
        return error
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return _caused(StoreFull(f"{path}: the disk is full ({error}); make room, polling goes on by itself"), error)
    hint = _HINTS.get(code)
    return _caused(StoreError(f"{path}: {error}" + (f" ({hint})" if hint else "")), error)


def _caused(fault: StoreError, error: Exception) -> StoreError:
    fault.__cause__ = error
    return fault
