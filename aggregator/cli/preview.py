"""``aggregator preview``: what a topic would hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from aggregator.cli.entries import Duration
from aggregator.cli.main import EXIT_FAILED, Invocation, echo_json
from aggregator.cli.plan import look
from aggregator.errors import Problem, QueryError, SettingsError

if TYPE_CHECKING:
    from aggregator.model.planned import Planned
    from aggregator.settings import Settings


@click.command("preview")
@click.argument("topic")
@click.option("--match", metavar="QUERY", help="With this query instead of the configured one.")
@click.option("--since", metavar="7d", type=Duration(), default="7d", show_default=True, help="How far to look back.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many entries.")
@click.pass_obj
def command(invocation: Invocation, topic: str, match: str | None, since: timedelta, limit: int) -> int:
    """Show what TOPIC would hold, without saving: `+` enters, `-` leaves, `=` stays, each with the reason.

    TOPIC may be one that is not there yet, when --match says what it takes.
    """
    from aggregator.bootstrap import listening, run
    from aggregator.pages.plan_shapes import entry_json
    from aggregator.pipeline.plan import Question

    settings = listening(_with_topic(invocation.settings(), topic, match))
    question = Question(since=since, shown=limit, asked=frozenset((topic,)), only=frozenset((topic,)))
    planned = run(look(settings, question))
    if planned is None:
        click.echo("nothing is stored yet; `aggregator poll` fetches now", err=True)
        return EXIT_FAILED
    if not invocation.as_json:
        _show(planned, topic, limit)
        return 0
    for one in planned.topics:
        if one.slug == topic:
            for entry in one.entries[:limit]:
                echo_json(entry_json(entry))
    return 0


def _with_topic(settings: Settings, slug: str, match: str | None) -> Settings:
    """Give the settings with the topic as it is to be looked at.

    Raises:
        SettingsError: The query cannot be read.
    """
    from aggregator.model.topic import Topic
    from aggregator.topics import parse_query

    if match is not None:
        try:
            parse_query(match)
        except QueryError as error:
            place = Problem(file="--match", line=1, column=error.column, path="", what=error.what, hint=error.hint)
            raise SettingsError((replace(place, frame=match),)) from error
    known = {topic.slug: topic for topic in settings.topics}
    if slug in known:
        if match is not None:
            known[slug] = replace(known[slug], match=match)
        return replace(settings, topics=tuple(known.values()))
    if match is None:
        import difflib

        near = difflib.get_close_matches(slug, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "with --match you can try one that is not there yet"
        raise click.UsageError(f"there is no topic '{slug}'; {hint}")
    return replace(settings, topics=(*settings.topics, Topic(slug=slug, title=slug, match=match)))


def _show(planned: Planned, slug: str, limit: int) -> None:
    from aggregator.model.planned import Mark
    from aggregator.pages.plan_shapes import entry_line, volume

    for one in planned.topics:
        if one.slug != slug:
            continue
        for entry in one.entries[:limit]:
            click.echo(entry_line(entry))
        if len(one.entries) > limit:
            click.echo(f"… and {len(one.entries) - limit} more; --limit shows them")
        counts = " ".join(f"{mark}{one.count(mark)}" for mark in Mark)
        click.echo(f"{counts}  {volume(one, planned.since)}, {one.announced} would be announced at once")
