"""``aggregator poll``: fetch now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import EXIT_PARTLY, Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.settings import Settings


@click.command("poll")
@click.argument("sources", nargs=-1)
@click.option(
    "--all", "everything", is_flag=True, help="Every source, due or not; but none that asked to be left alone."
)
@click.pass_obj
def command(invocation: Invocation, sources: tuple[str, ...], everything: bool) -> int:
    """Fetch now: everything due, or the SOURCES named.

    Ends when what came is curated and announced. While a daemon runs on the same data, it does the work.
    """
    from aggregator.bootstrap import run
    from aggregator.service.logs import set_up

    settings = invocation.settings()
    set_up(verbosity=invocation.verbosity)
    failed = run(_poll(settings, sources, everything=everything))
    if invocation.as_json:
        echo_json({"failed": failed})
    return EXIT_PARTLY if failed else 0


async def _poll(settings: Settings, sources: tuple[str, ...], *, everything: bool) -> list[str]:
    from aggregator.bootstrap import opened
    from aggregator.service.control import ask

    answer = await ask(Path(settings.data), "poll", sources=list(sources), all=everything)
    if answer is not None:
        return list(answer["failed"])
    async with opened(settings) as (_house, engine, _shelf):
        try:
            await engine.start()
            if everything or sources:
                return list(await engine.poll_named(sources or engine.source_ids()))
            return list(await engine.poll_due())
        finally:
            engine.end_round()
            await engine.stop(timedelta())
