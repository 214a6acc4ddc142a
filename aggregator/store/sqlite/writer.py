"""One thread that writes, and one that reads beside it.

What many callers bring while a commit runs shares the next one: a commit costs a sync of the disk, and a poll
alone is too small to pay for it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from sqlite_utils import Database

from aggregator.errors import StoreError
from aggregator.store.sqlite.faults import as_store_error

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_SHARING: Final = 256
MAX_BATCH_ROWS: Final = 1_000
MAX_BATCH_SECONDS: Final = 0.2


@dataclass(slots=True, eq=False)
class _Job:
    """Work to be done in the transaction, and whom to tell; equal work on several items may be done together."""

    work: Callable[[Database, list[Any]], Sequence[Any]]
    item: Any
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.future.done():  # the caller was cancelled meanwhile
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs work in transactions on its own thread; several jobs share one, each in a savepoint of its own.

    A job that fails is rolled back alone. A result is given out only after the commit that holds it; when the commit
    fails every job of the batch has failed.
    """

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._ahead: deque[_Job | None] = deque()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Database], Result]) -> Result:
        """Do the work, and return what it returned once that is committed.

        Raises:
            StoreError: Nothing of the work is kept.
        """
        return await self.share(lambda db, _: [work(db)], None)

    async def share(self, work: Callable[[Database, list[Item]], Sequence[Result]], item: Item) -> Result:
        """Do what ``run`` does, together with others who bring the same function with items of theirs.

        The function is given their items and returns a result for each, in their order. When it fails, it is called
        again with every item alone, so that a failure is the item's own.
        """
        if self._closed:
            raise StoreError(f"{self._path}: is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._queue.put(_Job(work, item, future, loop))
        return await future

    async def close(self) -> None:
        """Finish what is queued and close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def _loop(self) -> None:
        more = True
        while more:
            job = self._ahead.popleft() if self._ahead else self._queue.get()
            if job is None:
                break
            batch, more = self._batch(job)
            _tell(batch)
        self._db.close()

    def _batch(self, first: _Job) -> tuple[list[_Job], bool]:
        """Run one batch; the flag is False when it was the last."""
        conn = self._db.conn
        try:
            conn.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            # Whoever waits would wait as long for the same lock, one after another.
            batch, more = self._drain(first)
            return self._failed(batch, error), more
        batch, more = [], True
        started, rows = time.monotonic(), conn.total_changes
        job: _Job | None = first
        while job is not None:
            sharing = self._sharing(job)
            batch += sharing
            fatal = self._attempt(sharing)
            if fatal is not None:
                return self._failed(batch, fatal), more
            if time.monotonic() - started > MAX_BATCH_SECONDS or conn.total_changes - rows > MAX_BATCH_ROWS:
                break
            try:
                job = self._next()
            except Empty:
                break
            more = job is not None
        return self._commit(batch), more

    def _next(self) -> _Job | None:
        """Take what is queued; None is the end; raises ``Empty``."""
        return self._ahead.popleft() if self._ahead else self._queue.get_nowait()

    def _sharing(self, first: _Job) -> list[_Job]:
        """Take the jobs behind this one that may be done together with it."""
        jobs = [first]
        with suppress(Empty):
            while len(jobs) < MAX_SHARING:
                job = self._next()
                if job is None or job.work != first.work:
                    self._ahead.appendleft(job)
                    break
                jobs.append(job)
        return jobs

    def _attempt(self, jobs: list[_Job]) -> Exception | None:
        """Run jobs in one savepoint; give the error back when it destroyed the whole transaction."""
        conn = self._db.conn
        wanted = [job for job in jobs if not job.future.cancelled()]
        if not wanted:
            return None
        try:
            conn.execute("SAVEPOINT job")
            results = wanted[0].work(self._db, [job.item for job in wanted])
            for job, result in zip(wanted, results, strict=True):
                job.result = result
            conn.execute("RELEASE job")
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, whatever it is
            fatal = self._undo(error)
            if fatal is not None or len(wanted) == 1:
                wanted[0].error = as_store_error(error, self._path)
                return fatal
            return next(filter(None, [self._attempt([job]) for job in wanted]), None)
        return None

    def _undo(self, error: Exception) -> Exception | None:
        """Roll back the job that failed; when that cannot be done alone, all is lost for the same reason."""
        conn = self._db.conn
        try:
            if conn.in_transaction:
                conn.execute("ROLLBACK TO job")
                conn.execute("RELEASE job")
                return None
        except sqlite3.Error as another:
            return another
        return error

    def _commit(self, batch: list[_Job]) -> list[_Job]:
        try:
            self._db.conn.execute("COMMIT")
        except sqlite3.Error as error:
            return self._failed(batch, error)
        return batch

    def _failed(self, batch: list[_Job], error: Exception) -> list[_Job]:
        if self._db.conn.in_transaction:
            with suppress(sqlite3.Error):  # the next batch finds the transaction open, fails, and comes by here
                self._db.conn.execute("ROLLBACK")
        for job in batch:
            job.error = job.error or as_store_error(error, self._path)
        return batch

    def _drain(self, first: _Job) -> tuple[list[_Job], bool]:
        batch = [first]
        while True:
            try:
                job = self._next()
            except Empty:
                return batch, True
            if job is None:
                return batch, False
            batch.append(job)


class ReadingThread:
    """Runs look-ups on a read-only connection of its own, so that they never wait for a writer."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._closed = False

    async def run(self, work: Callable[[Database], Result]) -> Result:
        """Do the work on one snapshot of the database.

        Raises:
            StoreError: The database cannot be read.
        """
        if self._closed:
            raise StoreError(f"{self._path}: is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._snapshot, work)

    async def close(self) -> None:
        """Finish what is queued and close the connection."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
            self._thread.shutdown()

    def _snapshot(self, work: Callable[[Database], Result]) -> Result:
        conn = self._db.conn
        try:
            conn.execute("BEGIN")
            return work(self._db)
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            raise as_store_error(error, self._path) from error
        finally:
            if conn.in_transaction:
                conn.execute("ROLLBACK")


def _tell(batch: list[_Job]) -> None:
    """Hand results back, one wake-up for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:  # the loop has ended, and everybody who waited with it
            continue


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()
