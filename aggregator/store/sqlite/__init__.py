"""The store on SQLite; the only room that knows sqlite3 and sqlite-utils."""

from aggregator.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
