"""Polls that share a statement of SQLite, and what is refused before it comes to one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.model.verdict import ChangeSet, Known
from aggregator.store.sqlite import SqliteStore
from tests.contract.test_shared_commits import ask, claimed, quiet, states

pytestmark = pytest.mark.anyio


def unwritable(known: Known) -> ChangeSet:
    changes = quiet(known)
    return replace(changes, state=replace(changes.state, next_poll_why="\ud800"))


async def test_text_that_cannot_be_written_is_refused_alone(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "a.db", site_authority="example.org")
    deciding = [quiet, unwritable, quiet]
    results = await asyncio.gather(
        *(store.transact(ask(one), decide) for one, decide in zip(await claimed(store, 3), deciding, strict=True)),
        return_exceptions=True,
    )
    assert [type(result) is StoreError for result in results] == [False, True, False]
    assert {name: state.version for name, state in (await states(store)).items()} == {"s0": 2, "s1": 1, "s2": 2}
    await store.close()


async def test_a_store_opened_for_reading_takes_nothing(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "a.db", site_authority="example.org")
    (claim,) = await claimed(store, 1)
    reading = SqliteStore.open_for_reading(tmp_path / "a.db")
    with pytest.raises(StoreError, match="reading"):
        await reading.transact(ask(claim), quiet)
    await reading.close()
    await store.close()
