"""What the editor's commands share: they are done by the daemon when one runs, else here."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.model.editing import MARKS, Act, ActKind

if TYPE_CHECKING:
    from aggregator.settings import Settings

_SAID = {
    ActKind.MERGE: "story {story}: now holds what {others} held, {count} entries",
    ActKind.SPLIT: "story {story}: {count} entries are story {others} now",
}
_MARKED = {ActKind.PIN: "pinned in", ActKind.HIDE: "hidden from", ActKind.NOTE: "noted for"}

reason_option = click.option(
    "--reason", "why", metavar="TEXT", default="", help="Why; it is kept, and explain shows it."
)


def carry_out(invocation: Invocation, act: Act, settings: Settings | None = None) -> None:
    """Do it and say what was done; ``settings`` are read where they were not yet."""
    from aggregator.bootstrap import run

    done = run(_edit(settings or invocation.settings(), act))
    if invocation.as_json:
        echo_json(done)
    elif act.kind is ActKind.UNDO:
        click.echo(f"act {done['number']}, {done['act']}, is undone")
    elif act.kind in MARKS:
        where = "every topic" if done["topic"] == "*" else done["topic"]
        end = f" until {done['until']}" if done["until"] else ""
        click.echo(f"{act.scope} {done[act.scope]}: {_MARKED[act.kind]} {where}{end} (act {done['number']})")
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

    until = act.until.isoformat() if act.until else None
    wanted = {name: getattr(act, name) for name in ("kind", "named", "number", "who", "why", "topic", "scope")}
    answer = await ask(Path(settings.data), "edit", until=until, **wanted)
    if answer is not None:
        return dict(answer)
    async with opened(settings) as (house, _engine, _shelf):
        # Whoever publishes next announces what follows from it.
        return act_json((await house.store.edit(act, house.clock.now())).act)
