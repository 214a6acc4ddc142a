"""``aggregator export``: sources or topics as OPML, the acts of editors as YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import Invocation
from aggregator.cli.undo import journal
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.model.editing import DoneAct
    from aggregator.model.source import Source
    from aggregator.settings import Settings


@click.command("export")
@click.option("--topics", is_flag=True, help="The topics, to subscribe to, instead of the sources.")
@click.option(
    "--acts", is_flag=True, help="What editors pinned, hid, noted, merged and split and what still holds, as YAML."
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it here.")
@click.pass_obj
def command(invocation: Invocation, topics: bool, acts: bool, output: Path | None) -> None:
    """Write the sources as OPML, groups as folders and tags as categories; or the topics, or what editors did.

    Sources with credentials, addresses that hold a secret, and local files stay at home, and are counted.
    """
    from aggregator.bootstrap import run, site_facts
    from aggregator.publish import render_sources_opml, render_topics_opml

    settings = invocation.settings()
    site = site_facts(settings)
    if acts:
        body = _overrides(run(journal(settings)))
    elif topics:
        body = render_topics_opml(settings.topics, site)
    else:
        sources = run(_as_known(settings))
        body = render_sources_opml(sources, site)
        left = len(sources) - body.count(b" xmlUrl=")
        if left:
            click.echo(
                f"{left} sources stay at home: private, secret, local, or a page whose feed is unknown", err=True
            )
    if output is None:
        click.echo(body, nl=False)
        return
    try:
        output.write_bytes(body)
    except OSError as error:
        raise AggregatorError(f"{output}: cannot be written: {error.strerror}") from error


def _overrides(acts: Iterable[DoneAct]) -> bytes:
    """Write the acts that hold, one a line; every JSON text is one of YAML, too."""
    from aggregator.pages.json_shapes import override_json

    now = datetime.now(UTC)
    lines = [json.dumps(override_json(act), ensure_ascii=False) for act in acts if act.holds(now)]
    return "".join(("overrides:\n", *(f"  - {line}\n" for line in lines))).encode()


async def _as_known(settings: Settings) -> tuple[Source, ...]:
    """Give the sources with the titles that their feeds say, and for pages the feeds that were found on them."""
    from aggregator.bootstrap import open_store_for_reading

    store = open_store_for_reading(settings)
    if store is None:
        return settings.sources
    try:
        status = await store.status((), datetime.now(UTC))
    finally:
        await store.close()
    known = {one.source.url: one.state for one in status.sources}
    return tuple(
        replace(
            source,
            title=source.title or state.profile.title,
            url=(state.moved_to or source.url) if source.page else source.url,
            page=source.page and state.moved_to is None,
        )
        if (state := known.get(source.url))
        else source
        for source in settings.sources
    )
