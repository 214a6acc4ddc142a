"""``aggregator explain``: why a source is polled then, why an entry is here or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import EXIT_FAILED, Invocation, echo_json

if TYPE_CHECKING:
    from aggregator.model.status import Explanation
    from aggregator.settings import Settings


@click.command("explain")
@click.argument("subject", metavar="URL-or-ID")
@click.argument("more", metavar="[TOPIC]", required=False)
@click.pass_obj
def command(invocation: Invocation, subject: str, more: str | None) -> int:
    """Explain an entry by its address or id: why it is in its topics, or in TOPIC or not.

    `explain source ID` tells when the source ID is polled and why then.
    """
    from aggregator.bootstrap import run
    from aggregator.pages.json_shapes import explanation_json

    settings = invocation.settings()
    if subject == "source" and more is None:
        raise click.UsageError("which source? `aggregator explain source ID`")
    if subject != "source" and more is not None and more not in {topic.slug for topic in settings.topics}:
        raise click.UsageError(f"there is no topic '{more}'")
    found = run(_explain(settings, subject, more))
    if not found:
        what = f"source '{more}'" if subject == "source" else f"entry '{subject}'"
        click.echo(f"{what} is not known; `aggregator status` and `aggregator entries` list what is", err=True)
        return EXIT_FAILED
    for one in found:
        if invocation.as_json:
            echo_json(explanation_json(one))
        else:
            _show(one)
    return 0


async def _explain(settings: Settings, subject: str, more: str | None) -> tuple[Explanation, ...]:
    from aggregator.bootstrap import open_store_for_reading, schooled
    from aggregator.pipeline.explain import explain_entry, explain_source
    from aggregator.pipeline.liking import with_tastes

    store = open_store_for_reading(settings)
    if store is None:
        return ()
    try:
        if subject == "source" and more is not None:
            explanation = await explain_source(store, more, datetime.now(UTC))
            return () if explanation is None else (explanation,)
        topics = with_tastes(settings.topics, await schooled(store, settings) if more is not None else ())
        return await explain_entry(store, topics, subject, more, datetime.now(UTC))
    finally:
        await store.close()


def _show(one: Explanation) -> None:
    click.echo(f"{one.kind} {one.id}  {one.title}  ({one.state})")
    if one.url:
        click.echo(f"  {one.url}")
    width = max((len(record.stage) for record in one.records), default=0)
    for record in one.records:
        evidence = f": {record.evidence}" if record.evidence else ""
        click.echo(f"  {record.stage:<{width}}  {record.verdict} [{record.rule}]{evidence}")
