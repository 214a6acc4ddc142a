"""``aggregator import``: the lists of feeds that other programs keep."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import Invocation, echo_json
from aggregator.cli.sources_files import put
from aggregator.errors import AggregatorError, FormatError

if TYPE_CHECKING:
    from aggregator.model.outline import FeedList, Lost
    from aggregator.settings.importing import Import

_SHOWN_LOST = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", metavar="NAME", help="Name of the new file and of its default group; default is that of FILE.")
@click.option("--dry-run", is_flag=True, help="Print the sources, write nothing.")
@click.option("--force", is_flag=True, help="Replace a file of sources that is there.")
@click.pass_obj
def command(invocation: Invocation, file: Path, name: str | None, dry_run: bool, force: bool) -> int:
    """Turn FILE into sources, in sources/NAME.yaml beside the configuration.

    Reads OPML, Planet and Venus INI, rss-funnel YAML, newsboat's urls, the JSON of Miniflux and of the Google Reader
    interface, tables with a heading, and plain lists of addresses. What is a source already is left out, and what
    cannot be kept is named with the reason.
    """
    from aggregator.settings.importing import plan_import
    from aggregator.settings.writing import sources_file

    settings = invocation.settings()
    listed = _read(file)
    slug = name or _slug(file)
    path = invocation.config_path().parent / "sources" / f"{slug}.yaml"
    if not re.fullmatch(r"[\w][\w.-]*", slug):
        raise click.UsageError(f"--name {slug}: a name is made of letters, digits, '.', '_' and '-'")
    if path.exists() and not (force or dry_run):
        raise AggregatorError(f"{path}: is there already; --name chooses another, --force replaces it")
    elsewhere = [
        source.url
        for source, origin in zip(settings.sources, settings.origins, strict=True)
        if Path(origin.place.rpartition(":")[0]).absolute() != path.absolute()
    ]
    plan = plan_import(listed, name=slug, known=elsewhere)
    text = sources_file(plan.groups, head=f"From {file.name} ({listed.format}).") if plan.kept else ""
    if dry_run:
        click.echo(text, nl=False)
    elif plan.kept:
        put(invocation, f"{slug}.yaml", text)
    _tell(invocation, listed, plan, path=path if plan.kept and not dry_run else None)
    return 0


def _read(file: Path) -> FeedList:
    from aggregator.parse import read_feed_list
    from aggregator.settings.importing import plain_yaml

    try:
        return read_feed_list(file.read_bytes(), load_yaml=plain_yaml)
    except FormatError as error:
        raise AggregatorError(f"{file}: {error}") from error
    except OSError as error:
        raise AggregatorError(f"{file}: cannot be read: {error.strerror}") from error


def _slug(file: Path) -> str:
    stem = file.name.partition(".")[0]
    return re.sub(r"[^a-z0-9_-]+", "-", stem.lower()).strip("-") or "imported"


def _tell(invocation: Invocation, listed: FeedList, plan: Import, *, path: Path | None) -> None:
    if invocation.as_json:
        echo_json(
            {
                "format": listed.format,
                "file": str(path) if path else None,
                "sources": plan.kept,
                "groups": {group: len(sources) for group, sources in plan.groups.items()},
                "known": plan.known,
                "lost": [{"what": lost.what, "why": lost.why} for lost in plan.lost],
            }
        )
        return
    where = f"{path}: " if path else ""
    click.echo(
        f"{where}{plan.kept} sources in {len(plan.groups)} groups, from {listed.format}; {len(plan.known)} were known",
        err=path is None,
    )
    _tell_lost(plan.lost)


def _tell_lost(lost: list[Lost]) -> None:
    """Name what was lost, what is lost for the same reason together."""
    reasons: dict[str, list[str]] = {}
    for one in lost:
        reasons.setdefault(one.why, []).append(one.what)
    if lost:
        click.echo(f"{len(lost)} things could not be kept:", err=True)
    for why, whats in list(reasons.items())[:_SHOWN_LOST]:
        named = ", ".join(whats[:3]) + (f" and {len(whats) - 3} more" if len(whats) > 3 else "")  # noqa: PLR2004
        click.echo(f"  {named}: {why}", err=True)
    if len(reasons) > _SHOWN_LOST:
        click.echo(f"  and {len(reasons) - _SHOWN_LOST} more reasons; --json names everything", err=True)
