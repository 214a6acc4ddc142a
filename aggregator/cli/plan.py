"""``aggregator plan``: what a changed config would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.entries import Duration
from aggregator.cli.main import EXIT_FAILED, Invocation, echo_json
from aggregator.errors import SettingsError

if TYPE_CHECKING:
    from aggregator.model.planned import Planned, Proposed
    from aggregator.pipeline.plan import Question
    from aggregator.settings import Settings


@click.command("plan")
@click.option("--config", "new", metavar="NEW", help="The changed configuration; default is the one in use.")
@click.option("--since", metavar="30d", type=Duration(), default="30d", show_default=True, help="How far to look back.")
@click.option("--samples", type=click.IntRange(0, 1000), default=3, show_default=True, help="Of each kind and topic.")
@click.option("--strict", is_flag=True, help="Fail when a reload would refuse it.")
@click.pass_obj
def command(invocation: Invocation, new: str | None, since: timedelta, samples: int, strict: bool) -> int:
    """Show what a changed config would add to and take from each topic; changes nothing."""
    from aggregator.bootstrap import read_settings, run
    from aggregator.pages.plan_shapes import plan_json, plan_lines
    from aggregator.pipeline.plan import Question

    settings = invocation.settings() if new is None else read_settings(Path(new))
    data = settings.data if new is None else _data(invocation) or settings.data
    planned = run(look(replace(settings, data=data), Question(since=since, shown=samples)))
    if planned is None:
        click.echo("nothing is stored yet; `aggregator poll` fetches now", err=True)
        return EXIT_FAILED
    bound = settings.reload_bound
    if invocation.as_json:
        echo_json(plan_json(planned, bound, samples))
    else:
        click.echo("\n".join(plan_lines(planned, bound, samples)))
    return EXIT_FAILED if strict and planned.beyond(bound) else 0


async def look(settings: Settings, question: Question) -> Planned | None:
    """Plan a configuration over what is stored; None when that is nothing."""
    from aggregator.bootstrap import open_store_for_reading
    from aggregator.pipeline.plan import plan
    from aggregator.service.clock import SystemClock

    store = open_store_for_reading(settings)
    if store is None:
        return None
    try:
        return await plan(store, proposed(settings), SystemClock(), question)
    finally:
        await store.close()


def proposed(settings: Settings) -> Proposed:
    """Put a configuration into the form in which it is tried out."""
    from aggregator.bootstrap import make_plan
    from aggregator.model.planned import Proposed
    from aggregator.semantic import load_meaning

    new = make_plan(settings)
    meaning = load_meaning() if settings.semantic else None
    return Proposed(sources=new.sources, topics=new.topics, site=new.site, meaning=meaning)


def _data(invocation: Invocation) -> str | None:
    """Find the data of the configuration in use; the changed one may lie elsewhere, as in a checkout."""
    from aggregator.bootstrap import read_settings

    try:
        return read_settings(invocation.config_path()).data
    except (SettingsError, click.UsageError):
        return None
