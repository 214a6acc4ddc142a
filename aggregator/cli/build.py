"""``aggregator build``: the static site."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.publish import WrittenSite
    from aggregator.settings import Settings


@click.command("build")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def command(invocation: Invocation, folder: Path) -> None:
    """Write the static site to DIR: feeds, pages, OPML.

    Only files that changed are written, each put in place at once; what else lies in DIR is left alone.
    """
    from aggregator.bootstrap import run

    written = run(_build(invocation.settings(), folder))
    if invocation.as_json:
        echo_json(
            {"written": len(written.written), "unchanged": len(written.unchanged), "removed": len(written.removed)}
        )
    elif invocation.verbosity >= 0:
        click.echo(
            f"{folder}: {len(written.written)} files written, {len(written.unchanged)} as they were, "
            f"{len(written.removed)} removed"
        )


async def _build(settings: Settings, folder: Path) -> WrittenSite:
    from aggregator.bootstrap import build_site, opened
    from aggregator.service.watchman import Watchman

    async with opened(settings) as (house, engine, shelf):
        try:
            await engine.start()
            await Watchman(house, engine, shelf).show()
            return await build_site(house, engine, shelf, folder)
        finally:
            await engine.stop(timedelta())
