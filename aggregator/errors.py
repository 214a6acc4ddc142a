"""Every exception of the project, in one tree.

::

    AggregatorError                 a message that names its subject first
    ├── SettingsError               the configuration is wrong; carries every problem      exit code 2
    ├── FormatError                 these bytes are no feed, no OPML, no JSON Feed
    ├── QueryError                  a topic's query cannot be read; carries the column
    ├── StoreError                  the database failed; the library's error is __cause__   exit code 1
    │   ├── StoreFull               no room left on the disk
    │   ├── SchemaTooNew            the database was written by a newer version
    │   └── StoreBusy               another process holds the data folder
    ├── EditError                   an editor asked for what cannot be done
    ├── PublishError                a document could not be put in place
    └── ControlError                the running daemon refused or did not answer

What happens every day is no exception: a dead server, a broken document or a blocked address come back as
values (``FetchFailed``, ``Unreadable``). Exceptions are for bugs, settings and storage.
"""

from __future__ import annotations

from dataclasses import dataclass


class AggregatorError(Exception):
    """Something went wrong that the user can be told about in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One complaint about the configuration, with its place.

    Attributes:
        file: Path as the user would write it.
        line: Counted from 1; 0 when the whole file is meant.
        column: Counted from 1.
        path: Dotted path of the setting, such as ``sources.0.every``; empty for syntax errors.
        what: The complaint, without a full stop.
        hint: What to do, or empty.
        frame: The source line that is wrong, or empty.
        severity: ``error``, ``warning``, or ``note`` for what is right and worth knowing.
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    hint: str = ""
    frame: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: {self.severity}: "
        head = where + (f"{self.path}: " if self.path else "") + self.what
        if not self.frame:
            return head + (f" ({self.hint})" if self.hint else "")
        number = f"{self.line:>6} | "
        caret = " " * (len(number) - 2) + "| " + " " * (self.column - 1) + "^"
        return "\n".join((head, number + self.frame, caret + (f" {self.hint}" if self.hint else "")))


class SettingsError(AggregatorError):
    """The configuration is wrong; every problem is told at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class FormatError(AggregatorError, ValueError):
    """These bytes are not the format that they should be."""


class QueryError(AggregatorError, ValueError):
    """A query cannot be read.

    Attributes:
        column: Where, counted from 1 within the query.
        hint: What was probably meant, or empty.
    """

    def __init__(self, what: str, *, column: int, hint: str = "") -> None:
        self.what = what
        self.column = column
        self.hint = hint
        super().__init__(f"column {column}: {what}" + (f" ({hint})" if hint else ""))


class StoreError(AggregatorError):
    """The database failed."""


class StoreFull(StoreError):  # noqa: N818 - reads as what it is, like the standard library's TimeoutError family
    """The disk that holds the database is full."""


class SchemaTooNew(StoreError):  # noqa: N818 - see StoreFull
    """The database was written by a newer version of the aggregator."""


class StoreBusy(StoreError):  # noqa: N818 - see StoreFull
    """Another process holds the data folder."""


class EditError(AggregatorError):
    """An editor asked for what cannot be done; the message says what can."""


class PublishError(AggregatorError):
    """A document could not be put in its place."""


class ControlError(AggregatorError):
    """The running daemon refused a request or did not answer."""
