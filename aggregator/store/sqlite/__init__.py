"""The store on SQLite; the only room that knows sqlite3 and sqlite-utils."""

import sys

# Where numpy is installed sqlite-utils imports it, to take arrays as values, which we never have: 25 MB, and a quarter
# of the start of every command. It looks once, while it is imported; whoever needs numpy later finds it.
_hidden = {name: None for name in ("numpy", "pandas") if name not in sys.modules}
sys.modules.update(_hidden)  # type: ignore[arg-type]  # None is how Python itself says that a module cannot be had
try:
    import sqlite_utils  # noqa: F401 - for the look
finally:
    for _name in _hidden:
        del sys.modules[_name]

from aggregator.store.sqlite.store import SqliteStore  # noqa: E402 - the library has to come first

__all__ = ["SqliteStore"]
