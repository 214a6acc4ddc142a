"""The files of a configuration, places in them, and what was found wrong there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from aggregator.errors import Problem
from aggregator.settings.variables import Expansion

Loc = tuple[str | int, ...]

_LONGEST_FRAME = 200
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# Also in an address whose scheme was forgotten, which is why it is quoted.
_URL_CREDENTIALS = re.compile(
    r"(?<=://)[^/\s@\"']+(?=@)|(?<![\w:/])(?!mailto:)[\w.%+~-]+:[^\s/@\"':]+(?=@)", re.IGNORECASE
)
_SECRET_KEY = re.compile(
    r"""(?ix) (?:^|[\s{,"'-])
        (?:auth|hook|(?:proxy-)?authorization|cookie|x-api-key|[\w-]*(?:token|secret|password)) ["']?\s*:\s+
        ( "(?:[^"\\]|\\.)*"? | '(?:[^']|'')*'? | [^\s"'&*|>][^,}\#]* )"""
)
_SECRET_PARAMETER = re.compile(r"(?i)(?<=[?&])([\w-]*(?:token|secret|password|passwd|api_?key|sig|auth)=)([^&\s\"'#]+)")


@dataclass(frozen=True, slots=True, eq=False)
class ConfigFile:
    """One file of the configuration; ``shown`` is its path as the user would write it."""

    path: Path
    shown: str
    text: str = ""
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path, shown: str, text: str) -> ConfigFile:
        """Cut a text into the lines that YAML sees."""
        return cls(path, shown, text, tuple(_LINE_BREAK.split(text)))

    def frame(self, line: int, column: int) -> str:
        """Quote a line as it is written, with what looks like a secret blotted out; empty when it is no use."""
        if not 0 < line <= len(self.lines) or column > _LONGEST_FRAME:
            return ""
        text = self.lines[line - 1]
        text = _URL_CREDENTIALS.sub(_blot, text)
        text = _SECRET_KEY.sub(lambda found: found[0][: -len(found[1])] + _blotted(found[1]), text)
        text = _SECRET_PARAMETER.sub(lambda found: found[1] + _blotted(found[2]), text)
        text = "".join(sign if sign.isprintable() else " " for sign in text).rstrip()
        return text if len(text) <= _LONGEST_FRAME else text[: _LONGEST_FRAME - 1] + "…"


def _blot(found: re.Match[str]) -> str:
    return _blotted(found[0])


def _blotted(text: str) -> str:
    """Keep the length, so that the column still points at its place; names of variables are no secrets."""
    return text if "${" in text else re.sub(r"[^\"'\s]", "*", text)


@dataclass(frozen=True, slots=True)
class Scalar:
    """How a scalar is written.

    Attributes:
        value: After YAML's own escapes, before variables are expanded.
        style: ``'``, ``"``, ``|``, ``>`` or empty for plain.
        one_line: Whether it ends on the line on which it starts.
    """

    value: str
    style: str
    one_line: bool
    expansion: Expansion


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file; line and column count from 1, and are 0 when the whole file is meant."""

    file: ConfigFile
    line: int = 0
    column: int = 0
    scalar: Scalar | None = None

    def __str__(self) -> str:
        return f"{self.file.shown}:{self.line}" if self.line else self.file.shown

    def inside(self, offset: int) -> Spot | None:
        """Find a place within a scalar, by its offset in the expanded text; None when it cannot be told."""
        return self.within(self.scalar.expansion.written_offset(offset)) if self.scalar else None

    def within(self, offset: int) -> Spot | None:
        """Find a place within a scalar, by its offset before expansion; None when it cannot be told."""
        scalar = self.scalar
        if scalar is None or not scalar.one_line or scalar.style in {"|", ">"} or self.line > len(self.file.lines):
            return None
        line = self.file.lines[self.line - 1]
        start = self.column - 1 + (1 if scalar.style else 0)
        widths = _WIDTHS.get(scalar.style)
        at = start + offset if widths is None else _walk(widths, line, start, offset)
        return replace(self, column=at + 1)


# What one character of the value takes up in the file.
_WIDTHS = {
    "'": re.compile(r"''|."),
    '"': re.compile(r"\\x.{2}|\\u.{4}|\\U.{8}|\\.|."),
}


def _walk(widths: re.Pattern[str], line: str, at: int, steps: int) -> int:
    for _ in range(steps):
        found = widths.match(line, at)
        if not found:
            break
        at = found.end()
    return at


@dataclass(slots=True)
class Findings:
    """Collects every problem, so that all are told in one go."""

    _problems: dict[Problem, None] = field(default_factory=dict)

    def error(self, spot: Spot, path: Loc | str, what: str, hint: str = "") -> None:
        """Note an error, once for each place."""
        self._problems[_problem(spot, path, (what, hint), "error")] = None

    def warning(self, spot: Spot, path: Loc | str, what: str, hint: str = "") -> None:
        """Note a warning, once for each place."""
        self._problems[_problem(spot, path, (what, hint), "warning")] = None

    def of(self, severity: str) -> tuple[Problem, ...]:
        """Give the errors or the warnings, by file and line."""
        found = [problem for problem in self._problems if problem.severity == severity]
        return tuple(sorted(found, key=lambda one: (one.file, one.line, one.column, one.path, one.what)))


def _problem(spot: Spot, path: Loc | str, message: Sequence[str], severity: str) -> Problem:
    if spot.scalar is not None:
        message = [spot.scalar.expansion.hide(text) for text in message]
    return Problem(
        file=spot.file.shown,
        line=spot.line,
        column=spot.column,
        path=path if isinstance(path, str) else dotted(path),
        what=message[0],
        hint=message[1],
        frame=spot.file.frame(spot.line, spot.column),
        severity=severity,
    )


def dotted(loc: Loc) -> str:
    """Write a location with dots.

    >>> dotted(("sources", "news", 0, "every"))
    'sources.news.0.every'
    """
    return ".".join(str(part) for part in loc)


def quoted(text: object) -> str:
    """Quote what a user wrote, cut to a length that can be read."""
    shown = "".join(sign if sign.isprintable() else " " for sign in str(text))
    return f"'{shown}'" if len(shown) <= 60 else f"'{shown[:59]}…'"  # noqa: PLR2004 - a line of a message
