"""Files of sources that commands write beside the configuration."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.main import Invocation
from aggregator.errors import SettingsError


def put(invocation: Invocation, name: str, text: str) -> Path:
    """Write a file of sources below the configuration's folder; where the configuration does not bear it, undo it.

    When no ``include`` covers the file, say so and what to add.

    Raises:
        SettingsError: With this file the configuration would be wrong; all is as it was.
        AggregatorError: It cannot be written.
    """
    from aggregator.bootstrap import read_settings
    from aggregator.settings.writing import read_text, write_text

    config = invocation.config_path()
    path = config.parent / "sources" / name
    there, before = path.exists(), read_text(path)
    write_text(path, text)
    try:
        settings = read_settings(config)
    except SettingsError:
        if there:
            write_text(path, before)
        else:
            path.unlink()
        raise
    places = {Path(origin.place.rpartition(":")[0]).absolute() for origin in settings.origins}
    if path.absolute() not in places:
        click.echo(
            f"warning: no `include` of {settings.file} covers sources/{name}, so it is not read yet; add\n"
            "    include: [sources/*.yaml]",
            err=True,
        )
    return path
