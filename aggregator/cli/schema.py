"""``aggregator schema``: the JSON Schema of the configuration."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the config, for editors."""
    from aggregator.settings import json_schema

    click.echo(json_schema(), nl=False)
