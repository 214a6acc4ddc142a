"""Start the real command as a process, talk to it, and end it by its own id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.e2e.forking import run_forked

AGGREGATOR = Path(sys.executable).with_name("aggregator")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def aggregator(*arguments: str, check: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    done = run_forked(arguments, cwd=cwd)
    if check:
        assert done.returncode == 0, done.stderr
    return done


@contextmanager
def running(*arguments: str, stop: bool = True) -> Iterator[subprocess.Popen[str]]:
    """Run a daemon; at the end it gets SIGTERM and ten seconds."""
    process = subprocess.Popen(
        [str(AGGREGATOR), *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        yield process
        if stop:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=10)
            assert process.returncode == 0, errors
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(url: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask our own server."""
    request = Request(url, headers=headers or {}, method=method)
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def wait_for(url: str, wanted: bytes = b"", seconds: float = 10.0) -> bytes:
    """Ask until the answer is 200 and holds what is wanted."""
    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            status, _, body = get(url)
            if status == 200 and wanted in body:
                return body
            last = status
        except (URLError, ConnectionError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{url}: not within {seconds} s: {last}")
