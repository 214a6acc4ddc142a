"""What the parts of the store on SQLite stand on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlite_utils import Database

from aggregator.store.sqlite.aside import Aside
from aggregator.store.sqlite.writer import ReadingThread

Result = TypeVar("Result")


class Part(ABC):
    """A part of the store; the whole brings what reads and what writes."""

    _reader: ReadingThread | Aside

    @abstractmethod
    async def _write(self, work: Callable[[Database], Result]) -> Result:
        """Do some work in one transaction, all of it or nothing."""
