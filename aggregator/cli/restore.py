"""``aggregator restore``: a copy of the database takes its place."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.main import Invocation, echo_json


@click.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Keep a database that is there beside the new one.")
@click.pass_obj
def command(invocation: Invocation, file: Path, replace: bool) -> None:
    """Put FILE, made by `aggregator backup`, in the place of the database.

    The daemon must not run. A database that is there is not touched without --replace, and is kept then, too.
    """
    from aggregator.bootstrap import database_path
    from aggregator.service.lock import FolderLock
    from aggregator.store.sqlite import copies

    database, aside = database_path(invocation.settings()), None
    lock = FolderLock(database.parent)
    lock.acquire()
    try:
        # Only once the copy is known to be good the other one makes way.
        facts = copies.inspect(file)
        aside = copies.set_aside(database) if replace else None
        copies.restore(file, database)
    finally:
        lock.release()
    if invocation.as_json:
        shape = {"file": str(file), "entries": facts.entries, "sources": facts.sources, "bytes": facts.bytes}
        echo_json(shape | {"aside": None if aside is None else str(aside)})
    elif invocation.verbosity >= 0:
        if aside is not None:
            click.echo(f"{aside}: the database that was there")
        click.echo(f"{file}: {facts}, restored; start the daemon, it goes on from there")
