"""Sessions that are printed in the documentation: files that are written, commands, and what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(yaml(?: topics)?|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
# Which entry began a story, and when, is a matter of which poll ended first.
_STORY = re.compile(r"story [a-z2-7]{12}|(?<=story     ).*")


@dataclass(frozen=True, slots=True)
class Step:
    """A file that is written, or a command and what it prints."""

    file: str = ""
    command: str = ""
    text: str = ""


def steps(page: str) -> Iterator[Step]:
    """Walk over a page: YAML whose first line names a file, and commands behind a prompt."""
    for language, body in _BLOCK.findall(page):
        if language != "console":
            named = re.match(r"# (\S+\.yaml)\n", body)
            if named:
                yield Step(file=named[1], text=body)
            continue
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield Step(command=command, text=printed)


def shown(text: str, folder: Path) -> list[str]:
    """Give the lines of an output without what differs from run to run, in an order of their own."""
    text = _STORY.sub("story …", _DATE.sub("DATE", text.replace(f"{folder}/", "")))
    return sorted(line.rstrip() for line in text.splitlines() if line.strip())


def shell(command: str, folder: Path, home: Path) -> str:
    """Run a command that is not ours."""
    environment = {**os.environ, "HOME": str(home)}
    asked = ["sh", "-c", command]
    done = subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout + done.stderr


def perform(step: Step, folder: Path, home: Path, aggregator: Callable[[list[str]], str]) -> list[str]:
    """Carry a step out; give the lines that it printed."""
    if step.file:
        (folder / step.file).write_text(step.text, encoding="utf-8")
        return []
    words = shlex.split(step.command)
    printed = aggregator(words[1:]) if words[0] == "aggregator" else shell(step.command, folder, home)
    return shown(printed, folder)
