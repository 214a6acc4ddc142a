"""``aggregator split``: entries that tell another story."""

from __future__ import annotations

import click

from aggregator.cli.editing import carry_out, editor, reason_option
from aggregator.cli.main import Invocation
from aggregator.model.editing import Act, ActKind


@click.command("split")
@click.argument("story", metavar="STORY")
@click.argument("entries", metavar="ENTRY...", nargs=-1, required=True)
@reason_option
@click.pass_obj
def command(invocation: Invocation, story: str, entries: tuple[str, ...], why: str) -> None:
    """Take entries out of a story and make them one of their own, for ever.

    The part that began the story keeps its id. A copy that is named without what it repeats is a copy no more.
    """
    carry_out(invocation, Act(kind=ActKind.SPLIT, named=(story, *entries), who=editor(), why=why))
