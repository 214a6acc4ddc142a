"""``aggregator demo``: finished topics in a second, from samples, without a network."""

from __future__ import annotations

import tempfile
from functools import partial
from importlib.resources import as_file, files

import click

from aggregator.cli.main import Invocation
from aggregator.cli.run import serve


@click.command("demo")
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8080", show_default=True)
@click.pass_obj
def command(invocation: Invocation, listen: str) -> None:
    """Try it now: sample feeds, no network, and a data folder that is thrown away at the end."""
    from aggregator.bootstrap import read_settings, run
    from aggregator.service.logs import set_up

    set_up(verbosity=invocation.verbosity)
    with as_file(files("aggregator") / "samples") as samples, tempfile.TemporaryDirectory() as folder:
        variables = {"DEMO_DATA": folder, "DEMO_LISTEN": listen}
        load = partial(read_settings, samples / "demo.yaml", variables)
        click.echo(f"The demo: http://{listen}/ — stop it with Ctrl-C. `aggregator init` starts a config of your own.")
        run(serve(load(), load))
