"""``aggregator check``: is the configuration right?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from aggregator.cli.main import EXIT_USAGE, Invocation, echo_json
from aggregator.errors import Problem, SettingsError

if TYPE_CHECKING:
    from aggregator.model.topic import Topic
    from aggregator.settings import Settings


@click.command("check")
@click.option("--show", metavar="source:ID", help="Print the merged settings of one source, and where each came from.")
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True)
@click.pass_obj
def command(invocation: Invocation, show: str | None, strict: bool, form: str) -> int:
    """Validate the config; say exactly what is wrong and where, all in one go."""
    from aggregator.bootstrap import read_settings, run
    from aggregator.pages.words import count
    from aggregator.settings import show_source

    path = invocation.config_path()
    try:
        settings = read_settings(path)
    except SettingsError as error:
        _tell(error.problems, invocation, form)
        return EXIT_USAGE
    if show is not None:
        kind, _, name = show.partition(":")
        if kind != "source":
            raise click.UsageError("--show takes source:ID")
        for line in show_source(settings, name):
            click.echo(line)
        return 0
    learned, found = run(_looked(settings))
    found = [*settings.warnings, *_missing_extra(settings), *_unheard(settings), *_costly(settings), *found]
    _tell(sorted(found, key=lambda one: (one.file, one.line, one.column)), invocation, form)
    wrong = sum(problem.severity == "error" for problem in found)
    if not invocation.as_json and invocation.verbosity >= 0:
        for line in learned:
            click.echo(line)
        verdict = count(wrong, "example fails", "examples fail") if wrong else "good"
        click.echo(f"{path}: {verdict}: {len(settings.sources)} sources, {len(settings.topics)} topics")
    warned = strict and any(problem.severity == "warning" for problem in found)
    return EXIT_USAGE if wrong or warned else 0


def _missing_extra(settings: Settings) -> tuple[Problem, ...]:
    """Warn of sources that want whole articles where nothing is installed that finds them."""
    from aggregator.bootstrap import can_read_articles
    from aggregator.model.source import ContentPolicy

    wanting = [source.id for source in settings.sources if source.content is ContentPolicy.FULL_TEXT]
    if not wanting or can_read_articles():
        return ()
    what = f"{wanting[0]} wants full-text, and the extra for it is not installed: the texts of the feed are kept"
    hint = "pip install 'aggregator[fulltext]'"
    return (Problem(file=settings.file, line=0, column=0, path="", what=what, hint=hint, severity="warning"),)


def _unheard(settings: Settings) -> tuple[Problem, ...]:
    """Tell that topics ask for languages, and that only those are known that somebody declares."""
    asking = [topic for topic in settings.topics if topic.asks_for_language]
    if not asking or settings.recogniser is not None or not settings.languages:
        return ()
    what = (
        "languages are asked for, and the extra that recognises them is not installed: what declares no language "
        "passes `lang`, whatever it is written in, and is not found by lang:"
    )
    first = asking[0]
    file, _, line = first.place.rpartition(":")
    return (
        Problem(
            file=file or settings.file,
            line=int(line or 0),
            column=1,
            path=f"topics.{first.slug}",
            what=what,
            hint="pip install 'aggregator[language]', or policies.languages: false if that is meant",
            severity="note",
        ),
    )


def _costly(settings: Settings) -> tuple[Problem, ...]:
    """List the topics whose query is asked about every entry, because no word has to be there."""
    from aggregator.topics import is_costly

    what = "costly: no word has to be there, so the query is asked about every entry"
    hint = "add a word, a phrase or a prefix that all of it has, where there is one"
    return tuple(
        Problem(
            file=topic.place.rpartition(":")[0] or settings.file,
            line=int(topic.place.rpartition(":")[2] or 0),
            column=1,
            path=f"topics.{topic.slug}.match",
            what=what,
            hint=hint,
            severity="note",
        )
        for topic in settings.topics
        if topic.match is not None and is_costly(topic.match)
    )


async def _looked(settings: Settings) -> tuple[list[str], list[Problem]]:
    """Try the topics: tell what they learned from examples, and what is wrong with them over what is stored."""
    from aggregator.bootstrap import open_store_for_reading, schooled
    from aggregator.cli.plan import proposed
    from aggregator.pipeline.check import Trials, check_over
    from aggregator.pipeline.liking import with_tastes
    from aggregator.service.clock import SystemClock

    store, clock = open_store_for_reading(settings), SystemClock()
    if store is None:
        return [], list(await Trials(settings.topics, settings.sources).failures(None, clock.now()))
    try:
        taught = await schooled(store, settings)
        trials = Trials(with_tastes(settings.topics, taught), settings.sources)
        found = [
            *(_at_topic(one.topic, what, hint) for one in taught for what, hint in one.findings),
            *await trials.failures(store, clock.now()),
            *await check_over(store, proposed(settings), clock),
        ]
    finally:
        await store.close()
    told = [
        f"topic {one.topic.slug}: learned by {one.learned.meaning or 'words alone'}: {one.learned.check}"
        for one in taught
        if one.learned
    ]
    return told, found


def _at_topic(topic: Topic, what: str, hint: str) -> Problem:
    file, _, line = topic.place.rpartition(":")
    path = f"topics.{topic.slug}.like"
    return Problem(file=file, line=int(line), column=1, path=path, what=what, hint=hint, severity="warning")


def _tell(problems: Sequence[Problem], invocation: Invocation, form: str) -> None:
    for problem in problems:
        if invocation.as_json:
            names = ("file", "line", "column", "severity", "path", "what", "hint")
            echo_json({name: getattr(problem, name) for name in names})
        elif form == "github":
            place = f"file={problem.file},line={problem.line},col={problem.column}"
            kind = "notice" if problem.severity == "note" else problem.severity
            click.echo(f"::{kind} {place}::{problem.path}: {problem.what} {problem.hint}".rstrip())
        else:
            click.echo(str(problem), err=True)
