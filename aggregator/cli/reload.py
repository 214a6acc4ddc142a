"""``aggregator reload``: the new configuration, without a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from aggregator.cli.main import Invocation
from aggregator.errors import ControlError


@click.command("reload")
@click.option("--accept", is_flag=True, help="Also when a topic changes by more than policies.reload-bound.")
@click.pass_obj
def command(invocation: Invocation, accept: bool) -> None:
    """Ask the running daemon to take the new config; a bad one is refused and the old one goes on."""
    from aggregator.service.control import ask

    settings = invocation.settings()
    answer = asyncio.run(ask(Path(settings.data), "reload", accept=accept))
    if answer is None:
        raise ControlError(f"{settings.data}: no daemon runs on this data; start it with `aggregator run`")
    click.echo(answer)
