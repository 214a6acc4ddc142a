"""The stores that have to keep the contract."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.store.sqlite import SqliteStore
from tests.fakes.store import FakeStore


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database once: a copy of it opens sooner than a new one."""
    path = tmp_path_factory.mktemp("empty") / "a.db"

    async def make() -> None:
        await SqliteStore.open(path, site_authority="t.example").close()

    asyncio.run(make())
    return path


@pytest.fixture(params=["sqlite", "fake"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> AsyncIterator[SqliteStore | FakeStore]:
    """Open a store, the real one or the fake."""
    made: SqliteStore | FakeStore = FakeStore()
    if request.param == "sqlite":
        shutil.copy(empty_database, tmp_path / "a.db")
        made = SqliteStore.open(tmp_path / "a.db", site_authority="t.example", patience=timedelta(seconds=0.05))
    yield made
    await made.close()


@pytest.fixture
def nothing_commits(store: SqliteStore | FakeStore, tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """Give a context in which no commit comes about: somebody else is writing, or the disk is full."""

    @contextmanager
    def failing() -> Iterator[None]:
        if isinstance(store, FakeStore):
            store.fail_commits(1_000_000)
            yield
            store.fail_commits(0)
            return
        with closing(sqlite3.connect(tmp_path / "a.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield

    return failing
