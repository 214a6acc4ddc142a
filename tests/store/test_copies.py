"""Copies of a database in use, and putting them back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import SchemaTooNew, StoreError
from aggregator.store.sqlite import SqliteStore
from aggregator.store.sqlite.copies import back_up, inspect, restore, set_aside
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import bring, guids, new

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "aggregator.db"
    asyncio.run(fill(path))
    return path


async def fill(path: Path) -> None:
    store = SqliteStore.open(path, site_authority="t.example")
    await store.sync_sources([make_source()], NOON)
    await bring(store, new(make_entry("1"), make_entry("2")))
    await store.close()


async def entries(path: Path) -> list[str]:
    store = SqliteStore.open_for_reading(path)
    found = await guids(store)
    await store.close()
    return sorted(found)


async def test_a_copy_is_one_private_file_that_holds_everything(database: Path, tmp_path: Path):
    copy = tmp_path / "backups" / "monday.db"
    facts = back_up(database, copy)
    assert (facts.sources, facts.entries, facts.bytes) == (1, 2, copy.stat().st_size)
    assert [path.name for path in copy.parent.iterdir()] == ["monday.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert await entries(copy) == ["1", "2"]
    assert back_up(database, copy) == facts, "an older copy is replaced"


async def test_a_copy_of_a_database_that_is_written_to_is_that_of_one_moment(database: Path, tmp_path: Path):
    store = SqliteStore.open(database, site_authority="t.example")
    await store.sync_sources([make_source()], NOON)
    over = asyncio.Event()

    async def write() -> int:
        number = 0
        while not over.is_set():
            number += 1
            await bring(store, new(make_entry(f"a{number}"), make_entry(f"b{number}")))
        return number

    writing = asyncio.create_task(write())
    copies = [tmp_path / f"copy{number}.db" for number in range(5)]
    for copy in copies:
        await asyncio.to_thread(back_up, database, copy)
    over.set()
    written = await writing
    await store.close()
    assert written > 5
    for copy in copies:
        found = await entries(copy)
        assert sum(one.startswith("a") for one in found) == sum(one.startswith("b") for one in found), "whole polls"


async def test_a_copy_that_is_restored_is_what_it_was(database: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    back_up(database, copy)
    store = SqliteStore.open(database, site_authority="t.example")
    await store.sync_sources([make_source()], NOON)
    await bring(store, new(make_entry("3")))
    await store.close()
    aside = set_aside(database)
    assert aside == database.with_name("aggregator.db.before-restore")
    assert restore(copy, database) == inspect(copy)
    assert await entries(database) == ["1", "2"]
    assert await entries(aside) == ["1", "2", "3"]
    assert set_aside(database) == database.with_name("aggregator.db.before-restore-2")
    assert set_aside(database) is None


def test_a_database_that_is_there_is_never_overwritten(database: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    back_up(database, copy)
    before = database.read_bytes()
    with pytest.raises(StoreError, match=r"there is a database already.*--replace"):
        restore(copy, database)
    assert database.read_bytes() == before
    database.rename(database.with_name("elsewhere"))
    database.with_name("aggregator.db-wal").write_bytes(b"a log without its database")
    with pytest.raises(StoreError, match="there is a database already"):
        restore(copy, database)


@pytest.mark.parametrize("what", ["text", "foreign", "torn", "flipped", "missing"])
def test_what_is_no_sound_copy_of_ours_is_refused_and_leaves_nothing_behind(database: Path, tmp_path: Path, what: str):
    copy, place = tmp_path / "copy.db", tmp_path / "new" / "aggregator.db"
    back_up(database, copy)
    if what == "text":
        copy.write_text("no database at all, but quite a lot of text" * 50)
    elif what == "foreign":
        copy.unlink()
        with closing(sqlite3.connect(copy)) as conn:
            conn.execute("CREATE TABLE t (x)")
    elif what == "torn":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    elif what == "flipped":
        body = bytearray(copy.read_bytes())
        for page in range(8_192, len(body), 8_192):
            body[page : page + 16] = b"\xff" * 16
        copy.write_bytes(body)
    else:
        copy.unlink()
    with pytest.raises(StoreError, match=r"copy\.db: "):
        inspect(copy)
    with pytest.raises(StoreError):
        restore(copy, place)
    assert not place.exists()
    assert not (place.parent.exists() and list(place.parent.iterdir()))


def test_a_copy_of_a_newer_version_is_refused(database: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    back_up(database, copy)
    with closing(sqlite3.connect(copy)) as conn:
        conn.execute("UPDATE _sqlite_migrations SET name = '9999-later' WHERE name = '0001-first'")
        conn.commit()
    with pytest.raises(SchemaTooNew, match="newer version"):
        inspect(copy)


def test_a_file_of_somebody_else_is_not_replaced_by_a_copy(database: Path, tmp_path: Path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all")
    with pytest.raises(StoreError, match="no copy of ours"):
        back_up(database, letter)
    with pytest.raises(StoreError, match="no copy of ours"):
        back_up(database, database)
    with pytest.raises(StoreError, match="there is no database yet"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    assert letter.read_text() == "Dear all"


def test_a_damaged_database_is_set_aside_as_it_is(database: Path):
    database.write_bytes(b"damaged" * 2_000)
    aside = set_aside(database)
    assert aside is not None
    assert aside.read_bytes() == b"damaged" * 2_000
    assert not database.exists()


def test_what_cannot_be_written_is_said(database: Path, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StoreError, match=r"a directory|File exists"):
        back_up(database, blocked / "copy.db")
    shutil.rmtree(database.parent)
    with pytest.raises(StoreError, match="no such file"):
        inspect(database)
