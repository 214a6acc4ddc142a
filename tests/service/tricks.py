"""Functions that misbehave on request, for the pool of workers."""

from __future__ import annotations

import os
import sys
import time


def process_id(_argument: object) -> int:
    return os.getpid()


def obey(order: str) -> str:
    if order == "spin":
        while True:
            pass
    if order == "sleep":
        time.sleep(60)
    if order == "eat":
        return str(len(bytearray(1 << 30)))
    if order == "raise":
        raise ValueError("no")
    if order == "exit":
        os._exit(3)
    if order == "print":
        print("noise on the answers' way")  # noqa: T201 - that is the trick
        sys.stdout.flush()
        return "printed"
    return order


def always_spin(_argument: object) -> None:
    while True:
        pass
