"""The control channel: a Unix socket in the data folder, one JSON object a line each way.

A request is ``{"command": NAME, …}``, the answer ``{"done": …}`` or ``{"error": "…"}``. Who may open the
socket file may command the daemon.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aggregator.errors import AggregatorError, ControlError

NAME = "control.sock"
MAX_LINE = 1 << 20

Command = Callable[[dict[str, Any]], Awaitable[Any]]


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Give a name of the socket that fits into the 108 bytes the kernel allows, however deep the folder lies."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}" if Path("/proc/self/fd").is_dir() else str(path)
    finally:
        os.close(descriptor)


class ControlServer:
    """Answers commands on the socket.

    Args:
        folder: The data folder; its lock must be held, for a socket left behind is replaced.
        commands: What may be asked for; each takes the request and returns something JSON can carry.
    """

    def __init__(self, folder: Path, commands: dict[str, Command]) -> None:
        self._path = folder / NAME
        self._commands = commands
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._path.unlink(missing_ok=True)
        with _short(self._path) as name:
            self._server = await asyncio.start_unix_server(self._serve, name, limit=MAX_LINE)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            answer = await self._carry_out(line)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            return  # whoever asked has gone away, or sent a line without end
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _carry_out(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            command = self._commands[request["command"]]
        except (ValueError, KeyError, TypeError):
            return {"error": f"unknown command; known are {', '.join(sorted(self._commands))}"}
        try:
            return {"done": await command(request)}
        except AggregatorError as error:
            return {"error": str(error)}


async def ask(folder: Path, command: str, **arguments: object) -> Any | None:
    """Ask the daemon that runs on this data folder.

    Returns:
        Its answer, or None when no daemon runs there.

    Raises:
        ControlError: The daemon refused, or went away before it answered.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        with _short(path) as name:
            reader, writer = await asyncio.open_unix_connection(name, limit=MAX_LINE)
    except (ConnectionRefusedError, FileNotFoundError):
        return None  # left behind by a daemon that was killed
    try:
        writer.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    if not line:
        raise ControlError(f"{path}: the daemon went away before it answered")
    answer = json.loads(line)
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer["done"]
