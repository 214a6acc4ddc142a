"""``aggregator resume``: ask a paused source again."""

from __future__ import annotations

import click

from aggregator.cli.main import Invocation
from aggregator.cli.pausing import set_pause


@click.command("resume")
@click.argument("source", metavar="SOURCE")
@click.pass_obj
def command(invocation: Invocation, source: str) -> None:
    """Ask SOURCE again; it is due when it would have been."""
    set_pause(invocation, source, paused=False)
