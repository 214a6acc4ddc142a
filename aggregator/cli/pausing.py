"""What ``pause`` and ``resume`` share: done by the daemon when one runs, else here."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.main import Invocation
from aggregator.errors import ControlError


def set_pause(invocation: Invocation, source: str, *, paused: bool) -> None:
    """Let a source be asked no more, or again, and say so.

    Raises:
        ControlError: There is no such source.
    """
    from aggregator.bootstrap import run

    click.echo(run(_set(invocation, source, paused=paused)))


async def _set(invocation: Invocation, source: str, *, paused: bool) -> str:
    from aggregator.bootstrap import opened
    from aggregator.service.control import ask

    settings = invocation.settings()
    answer = await ask(Path(settings.data), "pause" if paused else "resume", source=source)
    if answer is not None:
        return str(answer)
    async with opened(settings) as (house, engine, _shelf):
        await house.store.sync_sources(engine.plan.sources, house.clock.now())
        if not await house.store.pause(source, house.clock.now() if paused else None):
            raise ControlError(f"{source}: there is no such source")
    return f"{source}: is asked no more until it is resumed" if paused else f"{source}: is asked again"
