"""``aggregator pause``: ask a source no more."""

from __future__ import annotations

import click

from aggregator.cli.main import Invocation
from aggregator.cli.pausing import set_pause


@click.command("pause")
@click.argument("source", metavar="SOURCE")
@click.pass_obj
def command(invocation: Invocation, source: str) -> None:
    """Ask SOURCE no more, neither when it is due nor by name, until it is resumed.

    What it brought stays; what hubs push is taken.
    """
    set_pause(invocation, source, paused=True)
