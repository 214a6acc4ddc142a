"""``aggregator search``: everything that is kept, in the query language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import EXIT_USAGE, Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.model.searching import Found, SearchHit
    from aggregator.settings import Settings


@click.command("search", context_settings={"ignore_unknown_options": True})
@click.argument("words", metavar="QUERY", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True, help="At most so many.")
@click.option("--before", metavar="ID", default="", help="Go on behind this entry.")
@click.pass_obj
def command(invocation: Invocation, words: tuple[str, ...], limit: int, before: str) -> int:
    """Search everything that is kept, what came last first, each with what was found in it.

    QUERY is in the language of topics; put it in quotes where the shell would take it apart.
    """
    from aggregator.bootstrap import run
    from aggregator.errors import QueryError

    text = " ".join(words)
    try:
        found = run(_search(invocation.settings(), text, limit, before))
    except QueryError as error:
        hint = f" ({error.hint})" if error.hint else ""
        click.echo(f"  {text}\n  {' ' * (error.column - 1)}^ {error.what}{hint}", err=True)
        return EXIT_USAGE
    if found is None:
        click.echo("nothing is stored yet; `aggregator poll` fetches now", err=True)
        return 0
    for hit in found.hits:
        _show(invocation, hit)
    if invocation.verbosity >= 0:
        _close(text, found)
    return 0


async def _search(settings: Settings, text: str, limit: int, before: str) -> Found | None:
    from aggregator.bootstrap import open_store_for_reading, schooled
    from aggregator.model.searching import Asked
    from aggregator.pipeline.liking import with_tastes
    from aggregator.pipeline.search import search
    from aggregator.topics import parse_query, senses_of

    query = parse_query(text)  # what is wrong with it is told, whether there is anything to search or not
    store = open_store_for_reading(settings)
    if store is None:
        return None
    try:
        taught = await schooled(store, settings) if query.likes else ()
        senses = senses_of(with_tastes(settings.topics, taught))
        return await search(store, Asked(text=text, now=datetime.now(UTC), limit=limit, before=before, senses=senses))
    finally:
        await store.close()


def _show(invocation: Invocation, hit: SearchHit) -> None:
    from aggregator.pages.json_shapes import hit_json

    if invocation.as_json:
        echo_json(hit_json(hit))
        return
    stored = hit.stored
    at = stored.entry.published_at or stored.first_seen_at
    key = stored.entry.key
    click.echo(f"{key.short}  {at:%Y-%m-%d %H:%M}  {key.source}  {stored.entry.title}")
    click.echo(f"              {hit.reason.evidence}")


def _close(text: str, found: Found) -> None:
    from aggregator.topics import in_words, parse_query

    query = parse_query(text)
    for warning in query.warnings:
        click.echo(f"column {warning.column}: {warning.what} ({warning.hint})", err=True)
    if not found.hits:
        click.echo(f"nothing found: {in_words(query)}", err=True)
    if found.before is not None:
        click.echo(f"there may be more: --before {found.before}", err=True)
