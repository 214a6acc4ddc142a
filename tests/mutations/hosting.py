"""Let the service read hostile documents over loopback, and watch it and its workers from outside."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.mutations.hostile import Hostile
from tests.web import Reply, ScriptedWeb
from tests.web.modes import _pack_bomb

GOOD = (
    b"<rss version='2.0'><channel><title>Good</title><item><guid>https://a.example/%d</guid><title>T</title></item>"
    b"</channel></rss>"
)
TIMEOUT_SECONDS = 4
_EVERY = 0.01
_KIBI = 1024


@dataclass(frozen=True, slots=True)
class Hosted:
    """What came of one document.

    Attributes:
        seconds: On a machine of its own: the time that service and workers stood in line for a processor is left out.
        waited: That time.
        service: MiB resident that the service grew by, at most, since it had read an ordinary feed.
        worker: MiB resident of its largest worker.
    """

    name: str
    seconds: float
    waited: float
    outcome: str
    detail: str
    service: float
    worker: float

    def __str__(self) -> str:
        figures = f"{self.seconds:6.2f} s  +{self.service:5.1f} MiB  worker {self.worker:6.1f} MiB"
        return f"{figures}  {self.name}: {self.outcome} {self.detail[:90]}"


class Watch:
    """Looks at a process and its children again and again, and keeps the most that they held."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stood: dict[int, int] = {}
        self._before: dict[int, int] = {}
        self.base = 0.0
        self.service = 0.0
        self.worker = 0.0

    async def run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(_EVERY)

    def look(self) -> None:
        workers = _children(self._pid)
        self.service = max(self.service, _resident(self._pid) - self.base)
        self.worker = max((self.worker, *map(_resident, workers)))
        for pid in (self._pid, *workers):
            self._stood[pid] = _stood_in_line(pid) or self._stood.get(pid, 0)

    def begin(self) -> None:
        """Forget what was seen; what follows belongs to the next document."""
        self.look()
        self.service = self.worker = 0.0
        self._before = dict(self._stood)

    @property
    def waited(self) -> float:
        """Seconds for which service and workers could have run since then, had there been a processor."""
        return sum(stood - self._before.get(pid, 0) for pid, stood in self._stood.items()) / 1e9


def _resident(pid: int) -> float:
    """Give MiB resident; none for a process that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / _KIBI
    return 0.0


def _stood_in_line(pid: int) -> int:
    """Give nanoseconds on a queue for a processor; 0 for a process that has ended."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1])
    return 0


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


async def host(
    folder: Path, make: Callable[[int], Mapping[str, Hostile]], modes: Sequence[str] = ()
) -> tuple[list[Hosted], list[str]]:
    """Poll hostile sources one after another, between two good ones.

    Args:
        folder: For the configuration and the data.
        make: Gives the documents by name; it is told the port of the server.
        modes: Of the scripted web, which are as hostile as any document.

    Returns:
        What came of each, the good ones first and last, and every path that was asked for.
    """
    async with ScriptedWeb() as web:
        for mode in modes:
            web.once(mode, _pack_bomb)
        found = make(web.port)
        paths = {name: f"/hostile/{number}" for number, name in enumerate(found)}
        paths |= {f"mode {mode}": f"/m/{mode}/1.xml" for mode in modes}
        for name, document in found.items():
            web.script(paths[name], Reply(200, document.headers, document.body))
        ids = {f"h{number}": name for number, name in enumerate(paths)}
        urls = {key: web.url(paths[name], f"127.0.1.{1 + number}") for number, (key, name) in enumerate(ids.items())}
        for number in range(2):
            urls[f"good{number}"] = web.publish(f"/good/{number}", GOOD % number)
        order = ["good0", *ids, "good1"]
        rows = await _watched(_configured(folder, urls), order)
        return [replace(row, name=ids.get(row.name, row.name)) for row in rows], [one.path for one in web.log]


def _configured(folder: Path, urls: Mapping[str, str]) -> Path:
    config = folder / "aggregator.yaml"
    sources = "".join(f"  - {{id: {key}, url: '{url}'}}\n" for key, url in urls.items())
    config.write_text(
        "network: {allow-private: [127.0.0.0/8], host-spacing: 0s}\n"
        f"defaults: {{timeout: {TIMEOUT_SECONDS}s}}\nsources:\n{sources}topics: {{all: {{}}}}\n",
        encoding="utf-8",
    )
    return config


async def _watched(config: Path, order: Sequence[str]) -> list[Hosted]:
    """Let a process of its own poll; give what it says of each source, and what it and its workers took meanwhile."""
    guest = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.mutations.guest", str(config), *order),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert guest.stdout is not None
    watch = Watch(guest.pid)
    looking = asyncio.create_task(watch.run())
    rows: list[Hosted] = []
    async for line in guest.stdout:
        row = json.loads(line)
        if "outcome" not in row:
            watch.begin()
            continue
        watch.look()
        if not rows:
            watch.base, watch.service = watch.service, 0.0
        took, waited = row["seconds"], watch.waited
        rows.append(
            Hosted(row["id"], took - waited, waited, row["outcome"], row["detail"], watch.service, watch.worker)
        )
    looking.cancel()
    assert await guest.wait() == 0
    return rows
