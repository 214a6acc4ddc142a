"""The far side of the pool: a process that carries out one function on what comes down the pipe.

Started as ``python -m aggregator.service.worker MODULE:FUNCTION MAX_BYTES CPU_SECONDS``. Requests and answers
are pickles behind their length in four bytes, on standard input and output; both ends are ours.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from aggregator.service.wire import dumps, loads

LENGTH = struct.Struct(">I")


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def _limit(max_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(function: Callable[[Any], Any], body: bytes) -> tuple[bool, Any]:
    try:
        return True, function(loads(body))
    except MemoryError:
        return False, "it needed too much memory"
    except Exception as error:  # noqa: BLE001 - whatever a hostile document provokes belongs to that document
        return False, f"{type(error).__name__}: {error}"


def main() -> None:
    """Serve until the pipe is closed."""
    target, max_bytes, cpu_seconds = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    # Entries do not refer to themselves: looking for what does would take a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up between the answers
    _limit(int(max_bytes))
    while (body := read_frame(requests)) is not None:
        # The default action of SIGVTALRM ends the process, even inside C code that never comes back.
        signal.setitimer(signal.ITIMER_VIRTUAL, float(cpu_seconds))
        answer = dumps(_answer(function, body))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
