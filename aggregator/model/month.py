"""A month of a topic, in parts that never move."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model.edition import Edition

_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:-([1-9]\d{0,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A stretch of what a topic announced in a month.

    Full parts are counted from the oldest, so what comes later moves none of them; the newest part has no number, so
    the month has one address for ever, from which all that is older can be found.

    Attributes:
        month: ``YYYY-MM``.
        number: From 1; None of the newest part.
    """

    month: str
    number: int | None = None

    @property
    def name(self) -> str:
        """Give the name by which it is asked for.

        >>> MonthPart("2026-11").name, MonthPart("2026-11", 2).name
        ('2026-11', '2026-11-2')
        """
        return self.month if self.number is None else f"{self.month}-{self.number}"

    def cut(self, total: int, most: int) -> slice | None:
        """Say which of the month's items it holds, where they are listed newest first; None when it is not full yet.

        >>> [MonthPart("2026-11", number).cut(7, 3) for number in (1, 2, 3, None)]
        [slice(4, 7, None), slice(1, 4, None), None, slice(0, 1, None)]
        """
        full = full_parts(total, most)
        if self.number is None:
            return slice(0, total - full * most)
        if self.number > full:
            return None
        end = total - (self.number - 1) * most
        return slice(end - most, end)

    def put_on(self, edition: Edition, full: int, *, gone: int) -> Edition:
        """Let an edition be this part.

        Args:
            edition: Of the items of this part; its ``older`` is what came before the month.
            full: Full parts of the month.
            gone: Items of this part that are no longer kept.
        """
        before = full if self.number is None else self.number - 1
        newer = None
        if self.number is not None:
            newer = MonthPart(self.month, self.number + 1 if self.number < full else None).name
        older = MonthPart(self.month, before).name if before else edition.older
        return replace(edition, month=self.name, older=older, newer=newer, gone=gone)


def full_parts(total: int, most: int) -> int:
    """Count the full parts of a month beside its newest, which is never empty unless the month is.

    >>> [full_parts(total, 3) for total in (0, 1, 3, 4, 6, 7)]
    [0, 0, 0, 1, 1, 2]
    """
    return max(0, total - 1) // most


def parts_of(month: str, items: int, most: int) -> list[MonthPart]:
    """Name all parts of a month of so many items, the newest first.

    >>> [part.name for part in parts_of("2026-11", 7, 3)]
    ['2026-11', '2026-11-2', '2026-11-1']
    """
    return [MonthPart(month), *(MonthPart(month, number) for number in range(full_parts(items, most), 0, -1))]


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, and before another; None is without end."""

    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Say whether a moment is in it."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def span_of(times: Sequence[datetime], cut: slice) -> Span:
    """Say what time a part covers, so that each moment of a month is in one part only.

    Args:
        times: Of all items of the month, newest first.
        cut: Those of the part.
    """
    return Span(
        since=times[cut.stop - 1] if cut.stop < len(times) else None,
        until=times[cut.start - 1] if cut.start else None,
    )


def read_month(name: str) -> MonthPart | None:
    """Read the name of a month or of a part of one.

    >>> read_month("2026-11-2"), read_month("2026-13"), read_month("2026-11-0")
    (MonthPart(month='2026-11', number=2), None, None)
    """
    found = _NAME.fullmatch(name)
    return MonthPart(found[1], int(found[2]) if found[2] else None) if found else None
