"""How much may be announced now: rates over sliding periods, and a bucket that evens them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.model.shape import Rate

SLOT = timedelta(minutes=15)
"""So often the best of what waits is chosen; what comes in between is compared with it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BURST = 4


def slot_of(now: datetime) -> datetime:
    """Give the beginning of the slot that a moment lies in.

    >>> str(slot_of(datetime(2026, 11, 25, 14, 44, 59, tzinfo=UTC)))
    '2026-11-25 14:30:00+00:00'
    """
    return now - (now - _EPOCH) % SLOT


def in_slot(times: Iterable[datetime], now: datetime) -> int:
    """Count the times that lie in the slot of a moment, up to it."""
    return sum(slot_of(now) <= at <= now for at in times)


def within(rate: Rate, times: Iterable[datetime], now: datetime) -> list[datetime]:
    """Give those of the times that count at a moment, in order."""
    return sorted(at for at in times if now - rate.period < at <= now)


def room_at(rate: Rate, counted: Sequence[datetime], now: datetime) -> datetime:
    """Say when there is room for one more, where nothing else is told until then."""
    return now if len(counted) < rate.count else counted[-rate.count] + rate.period


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket, as the one moment up to which it is spent.

    It fills by ``count`` tokens a period, evenly, and holds a quarter of that, at least one.

    Follows:
        ITU-T I.371, annex A (generic cell rate algorithm).
    """

    rate: Rate
    spent_until: datetime | None

    @property
    def _each(self) -> timedelta:
        return self.rate.period / self.rate.count

    @property
    def _size(self) -> int:
        return max(1, self.rate.count // _BURST)

    def free_at(self, now: datetime) -> datetime:
        """Say when the next token is there; in the past where one is there now."""
        return self._spent(now) - (self._size - 1) * self._each

    def take(self, now: datetime) -> Bucket:
        """Take a token, there or not; a bucket is never emptier than empty."""
        empty = now + self._size * self._each
        return Bucket(self.rate, min(max(now, self._spent(now)) + self._each, empty))

    def _spent(self, now: datetime) -> datetime:
        # What no spending can have led to is of a clock that was wrong once.
        if self.spent_until is None or self.spent_until > now + self._size * self._each:
            return _EPOCH
        return self.spent_until
