"""``aggregator export``: sources or topics as OPML, one topic as Markdown or a feed, the acts of editors as YAML."""

from __future__ import annotations

import difflib
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
    from aggregator.model.edition import Edition, SiteFacts
    from aggregator.model.source import Source
    from aggregator.model.topic import Topic
    from aggregator.settings import Settings

FORMATS = ("markdown", "atom", "rss", "json")


@click.command("export")
@click.option("--topics", is_flag=True, help="The topics, to subscribe to, instead of the sources.")
@click.option(
    "--acts", is_flag=True, help="What editors pinned, hid, noted, merged and split and what still holds, as YAML."
)
@click.option("--topic", "slug", metavar="TOPIC", help="What this topic shows now.")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(FORMATS),
    help="How --topic is written.  [default: markdown; json with --json]",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it here.")
@click.pass_obj
def command(
    invocation: Invocation, topics: bool, acts: bool, slug: str | None, wanted: str | None, output: Path | None
) -> None:
    """Write the sources as OPML, groups as folders and tags as categories; or the topics, or what editors did.

    With --topic it is what one topic shows now, as Markdown or as the feed that readers get: nothing is polled,
    nothing announced.

    Sources with credentials, addresses that hold a secret, and local files stay at home, and are counted.
    """
    from aggregator.bootstrap import run

    if wanted is not None and slug is None:
        raise click.UsageError("--format says how --topic is written; name one")
    if sum((topics, acts, slug is not None)) > 1:
        raise click.UsageError("choose one of --topic, --topics and --acts")
    settings = invocation.settings()
    if slug is not None:
        body = _topic(settings, slug, wanted or ("json" if invocation.as_json else FORMATS[0]))
    else:
        body = _overrides(run(journal(settings))) if acts else _opml(settings, topics=topics)
    if output is None:
        click.echo(body, nl=False)
        return
    try:
        output.write_bytes(body)
    except OSError as error:
        raise AggregatorError(f"{output}: cannot be written: {error.strerror}") from error


def _opml(settings: Settings, *, topics: bool) -> bytes:
    """Write the sources, or the topics; what stays at home is counted."""
    from aggregator.bootstrap import run, site_facts
    from aggregator.publish import render_sources_opml, render_topics_opml

    site = site_facts(settings)
    if topics:
        return render_topics_opml(settings.topics, site)
    sources = run(_as_known(settings))
    body = render_sources_opml(sources, site)
    left = len(sources) - body.count(b" xmlUrl=")
    if left:
        click.echo(f"{left} sources stay at home: private, secret, local, or a page whose feed is unknown", err=True)
    return body


def _topic(settings: Settings, slug: str, wanted: str) -> bytes:
    """Write a topic as it is served.

    Raises:
        click.UsageError: It is not in the configuration.
        AggregatorError: It never announced anything.
    """
    from aggregator.bootstrap import run, site_facts
    from aggregator.model.topic import FeedFormat
    from aggregator.publish import render, render_markdown

    topic = next((one for one in settings.topics if one.slug == slug), None)
    if topic is None:
        near = difflib.get_close_matches(slug, [one.slug for one in settings.topics], n=1)
        raise click.UsageError(f"there is no topic '{slug}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    site = site_facts(settings)
    edition = run(_shown(settings, topic, site))
    if edition is None:
        raise AggregatorError(f"topic {slug}: has announced nothing yet; `aggregator poll` fetches now")
    if wanted == FORMATS[0]:
        return render_markdown(edition, site).body
    output = replace(edition.output, formats=(FeedFormat(wanted),))
    return render(replace(edition, output=output), site)[0].body


async def _shown(settings: Settings, topic: Topic, site: SiteFacts) -> Edition | None:
    from aggregator.bootstrap import open_store_for_reading
    from aggregator.publish import compose

    store = open_store_for_reading(settings)
    if store is None:
        return None
    now = datetime.now(UTC)
    try:
        return await store.shown(topic, now, lambda view: compose(view, now=now, site=site))
    finally:
        await store.close()


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
