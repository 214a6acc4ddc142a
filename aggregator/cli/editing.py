"""What ``merge``, ``split`` and ``undo`` share: they are done by the daemon when one runs, else here."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.model.editing import Act, ActKind

if TYPE_CHECKING:
    from aggregator.settings import Settings

_SAID = {
    ActKind.MERGE: "story {story}: now holds what {others} held, {count} entries",
    ActKind.SPLIT: "story {story}: {count} entries are story {others} now",
}

reason_option = click.option(
    "--reason", "why", metavar="TEXT", default="", help="Why; it is kept, and explain shows it."
)


def carry_out(invocation: Invocation, act: Act) -> None:
    """Do it and say what was done."""
    from aggregator.bootstrap import run

    done = run(_edit(invocation.settings(), act))
    if invocation.as_json:
        echo_json(done)
    elif act.kind is ActKind.UNDO:
        click.echo(f"act {done['number']}, {done['act']}, is undone")
    else:
        said = _SAID[act.kind].format(
            story=done["story"], others=", ".join(done["others"]) or "nothing", count=len(done["entries"])
        )
        click.echo(f"{said} (act {done['number']})")


def editor() -> str:
    """Name the account that works here."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "somebody"


async def _edit(settings: Settings, act: Act) -> dict[str, Any]:
    from aggregator.bootstrap import opened
    from aggregator.pages.json_shapes import act_json
    from aggregator.service.control import ask

    answer = await ask(
        Path(settings.data), "edit", kind=act.kind, named=act.named, number=act.number, who=act.who, why=act.why
    )
    if answer is not None:
        return dict(answer)
    async with opened(settings) as (house, _engine, _shelf):
        # Whoever publishes next announces what follows from it.
        return act_json((await house.store.edit(act, house.clock.now())).act)
