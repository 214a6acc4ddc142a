"""``aggregator run``: the daemon, or one round of its work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import EXIT_PARTLY, Invocation

if TYPE_CHECKING:
    from aggregator.settings import Settings


@click.command("run")
@click.option("--no-poll", is_flag=True, help="Serve what is stored; ask nobody.")
@click.option("--no-serve", is_flag=True, help="Poll and curate; answer nobody.")
@click.option("--once", is_flag=True, help="One round: poll what is due, curate, publish, exit.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="With --once: write the static site here.")
@click.option("--log", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(invocation: Invocation, no_poll: bool, no_serve: bool, once: bool, out: Path | None, form: str) -> int:
    """Poll, curate and serve until stopped (the daemon).

    SIGTERM stops it within ten seconds, SIGHUP makes it read its configuration again.
    """
    from aggregator.bootstrap import read_settings, run
    from aggregator.service.logs import set_up

    if out is not None and not once:
        raise click.UsageError(
            "--out goes with --once; to write the site of what is stored, use `aggregator build DIR`"
        )
    settings = invocation.settings()
    set_up(verbosity=invocation.verbosity, form=form)
    if once:
        return EXIT_PARTLY if run(_once(settings, out, poll=not no_poll)) else 0
    path = invocation.config_path()
    run(serve(settings, lambda: read_settings(path), poll=not no_poll, web=not no_serve))
    return 0


async def serve(settings: Settings, load: Callable[[], Settings], *, poll: bool = True, web: bool = True) -> None:
    """Run the daemon until it is stopped; ``load`` is what a reload calls."""
    from aggregator.bootstrap import make_plan, make_push, make_web, opened
    from aggregator.service.daemon import Daemon
    from aggregator.service.watchman import Watchman

    async with opened(settings) as (house, engine, shelf):
        daemon = Daemon(house, engine, lambda: make_plan(load()), poll=poll)
        daemon.watchman = Watchman(house, engine, shelf)
        if web:
            daemon.push = make_push(house, engine) if poll else None
            daemon.web = make_web(house, engine, shelf, daemon)
        await daemon.run()


async def _once(settings: Settings, out: Path | None, *, poll: bool) -> tuple[str, ...]:
    from aggregator.bootstrap import build_site, opened
    from aggregator.service.postman import Postman
    from aggregator.service.watchman import Watchman

    async with opened(settings) as (house, engine, shelf):
        try:
            await engine.start()
            failed = await engine.poll_due() if poll else ()
            engine.end_round()
            await Watchman(house, engine, shelf).look()
            if out is not None:
                await build_site(house, engine, shelf, out)
            await engine.chores.index_words()
            await Postman(house, engine).finish()
            return failed
        finally:
            await engine.stop(timedelta())
