"""``aggregator discover``: the feeds behind an address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import EXIT_FAILED, Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.settings import Settings


@click.command("discover")
@click.argument("url")
@click.pass_obj
def command(invocation: Invocation, url: str) -> int:
    """List the feeds behind URL: a feed, a page of any site, a channel, a repository, a podcast.

    Works without a configuration, too. Asks a dozen times at most, each host at its pace.
    """
    found = search(url, invocation.settings_if_any())
    if invocation.as_json:
        echo_json(found)
    else:
        for feed in found["feeds"]:
            show(feed)
        _show_rest(found)
    return 0 if found["feeds"] else EXIT_FAILED


def search(url: str, settings: Settings | None) -> dict[str, Any]:
    """Search, through the daemon when one runs; give what ``--json`` prints."""
    from aggregator.bootstrap import run, search_feeds
    from aggregator.pages.json_shapes import discovery_json
    from aggregator.service.control import ask
    from aggregator.settings import Network

    async def find() -> dict[str, Any]:
        if settings is None:
            return discovery_json(await search_feeds(url, Network(), None))
        answer = await ask(Path(settings.data), "discover", url=url)
        if answer is not None:
            return dict(answer)
        return discovery_json(await search_feeds(url, settings.network, settings.site.contact))

    return run(find())


def show(feed: dict[str, Any]) -> None:
    """Print a feed: address, title, what is in it, how it was found."""
    newest = f", newest {feed['newest_at'][:10]}" if feed["newest_at"] else ""
    click.echo(feed["url"])
    click.echo(f"  {feed['title']}")
    click.echo(f"  {feed['format']}, {feed['entries']} entries{newest}; {feed['how']}: {feed['reason']}")
    for title in feed["titles"]:
        click.echo(f"  - {title}")


def _show_rest(found: dict[str, Any]) -> None:
    for offer in found["more"]:
        click.echo(f"not asked: {offer['url']}" + (f"  {offer['title']}" if offer["title"] else ""), err=True)
    if not found["feeds"]:
        complain(found)


def complain(found: dict[str, Any]) -> None:
    """Say where was looked, and what was there."""
    click.echo(f"error: {found['url']}: no feed was found", err=True)
    for one in found["rejected"]:
        click.echo(f"  {one['url']}: {one['why']}", err=True)
