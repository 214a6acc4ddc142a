"""``${VAR}``, ``${VAR:-default}`` and ``${file:PATH}`` in a scalar; ``$${`` is a ``${`` that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)
_FILE = "file:"

# Shorter values are no secrets, and hiding them would make messages unreadable.
SECRET_LENGTH = 3


class UnknownVariable(Exception):  # noqa: N818 - reads as what it is
    """A variable has no value; carries what is wrong and a hint."""

    def __init__(self, what: str, hint: str) -> None:
        self.what = what
        self.hint = hint
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the expanded text that is written otherwise.

    Attributes:
        start, end: In the expanded text.
        written: As it stands in the file.
        written_start: Where it stands in the scalar.
        secret: Whether the value came from outside the file.
    """

    start: int
    end: int
    written: str
    written_start: int
    secret: bool


@dataclass(frozen=True, slots=True)
class Expansion:
    """A scalar after expansion.

    Attributes:
        faults: Offset in the scalar as written, the complaint and a hint.
    """

    text: str
    spans: tuple[Span, ...] = ()
    faults: tuple[tuple[int, str, str], ...] = ()

    def written_offset(self, offset: int) -> int:
        """Say where a place of the expanded text stands in the scalar as written."""
        shift = 0
        for span in self.spans:
            if offset < span.start:
                break
            if offset < span.end:
                return span.written_start
            shift = span.written_start + len(span.written) - span.end
        return offset + shift

    def hide(self, message: str) -> str:
        """Put the names of variables where a message quotes their values."""
        for span in self.spans:
            if span.secret and span.end - span.start >= SECRET_LENGTH:
                message = message.replace(self.text[span.start : span.end], span.written)
        return message

    def shown(self, start: int = 0, end: int | None = None) -> str:
        """Give a part of the text with the names of variables in place of their values."""
        end = len(self.text) if end is None else end
        parts, at = [], start
        for span in self.spans:
            if span.secret and span.start < end and span.end > at:
                parts += [self.text[at : span.start], span.written]
                at = span.end
        return "".join([*parts, self.text[at:end]])


def expand(written: str, environment: Callable[[str], str | None], read_file: Callable[[str], str]) -> Expansion:
    """Replace every variable of a scalar.

    Args:
        written: The scalar.
        environment: Gives the value of a variable, or None when it is not set.
        read_file: Gives the content of a file; raises ``UnknownVariable``.
    """
    if "${" not in written:
        return Expansion(written)
    parts: list[str] = []
    spans: list[Span] = []
    faults: list[tuple[int, str, str]] = []
    length = at = 0
    for found in _VARIABLE.finditer(written):
        before = written[at : found.start()]
        try:
            value, secret = _value(found, environment, read_file)
        except UnknownVariable as unknown:
            faults.append((found.start(), unknown.what, unknown.hint))
            value, secret = "", False
        start = length + len(before)
        length = start + len(value)
        spans.append(Span(start, length, found.group(), found.start(), secret))
        parts += [before, value]
        at = found.end()
    return Expansion("".join([*parts, written[at:]]), tuple(spans), tuple(faults))


def _value(
    found: re.Match[str], environment: Callable[[str], str | None], read_file: Callable[[str], str]
) -> tuple[str, bool]:
    if found.group() == "$${":
        return "${", False
    body = found.group(1)
    if body is not None and body.startswith(_FILE):
        return read_file(body.removeprefix(_FILE).strip()), True
    named = _NAMED.fullmatch(body or "")
    if not named:
        raise UnknownVariable(
            "this is no variable", "write ${NAME}, ${NAME:-default} or ${file:PATH}; a ${ that is meant is $${"
        )
    value, default = environment(named[1]), named[2]
    if default is not None:
        return (value, True) if value else (default, False)
    if value is None:
        raise UnknownVariable(
            f"environment variable {named[1]} is not set", f"set it, or give a default: ${{{named[1]}:-value}}"
        )
    return value, True
