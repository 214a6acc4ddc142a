"""``aggregator backup``: a copy of the database, made while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.main import Invocation, echo_json


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def command(invocation: Invocation, file: Path) -> None:
    """Copy the database to FILE, also while the daemon runs.

    The copy is that of one moment, checked from the first page to the last, and put in place at once; an older copy
    is replaced. Keep the configuration with it.
    """
    from aggregator.bootstrap import database_path
    from aggregator.store.sqlite.copies import back_up

    facts = back_up(database_path(invocation.settings()), file)
    if invocation.as_json:
        echo_json({"file": str(file), "entries": facts.entries, "sources": facts.sources, "bytes": facts.bytes})
    elif invocation.verbosity >= 0:
        click.echo(f"{file}: {facts}, checked")
