"""The least that anyone pays who uses aiohttp: conditional requests in a loop, and nothing done with the answers.

Run in a process of its own; the first pass fills the entity tags and is not counted. Prints its figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import sys
import time
from importlib.metadata import version
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.ours import cpu_seconds

AT_ONCE = 64


async def poll_all(urls: list[str]) -> dict[str, float | str]:
    """Ask for every address twice; measure the second time."""
    # A host a poll, as everywhere here: kept connections would be of no use.
    connector = aiohttp.TCPConnector(limit=0, force_close=True, ssl=ssl.create_default_context())
    tags: dict[str, str] = {}
    # The connector's own limit costs more, the more are waiting.
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(url: str) -> int:
            headers = {"If-None-Match": tags[url]} if url in tags else {}
            async with turns, session.get(url, headers=headers) as answer:
                await answer.read()
                tags[url] = answer.headers["ETag"]
                return answer.status

        await asyncio.gather(*map(ask, urls))
        cpu, wall = cpu_seconds(), time.perf_counter()
        answers = await asyncio.gather(*map(ask, urls))
        return {
            "wall": time.perf_counter() - wall,
            "cpu": cpu_seconds() - cpu,
            "feeds": len(urls),
            "failed": len(urls) - answers.count(304),
            "entries": 0,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "version": version("aiohttp"),
        }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(poll_all(Path(sys.argv[1]).read_text(encoding="utf-8").split()))))
