"""Runs commands in forks of a process that has imported what most commands import: half a second less for each.

The fork is the real thing from its arguments on: a process of its own with its own folder, environment, standard
streams and exit code. What it skips, the start of Python and the imports, is covered by the tests that start daemons.

As a program it serves requests on the socket that it is given: a line of JSON with arguments, folder and environment,
and the descriptors of output and errors.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST_REQUEST = 1 << 20
SECONDS = 240
PRELOADED = (
    "aggregator.bootstrap.edges", "aggregator.bootstrap.parts", "aggregator.settings", "aggregator.store.sqlite",
    "aggregator.service.engine", "aggregator.pipeline.read", "aggregator.publish", "aggregator.fetch", "httpx",
)  # fmt: skip


def run_forked(
    arguments: tuple[str, ...], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as ``subprocess.run`` does with text and captured output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        request = {
            "arguments": list(arguments),
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
        }
        with socket.socket(socket.AF_UNIX) as call:
            call.settimeout(SECONDS)
            call.connect(_server())
            socket.send_fds(call, [json.dumps(request).encode() + b"\n"], [out.fileno(), err.fileno()])
            code = int(call.makefile("rb").readline())
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
    return subprocess.CompletedProcess(["aggregator", *arguments], code, *said)


@cache
def _server() -> str:
    """Start the server of this test process; give the address of its socket."""
    folder = tempfile.TemporaryDirectory(prefix="forking-")
    address = f"{folder.name}/s"
    process = subprocess.Popen([sys.executable, "-m", "tests.e2e.forking", address], cwd=ROOT, stdout=subprocess.PIPE)

    def end() -> None:
        process.kill()
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return address


def _serve(address: str) -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, b"ready\n")
        while True:
            call, _ = listening.accept()
            with call:
                text, descriptors, _, _ = socket.recv_fds(call, LONGEST_REQUEST, 2)
                while not text.endswith(b"\n"):
                    text += call.recv(LONGEST_REQUEST)
                child = os.fork()
                if not child:
                    listening.close()
                    call.close()
                    _become(json.loads(text), descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                _, status = os.waitpid(child, 0)
                call.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Be the command; never returns."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, number in zip((nothing, *descriptors), range(3), strict=True):
        os.dup2(descriptor, number)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["aggregator", *request["arguments"]]
    code: Any = 1
    try:
        code = importlib.import_module("aggregator.cli").main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve(sys.argv[1])
