"""``aggregator note``: what editors want to remember."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.main import Invocation
from aggregator.cli.marking import mark, target_options
from aggregator.model.editing import ActKind


@click.command("note")
@click.argument("named", metavar="ID")
@click.argument("why", metavar="TEXT")
@click.option("--topic", metavar="TOPIC", help="The topic that it is about; default all.")
@target_options
@click.pass_obj
def command(invocation: Invocation, /, **said: Any) -> None:
    """Write TEXT beside the story, entry or source ID, for editors: explain shows it, readers do not see it."""
    mark(invocation, ActKind.NOTE, said)
