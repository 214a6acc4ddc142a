"""The root command: options that all commands share, help in sections, errors in one place."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator import __version__
from aggregator.errors import AggregatorError, SettingsError

if TYPE_CHECKING:  # importing the settings costs 60 ms that `--help` should not pay
    from aggregator.settings import Settings

SECTIONS: dict[str, dict[str, str]] = {
    "Start": {
        "demo": "Try it now: sample feeds, no network, http://127.0.0.1:8080",
        "init": "Write a commented starter config here.",
        "run": "Poll, curate and serve until stopped (the daemon).",
        "check": "Validate the config; say exactly what is wrong and where.",
        "plan": "Show what a changed config would add to and take from each topic.",
    },
    "Sources": {
        "add": "Find the feed behind an address and add it.",
        "discover": "List the feeds behind an address.",
        "import": "Add every feed of another program's list.",
        "export": "Write sources or topics as OPML, editors' acts as YAML.",
        "poll": "Fetch now: everything due, or the sources named.",
        "pause": "Ask a source no more.",
        "resume": "Ask a paused source again.",
    },
    "Look inside": {
        "preview": "Show what a topic would hold, without saving anything.",
        "entries": "List what is stored.",
        "search": "Search everything that is kept, in the query language.",
        "explain": "Why an entry is here or not; why a source is polled then.",
        "status": "Sources, topics and errors at a glance.",
    },
    "Edit": {
        "pin": "Put something into a topic, whatever its rule says.",
        "hide": "Keep something out of a topic.",
        "note": "Write a note beside something, for editors.",
        "merge": "Make stories one.",
        "split": "Take entries out of a story.",
        "undo": "Take back what an editor did.",
    },
    "Care": {
        "doctor": "Say what the publishers of feeds should mend.",
        "build": "Write the static site: feeds, pages, OPML.",
        "reload": "Ask the running daemon to take the new config.",
        "backup": "Copy the database safely while running.",
        "restore": "Put a copy back.",
        "token": "Make or revoke the address of a private feed.",
        "prune": "Apply the keep rules now.",
        "schema": "Print the JSON Schema of the config, for editors.",
    },
}

# Commands that cannot be the name of a module.
_MODULES = {"import": "import_list"}

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTLY = 3
EXIT_INTERRUPTED = 130


@dataclass(slots=True)
class Invocation:
    """What the options of the root command say."""

    config: str | None
    as_json: bool
    verbosity: int

    def config_path(self) -> Path:
        """Find the configuration file.

        Raises:
            click.UsageError: There is none, which ends in exit status 2.
        """
        from aggregator.settings import find_config

        path = find_config(self.config, os.environ, Path.cwd())
        if path is None:
            wanted = f"{self.config}: no such file" if self.config else "no configuration found"
            raise click.UsageError(
                f"{wanted}. `aggregator init` writes a starter config, "
                "`aggregator demo` shows finished topics without any."
            )
        return path

    def settings(self) -> Settings:
        """Load the configuration; warnings go to standard error."""
        from aggregator.bootstrap import read_settings

        settings = read_settings(self.config_path())
        if self.verbosity >= 0:
            for problem in settings.warnings:
                click.echo(str(problem), err=True)
        return settings

    def settings_if_any(self) -> Settings | None:
        """Load the configuration where there is one; a named one that is missing is an error all the same."""
        try:
            self.config_path()
        except click.UsageError:
            if self.config:
                raise
            return None
        return self.settings()


class Commands(click.Group):
    """Lists commands in sections and imports a command's file only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the help."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = f"aggregator.cli.{_MODULES.get(cmd_name, cmd_name)}"
        command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was probably meant."""
        import difflib

        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the help."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()), col_max=12, col_spacing=2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", metavar="PATH", help="The configuration file.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output, on every command that reads.")
@click.option("-v", "--verbose", count=True, help="Say more: every poll.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.version_option(__version__, prog_name="aggregator")
@click.pass_context
def cli(ctx: click.Context, config: str | None, as_json: bool, verbose: int, quiet: bool) -> None:
    """Turn many feeds into a few good ones."""
    ctx.obj = Invocation(config=config, as_json=as_json, verbosity=-1 if quiet else verbose)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    try:
        status = cli.main(args=arguments, prog_name="aggregator", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except SettingsError as error:
        _say(error)
        sys.exit(EXIT_USAGE)
    except AggregatorError as error:
        _say(error)
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; a second failure while Python flushes is avoided.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    sys.exit(status if isinstance(status, int) else 0)


def _say(error: AggregatorError) -> None:
    prefix = "" if isinstance(error, SettingsError) else "error: "
    click.echo(f"{prefix}{error}", err=True)
    if isinstance(error, SettingsError):
        count = len(error.problems)
        click.echo(f"{count} problem{'s' if count != 1 else ''}.", err=True)


def echo_json(value: Any) -> None:
    """Print one JSON object on a line."""
    import json

    click.echo(json.dumps(value, ensure_ascii=False))
