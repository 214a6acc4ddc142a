"""Stories that happen on a store of their own, and a look at its tables."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

from aggregator.model.topic import Topic
from aggregator.pipeline.ports import Store
from aggregator.store.sqlite import SqliteStore
from tests.contract.house import House
from tests.fakes.store import FakeStore


def live(path: Path, story: Callable[[House], Coroutine[Any, Any, None]], *topics: Topic, fake: bool = False) -> None:
    """Let a story happen on a store of its own."""

    async def run() -> None:
        store: Store = FakeStore() if fake else SqliteStore.open(path / "a.db", site_authority="t.example")
        try:
            house = House(store, topics)
            await house.start()
            await story(house)
        finally:
            await store.close()

    asyncio.run(run())


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path / "a.db")) as db:
        return db.execute(sql).fetchall()
