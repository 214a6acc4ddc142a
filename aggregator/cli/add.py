"""``aggregator add``: find the feed behind an address and add it to the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.discover import complain, search, show
from aggregator.cli.main import EXIT_FAILED, Invocation, echo_json
from aggregator.cli.sources_files import put
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.settings import Settings

FILE = "added.yaml"


@click.command("add")
@click.argument("url")
@click.option("--group", metavar="NAME", default="", help="The group it is listed in; default added.")
@click.option("--id", "source_id", metavar="ID", help="Its short name; default is made from the address.")
@click.option("--title", metavar="TEXT", help="Its name; default is what the feed says.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="A tag; may be repeated.")
@click.option("--pick", metavar="N", type=click.IntRange(min=1), default=1, help="Which of several feeds; default 1.")
@click.option("--page", is_flag=True, help="Keep the page; its feed is found again whenever it moves.")
@click.pass_obj
def command(
    invocation: Invocation,
    url: str,
    group: str,
    source_id: str | None,
    title: str | None,
    tags: tuple[str, ...],
    pick: int,
    page: bool,
) -> int:
    """Find the feed behind URL and add it to sources/added.yaml beside the configuration.

    What stands in that file stays, comments included. A feed that is a source already is refused.
    """
    settings = invocation.settings()
    found = search(url, settings)
    if not found["feeds"]:
        complain(found)
        return EXIT_FAILED
    if pick > len(found["feeds"]):
        raise click.UsageError(f"--pick {pick}: there are only {len(found['feeds'])} feeds behind {found['url']}")
    feed = found["feeds"][pick - 1]
    _refuse_known(settings, feed["url"])
    place = {"page": found["url"]} if page and feed["how"] != "itself" else {"url": feed["url"]}
    wishes = {"id": source_id, "title": title, "tags": list(tags)}
    path = _write(invocation, {**place, **{key: value for key, value in wishes.items() if value}}, group)
    _tell(invocation, found, feed, path)
    return 0


def _refuse_known(settings: Settings, url: str) -> None:
    from aggregator.text.link_keys import canonical_link

    for source, origin in zip(settings.sources, settings.origins, strict=True):
        if canonical_link(source.url) == canonical_link(url):
            raise AggregatorError(f"{url}: is a source already: {source.id}, at {origin.place}")


def _write(invocation: Invocation, fields: dict[str, Any], group: str) -> Path:
    from aggregator.settings.writing import read_text, with_source

    path = invocation.config_path().parent / "sources" / FILE
    return put(invocation, FILE, with_source(path, read_text(path), fields, group))


def _tell(invocation: Invocation, found: dict[str, Any], feed: dict[str, Any], path: Path) -> None:
    if invocation.as_json:
        echo_json({"added": feed["url"], "file": str(path), "feed": feed})
        return
    show(feed)
    click.echo(f"{path}: added. `aggregator check` shows its id; a running daemon takes it with `aggregator reload`")
    for number, other in enumerate(found["feeds"], 1):
        if other is not feed:
            click.echo(f"also there: {other['url']}  {other['title']}  (--pick {number})", err=True)
