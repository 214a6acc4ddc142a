"""Read the main file and everything that it includes."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aggregator.errors import FormatError
from aggregator.model.outline import Outline
from aggregator.settings.complaints import read_shape
from aggregator.settings.disk import identity, is_folder
from aggregator.settings.findings import ConfigFile, Findings, Loc, Spot, quoted
from aggregator.settings.shapes import IncludedFile, MainFile
from aggregator.settings.syntax import decode
from aggregator.settings.tree import Tree, read_tree
from aggregator.settings.variables import Expansion, UnknownVariable, expand

MAX_FILE_BYTES = 64_000_000
MAX_SECRET_BYTES = 64_000

_YAML = (".yaml", ".yml")
_OPML = (".opml", ".xml")


@dataclass(frozen=True, slots=True)
class Part:
    """One YAML file: its values in their shape, and the tree that knows where they stand."""

    tree: Tree
    shape: IncludedFile


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """One OPML file."""

    file: ConfigFile
    outlines: tuple[Outline, ...]


@dataclass(slots=True)
class Library:
    """Every file of a configuration, in the order in which they are named.

    Attributes:
        incomplete: A file could not be read, so that what is named elsewhere may well be in it.
    """

    environment: Mapping[str, str]
    read_opml: Callable[[bytes], tuple[Outline, ...]]
    findings: Findings
    cwd: Path
    parts: list[Part] = field(default_factory=list)
    lists: list[Subscriptions] = field(default_factory=list)
    incomplete: bool = False
    _read: set[Path] = field(default_factory=set)

    def shown(self, path: Path) -> str:
        """Write a path as the user would: from here when it is below."""
        return str(path.relative_to(self.cwd)) if path.is_relative_to(self.cwd) else str(path)

    def read_main(self, path: Path) -> MainFile | None:
        """Read the main file and all that it includes; None when it cannot be read at all."""
        tree = self._tree(path, None)
        if tree is None:
            return None
        main = read_shape(tree, MainFile, self.findings)
        self._enter(Part(tree, main), (path,))
        return main

    def _enter(self, part: Part, around: tuple[Path, ...]) -> None:
        self.parts.append(part)
        for number, pattern in enumerate(part.shape.include or ()):
            if pattern:
                self._include(pattern, (part.tree, ("include", number)), around)

    def _include(self, pattern: str, at: tuple[Tree, Loc], around: tuple[Path, ...]) -> None:
        tree, loc = at
        base = around[-1].parent
        found = sorted(glob.glob(pattern, root_dir=base, recursive=True))  # noqa: PTH207 - takes absolute ones, too
        if not found:
            self.findings.warning(tree.spot(loc), loc, f"nothing matches {quoted(pattern)}", f"looked below {base}")
        for name in found:
            path = base / name
            resolved = identity(path)
            if any(resolved == identity(outer) for outer in around):
                self.findings.error(tree.spot(loc), loc, f"{self.shown(path)} includes itself", "name other files")
            elif resolved not in self._read and not is_folder(path):
                self._read.add(resolved)
                self._include_file(path, at, around)

    def _include_file(self, path: Path, at: tuple[Tree, Loc], around: tuple[Path, ...]) -> None:
        tree, loc = at
        if path.suffix.lower() in _YAML:
            inner = self._tree(path, at)
            if inner is not None:
                self._enter(Part(inner, read_shape(inner, IncludedFile, self.findings)), (*around, path))
        elif path.suffix.lower() in _OPML:
            self._include_opml(path, at)
        else:
            what = f"{self.shown(path)} is neither .yaml nor .opml"
            self.findings.error(tree.spot(loc), loc, what, "narrow the pattern: sources/*.yaml")

    def _include_opml(self, path: Path, at: tuple[Tree, Loc]) -> None:
        content = self._content(path, at)
        if content is None:
            return
        file = ConfigFile(path, self.shown(path))
        try:
            self.lists.append(Subscriptions(file, self.read_opml(content)))
        except FormatError as error:
            self.incomplete = True
            self.findings.error(Spot(file), "", f"this is no OPML: {error}")

    def _tree(self, path: Path, at: tuple[Tree, Loc] | None) -> Tree | None:
        content = self._content(path, at)
        if content is None:
            return None
        text, broken = decode(content)
        file = ConfigFile.of(path, self.shown(path), text)
        tree = None
        if broken:
            hint = "save the file as UTF-8"
            self.findings.error(Spot(file, *broken), "", "this file is not UTF-8", hint)
        elif at is None or any(map(_says_something, file.lines)):
            tree = read_tree(file, partial(self._expand, base=path.parent), self.findings)
        else:
            return None
        self.incomplete |= tree is None
        return tree

    def _content(self, path: Path, at: tuple[Tree, Loc] | None) -> bytes | None:
        spot, loc = (at[0].spot(at[1]), at[1]) if at else (Spot(ConfigFile(path, self.shown(path))), ())
        try:
            with path.open("rb") as opened:
                content = opened.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            why = error.strerror or str(error)
            what = f"cannot read {self.shown(path)}: {why}" if at else f"cannot read this file: {why}"
            self.findings.error(spot, loc, what, "`aggregator init` writes a starter config" if not at else "")
            self.incomplete = True
            return None
        if len(content) > MAX_FILE_BYTES:
            self.findings.error(spot, loc, f"{self.shown(path)} is larger than {MAX_FILE_BYTES:,} bytes")
            self.incomplete = True
            return None
        return content

    def _expand(self, written: str, *, base: Path) -> Expansion:
        return expand(written, self.environment.get, lambda name: read_secret(base / name))


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def read_secret(path: Path) -> str:
    """Read the file that a ``${file:…}`` names, without line breaks at its end.

    Raises:
        UnknownVariable: It cannot be read.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_SECRET_BYTES + 1)
        text = content.decode()
    except OSError as error:
        raise UnknownVariable(f"cannot read {path}: {error.strerror}", "create it, or name another one") from None
    except UnicodeDecodeError:
        raise UnknownVariable(f"{path} is not UTF-8", "save it as UTF-8") from None
    except ValueError:
        raise UnknownVariable("this is no name of a file", "is there a stray character in it?") from None
    if len(content) > MAX_SECRET_BYTES:
        raise UnknownVariable(f"{path} is larger than {MAX_SECRET_BYTES:,} bytes", "it should hold one value")
    return text.rstrip("\r\n")
