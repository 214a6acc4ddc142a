"""``aggregator init``: a commented starter configuration."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.main import EXIT_FAILED


@click.command("init")
@click.argument("path", default="aggregator.yaml", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(path: Path, force: bool) -> int:
    """Write a commented starter config here, or to PATH."""
    from aggregator.settings import json_schema, starter_config

    if path.exists() and not force:
        click.echo(f"error: {path}: is there already; --force replaces it", err=True)
        return EXIT_FAILED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(starter_config(), encoding="utf-8")
    path.with_name("aggregator.schema.json").write_bytes(json_schema())
    click.echo(f"{path}: written. Next: aggregator -c {path} check, then aggregator -c {path} run")
    return 0
