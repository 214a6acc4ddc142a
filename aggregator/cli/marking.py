"""What ``pin``, ``hide`` and ``note`` share: what is marked, where, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from aggregator.cli.editing import carry_out, editor
from aggregator.cli.main import Invocation
from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.topic import TopicMode

if TYPE_CHECKING:
    from aggregator.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def target_options(command: Command) -> Command:
    """Let a command say what is marked, and until when."""
    for option in (
        click.option("--until", metavar="DATE", help="When it ends: a date, a date and time, or a span such as 3d."),
        click.option(
            "--source", "scope", flag_value=Scope.SOURCE, type=Scope, help="ID is a source, with all of its entries."
        ),
        click.option("--story", "scope", flag_value=Scope.STORY, type=Scope, help="The whole story (default)."),
        click.option(
            "--entry",
            "scope",
            flag_value=Scope.ENTRY,
            type=Scope,
            help="This entry only (default in topics of entries).",
        ),
    ):
        command = option(command)
    return command


def mark(invocation: Invocation, kind: ActKind, said: dict[str, Any]) -> None:
    """Carry out a mark, and say what was done.

    Args:
        invocation: Of the root command.
        kind: Pin, hide or note.
        said: ``named``, ``topic``, ``scope``, ``until`` and ``why`` as on the command line.

    Raises:
        click.UsageError: There is no such topic, or that is no date.
    """
    settings = invocation.settings()
    act = Act(
        kind=kind,
        named=(said["named"],),
        topic=said["topic"],
        scope=said["scope"] or _scope(settings, said["topic"]),
        until=_until(said["until"], settings.site.timezone),
        who=editor(),
        why=said["why"],
    )
    carry_out(invocation, act, settings)


def _scope(settings: Settings, topic: str | None) -> Scope:
    modes = {one.slug: one.mode for one in settings.topics}
    if topic is not None and topic not in modes:
        raise click.UsageError(f"there is no topic '{topic}'")
    return Scope.ENTRY if topic is not None and modes[topic] is TopicMode.ENTRIES else Scope.STORY


def _until(text: str | None, timezone: str) -> datetime | None:
    """Read when a mark ends; a date ends as it begins, and what names no zone is in that of the site."""
    from aggregator.settings.units import parse_duration

    if text is None:
        return None
    now = datetime.now(UTC)
    try:
        until = now + parse_duration(text) if text[-1:].isalpha() and "T" not in text else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise click.UsageError(f"--until {text}: is no date such as 2026-12-01, and no span such as 3d") from None
    until = until if until.tzinfo else until.replace(tzinfo=ZoneInfo(timezone))
    if until <= now + timedelta(seconds=1):
        raise click.UsageError(f"--until {text}: is over already")
    return until.astimezone(UTC)
