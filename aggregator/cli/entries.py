"""``aggregator entries``: what is stored."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.model.entry import StoredEntry
    from aggregator.model.status import EntryFilter
    from aggregator.settings import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Duration(click.ParamType[timedelta]):
    """A duration such as ``90m``, ``12h`` or ``7d``."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        found = re.fullmatch(r"(\d{1,6})([smhdw])", str(value))
        if found is None:
            self.fail(f"{value!r} is no duration such as 90m, 12h or 7d", param, ctx)
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


@click.command("entries")
@click.option("--source", metavar="ID", help="Only of this source.")
@click.option("--topic", metavar="SLUG", help="Only what this topic matches.")
@click.option("--story", metavar="ID", help="Only of this story.")
@click.option("--since", metavar="7d", type=Duration(), help="Only what was first seen within so much time.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.pass_obj
def command(
    invocation: Invocation,
    source: str | None,
    topic: str | None,
    story: str | None,
    since: timedelta | None,
    limit: int | None,
) -> None:
    """List what is stored, one entry a line, what was seen last first."""
    from aggregator.bootstrap import run
    from aggregator.model.status import EntryFilter
    from aggregator.pages.json_shapes import entry_json

    wanted = EntryFilter(source=source, topic=topic, story=story, since=since, limit=limit)
    for stored, story_id in run(_entries(invocation.settings(), wanted)):
        if invocation.as_json:
            echo_json(entry_json(stored, story_id))
        else:
            at = stored.entry.published_at or stored.first_seen_at
            key = stored.entry.key
            click.echo(f"{key.short}  {at:%Y-%m-%d %H:%M}  {key.source}  {stored.entry.title}")


async def _entries(settings: Settings, wanted: EntryFilter) -> tuple[tuple[StoredEntry, str], ...]:
    from aggregator.bootstrap import open_store_for_reading

    store = open_store_for_reading(settings)
    if store is None:
        click.echo("nothing is stored yet; `aggregator poll` fetches now", err=True)
        return ()
    try:
        return await store.entries(wanted, datetime.now(UTC))
    finally:
        await store.close()
