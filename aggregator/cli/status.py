"""``aggregator status``: sources, topics and errors at a glance."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.model.source import SourceCondition

if TYPE_CHECKING:
    from aggregator.model.pace import Pace
    from aggregator.model.sending import TargetStatus
    from aggregator.model.status import SourceStatus, Status, TopicStatus
    from aggregator.settings import Settings


@click.command("status")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Show sources, topics and errors at a glance."""
    from aggregator.bootstrap import run
    from aggregator.pages.json_shapes import status_json

    status = run(_status(invocation.settings()))
    if status is None:
        click.echo("nothing is stored yet; `aggregator poll` fetches now", err=True)
    elif invocation.as_json:
        echo_json(status_json(status))
    else:
        _show(status)


async def _status(settings: Settings) -> Status | None:
    from aggregator.bootstrap import open_store_for_reading

    store = open_store_for_reading(settings)
    if store is None:
        return None
    try:
        return await store.status(settings.topics, datetime.now(UTC))
    finally:
        await store.close()


def _show(status: Status) -> None:
    conditions = Counter(source.state.condition for source in status.sources)
    parts = " · ".join(f"{conditions[condition]} {condition}" for condition in SourceCondition if conditions[condition])
    click.echo(f"{len(status.sources)} sources  {parts}      {len(status.topics)} topics  {status.entries} entries")
    failing = [source for source in status.sources if source.state.condition is not SourceCondition.OK]
    _table(("source", "state", "since", "why", "next try"), [_failing_row(source, status.at) for source in failing])
    paced = [pace for pace in status.paces if pace.paced]
    _table(("host", "one request every", "learned", "why"), [_pace_row(pace, status.at) for pace in paced])
    troubled = [one for one in status.outbox if one.dead or one.detail]
    _table(
        ("outbox", "waiting", "given up", "last sent", "why", "next try"),
        [_target_row(one, status.at) for one in troubled],
    )
    _table(
        ("topic", "entries", "stories", "last changed", "waiting"),
        [_topic_row(topic, status.at) for topic in status.topics],
    )


def _failing_row(source: SourceStatus, now: datetime) -> tuple[str, ...]:
    from aggregator.pages.secrecy import shown_url

    state = source.state
    return (
        source.source.id,
        str(state.condition),
        _ago(state.first_error_at, now),
        state.last_error or (f"polled at {shown_url(state.moved_to)}" if state.moved_to else ""),
        f"in {_span((state.next_poll_at - now).total_seconds())}" if state.next_poll_at else "never",
    )


def _pace_row(pace: Pace, now: datetime) -> tuple[str, ...]:
    latest = pace.findings[0] if pace.findings else None
    return (
        f"*.{pace.key}" if pace.merged else pace.key,
        "probe" if pace.trouble or pace.spacing is None else _span(pace.spacing.total_seconds()),
        _ago(latest.at, now) if latest else "",
        f"{latest.rule}: {latest.evidence}" if latest else "",
    )


def _topic_row(topic: TopicStatus, now: datetime) -> tuple[str, ...]:
    return (
        topic.slug,
        str(topic.entries),
        str(topic.stories),
        _changed(topic, now),
        _waiting(topic, now),
    )


def _waiting(topic: TopicStatus, now: datetime) -> str:
    """Say how much waits at which gate, and when the next may come out."""
    from aggregator.pages.queues import next_of

    told = ", ".join(f"{queue.waiting} {queue.rule}" for queue in topic.queues)
    at = next_of(topic.queues)
    return told if at is None else f"{told}; next in {_span((at - now).total_seconds())}"


def _changed(topic: TopicStatus, now: datetime) -> str:
    """Say when a topic last changed, and how far a rule that changed has come."""
    if topic.matched < 1:
        return f"{_ago(topic.updated_at, now)}; {topic.matched:.0%} of what is kept is matched"
    return _ago(topic.updated_at, now)


def _target_row(one: TargetStatus, now: datetime) -> tuple[str, ...]:
    return (
        f"{one.way} {one.topic} {one.target}",
        str(one.waiting),
        str(one.dead),
        _ago(one.sent_at, now),
        one.detail,
        f"in {_span((one.next_at - now).total_seconds())}" if one.next_at else "never",
    )


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{_span((now - at).total_seconds())} ago" if at else "never"


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table: with lines and colour on a terminal, with tabs for other programs."""
    if not rows:
        return
    if not sys.stdout.isatty():
        click.echo("\n".join("\t".join(row) for row in (head, *rows)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*head, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
