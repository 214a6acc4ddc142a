"""``aggregator pin``: what belongs at the top."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.editing import reason_option
from aggregator.cli.main import Invocation
from aggregator.cli.marking import mark, target_options
from aggregator.model.editing import ActKind


@click.command("pin")
@click.argument("named", metavar="ID")
@click.argument("topic", metavar="[TOPIC]", required=False)
@target_options
@reason_option
@click.pass_obj
def command(invocation: Invocation, /, **said: Any) -> None:
    """Pin the story, entry or source ID, or the story behind an address, in TOPIC, or in every topic that it matches.

    It enters TOPIC although the rule or a budget says no, is shown first, and stays as long as it is pinned.
    """
    mark(invocation, ActKind.PIN, said)
