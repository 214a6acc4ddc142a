"""``aggregator doctor``: what the publishers of feeds should mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.model.finding import Finding
    from aggregator.model.status import SourceStatus, Status
    from aggregator.settings import Settings

_KEPT_POLLS = 30
_WORST = 10
_SHOWN = 3


@click.command("doctor")
@click.argument("source", required=False)
@click.pass_obj
def command(invocation: Invocation, source: str | None) -> None:
    """Say what is wrong with the feed of SOURCE, in a letter to its publisher; without SOURCE, which are the worst.

    Goes by the last document and the last polls. A single source that is due is polled first, unless a daemon runs,
    which does that anyway.
    """
    from aggregator.bootstrap import run
    from aggregator.pages.advice import by_weight, finding_json, letter, weight
    from aggregator.pages.secrecy import without_secrets
    from aggregator.pipeline.diagnose import diagnose

    settings = invocation.settings()
    known = run(_status(settings, source))
    patients = [(one, diagnose(one)) for one in without_secrets(known).sources] if known else []
    if source is not None:
        patients = [pair for pair in patients if pair[0].source.id == source]
        if not patients:
            raise AggregatorError(f"source:{source}: nothing is known of it; `aggregator poll {source}` fetches it")
    else:
        patients = sorted((pair for pair in patients if pair[1]), key=lambda pair: -weight(pair[1]))[:_WORST]
    for one, findings in patients:
        if invocation.as_json:
            shaped = [finding_json(finding) for finding in by_weight(findings)]
            echo_json({**_named(one), "findings": shaped, "letter": letter(_url(one), _title(one), findings)})
        elif source is not None:
            _show(one, findings)
        else:
            _list(one, findings)
    if not patients and not invocation.as_json:
        click.echo("nothing to mend is known", err=True)


async def _status(settings: Settings, source: str | None) -> Status | None:
    from aggregator.bootstrap import open_store_for_reading

    if source is not None:
        await _poll_if_due(settings, source)
    store = open_store_for_reading(settings)
    if store is None:
        return None
    try:
        return await store.status((), datetime.now(UTC), polls=_KEPT_POLLS)
    finally:
        await store.close()


async def _poll_if_due(settings: Settings, source: str) -> None:
    """Poll a source whose time has come, as any round would; a daemon does so by itself."""
    from aggregator.bootstrap import opened
    from aggregator.errors import StoreBusy

    try:
        async with opened(settings) as (house, engine, _shelf):
            try:
                await engine.start()
                states = (await engine.status()).sources
                now = house.clock.now()
                if any(one.source.id == source and _is_due(one, now) for one in states):
                    await engine.poll_named((source,))
            finally:
                await engine.stop(timedelta())
    except StoreBusy:
        return


def _is_due(one: SourceStatus, now: datetime) -> bool:
    return one.state.next_poll_at is not None and one.state.next_poll_at <= now


def _named(one: SourceStatus) -> dict[str, Any]:
    return {"id": one.source.id, "url": _url(one), "title": _title(one), "examined": one.state.findings is not None}


def _url(one: SourceStatus) -> str:
    from aggregator.pages.secrecy import shown_url

    return shown_url(one.state.moved_to or one.source.url)


def _title(one: SourceStatus) -> str:
    return one.source.title or one.state.profile.title or one.source.id


def _show(one: SourceStatus, findings: tuple[Finding, ...]) -> None:
    from aggregator.model.finding import Flaw
    from aggregator.pages.advice import letter, sentence

    for finding in findings:
        if finding.flaw is Flaw.MOVED:
            click.echo(f"for you: {sentence(finding)}: put it into the configuration", err=True)
    text = letter(_url(one), _title(one), findings)
    if text:
        click.echo(text)
    elif one.state.findings is None:
        click.echo(f"{one.source.id}: no document of it was examined yet", err=True)
    else:
        click.echo(f"{one.source.id}: nothing to mend")


def _list(one: SourceStatus, findings: tuple[Finding, ...]) -> None:
    from aggregator.pages.advice import by_weight, sentence

    click.echo(f"{one.source.id}  {_url(one)}")
    for finding in by_weight(findings)[:_SHOWN]:
        click.echo(f"  {sentence(finding)}")
    if len(findings) > _SHOWN:
        click.echo(f"  and {len(findings) - _SHOWN} more: aggregator doctor {one.source.id}")
