"""The service in a process of its own, which polls one source after another and says how long each took.

``python -m tests.mutations.guest CONFIG ID...``: a line for each; what it takes of the machine is seen from outside.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter

from aggregator.bootstrap import opened, read_settings


async def serve(config: Path, names: list[str]) -> None:
    async with opened(read_settings(config, {})) as (_, engine, _shelf):
        await engine.start()
        for name in names:
            print(json.dumps({"id": name}), flush=True)  # noqa: T201 - read by the parent
            started = perf_counter()
            await engine.poll_named([name])
            took = perf_counter() - started
            (source,) = (one for one in (await engine.status()).sources if one.source.id == name)
            record = source.polls[0]
            outcome = {"id": name, "seconds": took, "outcome": record.outcome, "detail": record.detail}
            print(json.dumps(outcome | {"entries": source.entries}), flush=True)  # noqa: T201 - likewise


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))
