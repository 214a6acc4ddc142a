"""A pool of worker processes that can be killed: for functions whose argument may be hostile."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aggregator.service.wire import dumps, loads
from aggregator.service.worker import LENGTH

KIBI = 1024

_PIECE_BYTES = 64 * KIBI


class WorkerKilled(Exception):  # noqa: N818 - says what happened, and is caught next door
    """A worker ran out of time or memory, or died; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may take.

    Attributes:
        cpu: CPU time of one call; the kernel ends the worker when it is used up.
        wall: Wall-clock time of one call, waiting for a turn not counted; for a worker that sleeps.
        max_bytes: Address space of a worker.
        max_calls: A worker is replaced after so many calls.
    """

    cpu: timedelta = timedelta(seconds=4)
    wall: timedelta = timedelta(seconds=30)
    max_bytes: int = KIBI * KIBI * KIBI
    max_calls: int = 2000


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    calls: int = field(default=0)

    async def call(self, argument: object) -> tuple[bool, Any]:
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise BrokenPipeError
        request = memoryview(dumps(argument))
        stdin.write(LENGTH.pack(len(request)))
        # Piece by piece, and forgotten then: the stream would keep a copy of all that the pipe has no room for.
        for start in range(0, len(request), _PIECE_BYTES):
            stdin.write(request[start : start + _PIECE_BYTES])
            await stdin.drain()
        del request
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        self.calls += 1
        answer: tuple[bool, Any] = loads(await stdout.readexactly(length))
        return answer

    async def end(self) -> int:
        """Kill the process if it still runs, and say how it ended."""
        if self.process.returncode is None:
            # Not Process.kill(): it polls first, and so reaps the child behind the back of asyncio's own watcher.
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        code = await self.process.wait()
        # The transport of a child is only let go of by its (private) close; without it a warning follows.
        self.process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
        return code


class WorkerPool:
    """Up to ``size`` processes, started when they are needed, each carrying out ``target`` on one argument.

    Args:
        target: ``package.module:function``, importable in the child; argument and result are pickled.
        size: How many calls may run at once; more wait for their turn.
        limits: Of one call.
    """

    def __init__(self, target: str, *, size: int = 2, limits: Limits | None = None) -> None:
        self._target = target
        self._limits = limits or Limits()
        self._turns = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self.kills = 0

    async def call(self, argument: object) -> Any:
        """Carry out the target on ``argument`` in a worker.

        Raises:
            WorkerKilled: The call took too much, or failed inside; the pool goes on with a fresh worker.
        """
        async with self._turns:
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(self._limits.wall.total_seconds()):
                    done, result = await worker.call(argument)
            except TimeoutError:
                await self._drop(worker)
                raise WorkerKilled(f"it took more than {self._limits.wall.total_seconds():g} s") from None
            except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError):
                raise WorkerKilled(_last_words(await self._drop(worker), self._limits)) from None
            except BaseException:
                await self._drop(worker)
                raise
            if done and worker.calls < self._limits.max_calls:
                self._idle.append(worker)
            else:
                await worker.end()
        if not done:
            self.kills += 1
            raise WorkerKilled(str(result))
        return result

    async def close(self) -> None:
        """End every process that waits for work; calls under way are the caller's to cancel."""
        while self._idle:
            await self._idle.pop().end()

    async def _start(self) -> _Worker:
        limits = self._limits
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "aggregator.service.worker",
            self._target,
            str(limits.max_bytes),
            str(limits.cpu.total_seconds()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=KIBI * KIBI,
        )
        return _Worker(process)

    async def _drop(self, worker: _Worker) -> int:
        self.kills += 1
        return await worker.end()


def _last_words(code: int, limits: Limits) -> str:
    if code == -signal.SIGVTALRM:
        return f"it took more than {limits.cpu.total_seconds():g} s of CPU time"
    if code < 0:
        return f"the worker ended with {signal.Signals(-code).name}"
    return f"the worker ended with status {code}"
