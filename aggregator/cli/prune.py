"""``aggregator prune``: apply the keep rules now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.settings import Settings


@click.command("prune")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Apply the keep rules now; what goes leaves a tombstone, so that it never returns as new."""
    from aggregator.bootstrap import run

    pruned = run(_prune(invocation.settings()))
    if invocation.as_json:
        echo_json(pruned)
    else:
        click.echo(f"{pruned['entries']} entries pruned")


async def _prune(settings: Settings) -> dict[str, Any]:
    from aggregator.bootstrap import opened
    from aggregator.service.control import ask
    from aggregator.service.keeping import Keeping

    answer = await ask(Path(settings.data), "prune")
    if answer is not None:
        return dict(answer)
    async with opened(settings) as (house, engine, _shelf):
        await house.store.sync_sources(settings.sources, house.clock.now())
        pruned = await Keeping(house, engine).prune()
        return {"entries": pruned.entries, "tombstones": pruned.tombstones}
