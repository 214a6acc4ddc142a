"""The scripted web as a process beside the benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Web:
    """A running scripted web."""

    url: str

    def ask(self, command: str) -> str:
        """Send a command and give the answer."""
        with urlopen(f"{self.url}/_/{command}", timeout=300) as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())

    def stats(self) -> dict[str, Any]:
        """Give the counters since the last reset."""
        counted: dict[str, Any] = json.loads(self.ask("stats"))
        return counted


@contextmanager
def scripted_web(feeds: int, *, life: int = 3000) -> Iterator[Web]:
    """Serve generated feeds of about 60 KB, each on a loopback address of its own, all built beforehand."""
    command = [sys.executable, "-m", "tests.web", "--feeds", str(feeds), "--dup", "0.05", "--life", str(life)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        web = Web(server.stdout.readline().strip())
        web.ask("warm")
        yield web
    finally:
        server.terminate()
        server.wait()
