"""``aggregator merge``: stories that are one."""

from __future__ import annotations

import click

from aggregator.cli.editing import carry_out, editor, reason_option
from aggregator.cli.main import Invocation
from aggregator.model.editing import Act, ActKind


@click.command("merge")
@click.argument("stories", metavar="STORY STORY...", nargs=-1, required=True)
@reason_option
@click.pass_obj
def command(invocation: Invocation, stories: tuple[str, ...], why: str) -> None:
    """Make stories one, under the id of the oldest; the ids of the others lead there.

    What was announced is not announced again.
    """
    carry_out(invocation, Act(kind=ActKind.MERGE, named=stories, who=editor(), why=why))
