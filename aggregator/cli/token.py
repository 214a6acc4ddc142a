"""``aggregator token``: the address of a private feed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.model.topic import Topic
    from aggregator.settings import Settings


@click.command("token")
@click.argument("slug", metavar="TOPIC")
@click.option("--revoke", is_flag=True, help="Let no address of the topic work any longer.")
@click.pass_obj
def command(invocation: Invocation, slug: str, revoke: bool) -> None:
    """Make an address for a topic with `access: token`, or revoke all that were made.

    The address is shown this once, for only a hash of it is kept. Every call makes another, and those made before
    go on: one for each who reads it.
    """
    from aggregator.bootstrap import run

    settings = invocation.settings()
    topic = _topic(settings, slug)
    answer = run(_revoke(settings, topic) if revoke else _make(settings, topic))
    if invocation.as_json:
        echo_json(answer)
    elif revoke:
        click.echo(f"{slug}: {answer['revoked']} addresses revoked")
    else:
        for address in answer["addresses"]:
            click.echo(address)


def _topic(settings: Settings, slug: str) -> Topic:
    from aggregator.model.topic import Access

    topic = next((one for one in settings.topics if one.slug == slug), None)
    if topic is None:
        known = ", ".join(one.slug for one in settings.topics if one.access is Access.TOKEN) or "none"
        raise AggregatorError(f"{slug}: no such topic; those with `access: token` are: {known}")
    if topic.access is not Access.TOKEN:
        raise AggregatorError(f"{slug}: is public and needs no token; give it `access: token` to make it private")
    return topic


async def _make(settings: Settings, topic: Topic) -> dict[str, Any]:
    from aggregator.bootstrap import opened, site_facts
    from aggregator.service.control import ask
    from aggregator.service.keeping import Keeping

    token = await ask(Path(settings.data), "token", topic=topic.slug)
    if token is None:
        async with opened(settings) as (house, engine, _shelf):
            token = await Keeping(house, engine).doors.open(topic.slug)
    base = f"{site_facts(settings).base_url}/f/{token}/{topic.slug}"
    return {"topic": topic.slug, "addresses": [f"{base}.{one.value}" for one in topic.output.formats]}


async def _revoke(settings: Settings, topic: Topic) -> dict[str, Any]:
    from aggregator.bootstrap import opened
    from aggregator.service.control import ask
    from aggregator.service.keeping import Keeping

    revoked = await ask(Path(settings.data), "revoke", topic=topic.slug)
    if revoked is None:
        async with opened(settings) as (house, engine, _shelf):
            revoked = await Keeping(house, engine).doors.close(topic.slug)
    return {"topic": topic.slug, "revoked": revoked}
