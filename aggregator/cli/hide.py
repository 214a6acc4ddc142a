"""``aggregator hide``: what no reader shall see."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.editing import reason_option
from aggregator.cli.main import Invocation
from aggregator.cli.marking import mark, target_options
from aggregator.model.editing import ActKind


@click.command("hide")
@click.argument("named", metavar="ID")
@click.argument("topic", metavar="[TOPIC]", required=False)
@target_options
@reason_option
@click.pass_obj
def command(invocation: Invocation, /, **said: Any) -> None:
    """Hide the story, entry or source ID, or the story behind an address, from TOPIC, or from every topic.

    It does not enter; where it is shown it goes, and it returns as what it was when that is undone or over.
    """
    mark(invocation, ActKind.HIDE, said)
