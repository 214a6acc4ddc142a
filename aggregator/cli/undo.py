"""``aggregator undo``: what an editor did and should not have done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from aggregator.cli.editing import carry_out, editor, reason_option
from aggregator.cli.main import Invocation, echo_json
from aggregator.model.editing import Act, ActKind

if TYPE_CHECKING:
    from aggregator.model.editing import DoneAct
    from aggregator.settings import Settings


@click.command("undo")
@click.argument("number", metavar="[NUMBER]", type=click.IntRange(min=1), required=False)
@click.option("--list", "listing", is_flag=True, help="List what was done, the oldest first, as YAML.")
@reason_option
@click.pass_obj
def command(invocation: Invocation, number: int | None, listing: bool, why: str) -> None:
    """Take back the last act of an editor that was not undone, or act NUMBER.

    Pins and hidings end. After a merge or a split every entry returns to the story that it had; what has joined
    since stays with what it joined.
    """
    from aggregator.bootstrap import run

    if not listing:
        carry_out(invocation, Act(kind=ActKind.UNDO, number=number, who=editor(), why=why))
        return
    from aggregator.pages.json_shapes import act_json

    for act in run(journal(invocation.settings())):
        if invocation.as_json:
            echo_json(act_json(act))
        else:
            # Every JSON text is one of YAML, too.
            click.echo(f"- {json.dumps(act_json(act), ensure_ascii=False)}")


async def journal(settings: Settings) -> tuple[DoneAct, ...]:
    """Read what editors did, the oldest first; nothing where nothing was stored yet."""
    from aggregator.bootstrap import open_store_for_reading

    store = open_store_for_reading(settings)
    if store is None:
        return ()
    try:
        return await store.acts()
    finally:
        await store.close()
