"""When an entry was published and changed, as far as it can be believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil import parser as dateutil_parser, tz

from aggregator.model.overrides import NO_OVERRIDES, DateSource, FutureDates, Overrides
from aggregator.model.parsed import RawDate
from aggregator.model.reason import Reason
from aggregator.normalize.calendar_names import ZONES
from aggregator.normalize.strict_dates import read_strict
from aggregator.text.characters import one_line

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(hours=24)
_MAX_CHARS = 100
# feedparser reads past these, and is sure of it.
_MISREAD = re.compile(r"\d\s*[ap]\.?\s?m\b|\A\d+\Z", re.IGNORECASE)
_ZONES = {name: tz.tzoffset(name, seconds) for name, seconds in ZONES.items()}
# A date without a year gets one that nobody believes.
_NO_YEAR = datetime(1, 1, 1)  # noqa: DTZ001 - dateutil fills the gaps of a naive date from it


@dataclass(frozen=True, slots=True)
class Dates:
    """Both dates of an entry, and which rule gave the first of them."""

    published_at: datetime | None
    updated_at: datetime | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Judged:
    """One date: the moment if it is believed, and why or why not."""

    at: datetime | None
    reason: Reason


def read_dates(dates: Sequence[RawDate], now: datetime, overrides: Overrides = NO_OVERRIDES) -> Dates:
    """Read the dates of an entry.

    An entry with one date has it twice, and none is updated before it was published. What lies before 1995, when
    there were no feeds, or more than a day ahead of ``now`` is not believed, unless the settings say otherwise.
    """
    if overrides.dates is DateSource.SEEN:
        return Dates(
            None, None, Reason("date", "passed over", "settings", one_line(dates[0].raw[:_MAX_CHARS]) if dates else "")
        )
    judged = {date.field: _judge(date, now, overrides.future_dates) for date in dates}
    published = _first_believed(judged, ("published", "created", "updated"))
    if published is None:
        doubted = next(iter(judged.values()), None)
        return Dates(None, None, doubted.reason if doubted else Reason("date", "missing", "none"))
    updated = judged.get("updated")
    updated_at = updated.at if updated and updated.at else published.at
    if updated_at and published.at:
        updated_at = max(updated_at, published.at)
    return Dates(published.at, updated_at, published.reason)


def _first_believed(judged: dict[str, _Judged], fields: Sequence[str]) -> _Judged | None:
    return next((judged[field] for field in fields if field in judged and judged[field].at), None)


def _judge(date: RawDate, now: datetime, future: FutureDates) -> _Judged:
    written = one_line(date.raw[: 4 * _MAX_CHARS])[:_MAX_CHARS]
    doubt = "unreadable"
    for rule, moment in _readings(written, date):
        if moment < _EARLIEST:
            doubt = "before-1995"
        elif moment > now + _AHEAD and future is FutureDates.DISTRUST:
            doubt = "in-the-future"
        elif moment > now and future is FutureDates.NOW:
            return _Judged(now.replace(microsecond=0), Reason("date", "clamped", rule, written))
        else:
            return _Judged(moment.replace(microsecond=0), Reason("date", "believed", rule, written))
    return _Judged(None, Reason("date", "distrusted", doubt, written))


def _readings(written: str, date: RawDate) -> Iterator[tuple[str, datetime]]:
    strict = read_strict(written)
    if strict:
        # Nothing else may read another date into what is plain, even where it is impossible: feedparser rolls
        # the 31st of February over, dateutil swaps day and month.
        rule, moment = strict
        if moment:
            yield rule, moment
        return
    if date.parsed_at and not _MISREAD.search(written):
        yield "feedparser", date.parsed_at
    if guessed := _guess(written):
        yield "dateutil", guessed


def _guess(written: str) -> datetime | None:
    try:
        guessed = dateutil_parser.parse(written, tzinfos=_ZONES, default=_NO_YEAR)
        aware = guessed if guessed.tzinfo else guessed.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except Exception:  # noqa: BLE001 - dateutil fails in many ways on what is no date, and all of them mean just that
        return None
