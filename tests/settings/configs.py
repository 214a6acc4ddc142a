"""Configurations written into a folder, and what loading them says."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aggregator.errors import FormatError, Problem, QueryError, SettingsError
from aggregator.model.outline import Outline
from aggregator.settings import Settings, load_settings


def no_lists(content: bytes) -> tuple[Outline, ...]:
    raise FormatError(f"{len(content)} bytes of nothing")


def any_query(text: str) -> None:
    """Refuse only what says so: ``bad`` is wrong where it stands."""
    at = text.find("bad")
    if at >= 0:
        raise QueryError("a bad word", column=at + 1, hint="use a good one")


def write(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Path:
    for name, content in {**(files or {}), "aggregator.yaml": text}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")
    return folder / "aggregator.yaml"


def load(
    folder: Path,
    text: str,
    files: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    read_opml: Callable[[bytes], tuple[Outline, ...]] = no_lists,
    check_query: Callable[[str], Any] = any_query,
) -> Settings:
    return load_settings(
        write(folder, text, files),
        environment=environment or {},
        read_opml=read_opml,
        check_query=check_query,
    )


def problems(folder: Path, text: str, files: Mapping[str, str] | None = None, **more: Any) -> tuple[Problem, ...]:
    """Load a configuration and give its errors; an empty tuple when it is good."""
    try:
        load(folder, text, files, **more)
    except SettingsError as error:
        return error.problems
    return ()


def told(found: tuple[Problem, ...], folder: Path) -> list[str]:
    """Write problems in a line each, by paths within the folder."""
    return [f"{Path(p.file).relative_to(folder)}:{p.line}:{p.column}: {p.path}: {p.what} ({p.hint})" for p in found]
