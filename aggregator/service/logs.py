"""Logging: text for people, JSON for machines, and a line that systemd understands."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import TextIO

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def _clean(text: str) -> str:
    """Keep a feed from forging lines: control characters are written as escapes."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class TextFormatter(logging.Formatter):
    """One line a record: time, level where it matters, message."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__("%(message)s")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; a traceback keeps its lines."""
        message = _clean(record.getMessage())
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        if self._journal:
            return f"<{_PRIORITIES.get(record.levelno, 6)}>{message}"
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        return f"{self.formatTime(record, '%H:%M:%S')} {level}{message}"


class JsonFormatter(logging.Formatter):
    """One JSON object a record, with the fields that the record was given."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        fields = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str, ensure_ascii=False)


def set_up(
    *,
    verbosity: int = 0,
    form: str = "text",
    stream: TextIO | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Send the project's records to ``stream`` (standard error).

    Args:
        verbosity: -1 warnings only, 0 what happened, 1 every poll.
        form: ``text`` or ``json``.
        stream: Where to.
        environment: Looked at for systemd's journal; the process's own by default.
    """
    journal = "JOURNAL_STREAM" in (os.environ if environment is None else environment)
    receiver = logging.StreamHandler(stream or sys.stderr)
    receiver.setFormatter(JsonFormatter() if form == "json" else TextFormatter(journal=journal))
    root = logging.getLogger()
    root.handlers[:] = [receiver]
    root.setLevel(logging.WARNING)
    level = {-1: logging.WARNING, 0: logging.INFO}.get(verbosity, logging.DEBUG)
    logging.getLogger("aggregator").setLevel(level)
